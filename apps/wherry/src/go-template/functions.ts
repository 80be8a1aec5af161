import { goText } from '../printing/go-text.ts';
import { TemplateError } from './parse.ts';

/** Calls one of the functions that kubectl's templates know. Throws TemplateError. */
export function callFunction(name: string, args: readonly unknown[]): unknown {
  const call = functions[name];
  if (!call) throw new TemplateError(`function ${JSON.stringify(name)} not defined`);
  return call(...args);
}

const functions: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  print: (...args) => args.map(goText).join(' '),
  println: (...args) => `${args.map(goText).join(' ')}\n`,
  printf: (format, ...args) => formatGo(String(format), args),
  len: (value) => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (typeof value === 'object' && value !== null)
      return Array.isArray(value) ? value.length : Object.keys(value).length;
    throw new TemplateError(
      `error calling len: len of ${value === undefined ? 'nil pointer' : `type ${typeof value}`}`,
    );
  },
  index: (value, ...keys) => keys.reduce(indexOf, value),
  slice: (value, from = 0, to) => {
    if (typeof value !== 'string' && !Array.isArray(value)) throw new TemplateError("error calling slice: can't slice");
    return value.slice(Number(from), to === undefined ? undefined : Number(to));
  },
  not: (value) => !truth(value),
  and: () => undefined,
  or: () => undefined,
  eq: (first, ...others) => others.some((other) => first === other),
  ne: (a, b) => a !== b,
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  html: (value) => goText(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`),
  urlquery: (value) => encodeURIComponent(goText(value)).replaceAll('%20', '+'),
  base64decode: (value) => Buffer.from(goText(value), 'base64').toString('utf8'),
  exists: (value, ...keys) => {
    let at = value;
    for (const key of keys) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, String(key))) return false;
      at = (at as Record<string, unknown>)[String(key)];
    }
    return true;
  },
};

function truth(value: unknown): boolean {
  if (typeof value === 'object' && value !== null)
    return (Array.isArray(value) ? value : Object.keys(value)).length > 0;
  return Boolean(value);
}

function indexOf(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) throw new TemplateError('error calling index: index of untyped nil');
  if (Array.isArray(value) || typeof value === 'string') {
    const at = Number(key);
    if (!Number.isInteger(at) || at < 0 || at >= value.length) {
      throw new TemplateError(`error calling index: index out of range: ${goText(key)}`);
    }
    return typeof value === 'string' ? value.charCodeAt(at) : value[at];
  }
  if (typeof value !== 'object')
    throw new TemplateError(`error calling index: can't index item of type ${typeof value}`);
  const name = String(key);
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function order(a: unknown, b: unknown): number {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) {
    throw new TemplateError('incompatible types for comparison');
  }
  const [x, y] = [a, b as typeof a];
  return x < y ? -1 : x > y ? 1 : 0;
}

function formatGo(format: string, args: readonly unknown[]): string {
  let next = 0;
  return format.replace(/%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g, (_, flags: string, width, precision, verb) => {
    if (verb === '%') return '%';
    if (next >= args.length) return `%!${verb}(MISSING)`;
    const text = formatVerb(String(verb), args[next++], precision === undefined ? undefined : Number(precision));
    const size = Number(width ?? 0);
    if (flags.includes('-')) return text.padEnd(size);
    return text.padStart(size, flags.includes('0') ? '0' : ' ');
  });
}

function formatVerb(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case 'q':
      return JSON.stringify(goText(value));
    case 'f':
      return Number(value).toFixed(precision ?? 6);
    case 'x':
      return typeof value === 'number' ? value.toString(16) : Buffer.from(goText(value)).toString('hex');
    case 'T':
      return typeof value;
    default:
      return goText(value);
  }
}
