import type { PodBehaviour } from './behaviour.ts';

type Check = (value: unknown, path: string) => void;

const milliseconds: Check = (value, path) => {
  if (typeof value !== 'number' || !(value >= 0)) throw new Error(`${path}: must be a number of milliseconds`);
};
const text: Check = (value, path) => {
  if (typeof value !== 'string') throw new Error(`${path}: must be a string`);
};
const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw new Error(`${path}: must be true or false`);
};
const exitCode: Check = (value, path) => {
  if (!Number.isInteger(value) || !(Number(value) >= 0 && Number(value) <= 255)) {
    throw new Error(`${path}: must be an exit code, 0 to 255`);
  }
};

/** An object with no other fields than these. */
function fields(known: Readonly<Record<string, Check>>, needed: readonly string[] = []): Check {
  return (value, path) => {
    const object = asObject(value, path);
    const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
    for (const [key, one] of Object.entries(object)) {
      const check = Object.hasOwn(known, key) ? known[key] : undefined;
      if (check === undefined) {
        throw new Error(`unknown field ${JSON.stringify(at(key))}; known are ${Object.keys(known).join(', ')}`);
      }
      check(one, at(key));
    }
    for (const key of needed) if (object[key] === undefined) throw new Error(`${at(key)}: is missing`);
  };
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${path === '' ? '' : `${path}: `}must be an object`);
}

const ofContainer: Readonly<Record<string, Check>> = {
  pull: fields({ afterMs: milliseconds, error: text }),
  startMs: milliseconds,
  ready: flag,
  readyAfterMs: milliseconds,
  exit: fields({ code: exitCode, afterMs: milliseconds, reason: text, message: text }, ['code']),
  stop: fields({ afterMs: milliseconds, code: exitCode }),
};
const container = fields(ofContainer);
const ofPod = fields({
  ...ofContainer,
  containers(value, path) {
    for (const [name, one] of Object.entries(asObject(value, path))) container(one, `${path}.${name}`);
  },
});

/** @throws {Error} naming the first field that is not as it must be */
export function checkBehaviour(value: unknown): asserts value is PodBehaviour {
  ofPod(value, '');
}
