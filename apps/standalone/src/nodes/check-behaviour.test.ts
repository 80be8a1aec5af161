import { expect, test } from 'vitest';
import { checkBehaviour } from './check-behaviour.ts';

test.each([
  {},
  { pull: { afterMs: 5, error: 'no' }, startMs: 0, ready: false, readyAfterMs: 1.5 },
  { exit: { code: 255, reason: 'OOMKilled' }, stop: { code: 0 }, containers: { app: { exit: { code: 1 } } } },
])('%j is a behaviour', (value) => {
  expect(() => checkBehaviour(value)).not.toThrow();
});

test.each([
  [null, 'must be an object'],
  [[], 'must be an object'],
  [{ colour: 'red' }, 'unknown field "colour"; known are pull, startMs, ready, readyAfterMs, exit, stop, containers'],
  [{ toString: 1 }, 'unknown field "toString"'],
  [{ exit: 3 }, 'exit: must be an object'],
  [{ exit: {} }, 'exit.code: is missing'],
  [{ exit: { code: 256 } }, 'exit.code: must be an exit code, 0 to 255'],
  [{ ready: 'no' }, 'ready: must be true or false'],
  [{ startMs: -1 }, 'startMs: must be a number of milliseconds'],
  [{ startMs: Number.NaN }, 'startMs: must be a number of milliseconds'],
  [{ pull: { error: 1 } }, 'pull.error: must be a string'],
  [{ containers: { app: { containers: {} } } }, 'unknown field "containers.app.containers"'],
])('%j is none: %s', (value, message) => {
  expect(() => checkBehaviour(value)).toThrow(message);
});
