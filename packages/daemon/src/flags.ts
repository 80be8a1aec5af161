/**
 * The flags of a daemon as one table. The key is the name in the configuration file (`leaderElect`), from which the
 * flag's name follows (`--leader-elect`).
 */
export interface FlagSpec<T> {
  readonly type: 'string' | 'integer' | 'boolean' | 'duration' | 'list' | 'map';
  readonly description: string;
  readonly default: T;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Instead of the name that follows from the key. */
  readonly flag?: string;
  /** One letter, without the dash. */
  readonly short?: string;
}
// biome-ignore format: one line reads best
export type FlagTable = Readonly<Record<string, FlagSpec<string | undefined> | FlagSpec<number> | FlagSpec<number | undefined> | FlagSpec<boolean> | FlagSpec<readonly string[]> | FlagSpec<Readonly<Record<string, string>>>>>;
export type FlagValues<F> = { readonly [K in keyof F]: F[K] extends FlagSpec<infer T> ? T : never };

export function stringFlag(description: string, fallback: string, more?: FlagExtras): FlagSpec<string>;
export function stringFlag(description: string, fallback?: undefined, more?: FlagExtras): FlagSpec<string | undefined>;
export function stringFlag(
  description: string,
  fallback?: string,
  more: FlagExtras = {},
): FlagSpec<string | undefined> {
  return { type: 'string', description, default: fallback, ...more };
}
export function integerFlag(description: string, fallback: number, more: FlagExtras & Range = {}): FlagSpec<number> {
  return { type: 'integer', description, default: fallback, min: 0, ...more };
}
export function booleanFlag(description: string, fallback: boolean, more: FlagExtras = {}): FlagSpec<boolean> {
  return { type: 'boolean', description, default: fallback, ...more };
}
/** Written as Go writes durations (`1m30s`); the value is in milliseconds. */
export function durationFlag(description: string, fallbackMs: number, more: FlagExtras & Range = {}): FlagSpec<number> {
  return { type: 'duration', description, default: fallbackMs, min: 0, ...more };
}
/** Comma-separated, and may be given several times. */
export function listFlag(
  description: string,
  fallback: readonly string[] = [],
  more: FlagExtras = {},
): FlagSpec<readonly string[]> {
  return { type: 'list', description, default: fallback, ...more };
}
/** `a=b,c=d`, and may be given several times. */
export function mapFlag(
  description: string,
  fallback: Readonly<Record<string, string>> = {},
  more: FlagExtras = {},
): FlagSpec<Readonly<Record<string, string>>> {
  return { type: 'map', description, default: fallback, ...more };
}

export interface FlagExtras {
  readonly choices?: readonly string[];
  readonly flag?: string;
  readonly short?: string;
}
interface Range {
  readonly min?: number;
  readonly max?: number;
}

export function flagName(key: string, spec: { readonly flag?: string }): string {
  return spec.flag ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The value of a flag from its text, or of a key from the file. @throws {Error} saying what was expected */
export function flagValue(spec: FlagTable[string], given: unknown): unknown {
  switch (spec.type) {
    case 'string':
      return choice(spec, typeof given === 'number' ? String(given) : expect(given, 'string', 'a string'));
    case 'integer':
      return inRange(spec, integer(given));
    case 'boolean':
      if (given === true || given === 'true' || given === '1') return true;
      if (given === false || given === 'false' || given === '0') return false;
      throw new Error('expected true or false');
    case 'duration':
      return inRange(spec, parseDuration(expect(given, 'string', 'a duration such as 1m30s')));
    case 'list':
      return list(given).map((item) => choice(spec, item));
    case 'map':
      return pairs(given);
  }
}

/** Milliseconds of a Go duration: `300ms`, `1.5h`, `2h45m`. @throws {Error} */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const units: Readonly<Record<string, number>> = {
    ns: 1e-6,
    us: 1e-3,
    µs: 1e-3,
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
  };
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/y;
  const negative = text.startsWith('-');
  let total = 0;
  part.lastIndex = negative || text.startsWith('+') ? 1 : 0;
  let end = part.lastIndex;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    total += Number(match[1]) * (units[match[2] as string] as number);
    end = part.lastIndex;
  }
  if (end !== text.length || text.length <= 1)
    throw new Error(`expected a duration such as 1m30s, not ${JSON.stringify(text)}`);
  return negative ? -total : total;
}

function expect(given: unknown, type: 'string', what: string): string {
  if (typeof given !== type) throw new Error(`expected ${what}`);
  return given as string;
}

function integer(given: unknown): number {
  const value = typeof given === 'string' && /^[+-]?\d+$/.test(given) ? Number(given) : given;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error('expected an integer');
  return value;
}

function inRange(spec: Range, value: number): number {
  if (spec.min !== undefined && value < spec.min) throw new Error(`must not be less than ${spec.min}`);
  if (spec.max !== undefined && value > spec.max) throw new Error(`must not be greater than ${spec.max}`);
  return value;
}

function choice(spec: FlagExtras, value: string): string {
  if (spec.choices === undefined || spec.choices.includes(value)) return value;
  throw new Error(`expected one of ${spec.choices.join(', ')}, not ${JSON.stringify(value)}`);
}

function list(given: unknown): string[] {
  if (typeof given === 'string') return given === '' ? [] : given.split(',');
  if (Array.isArray(given) && given.every((item) => typeof item === 'string' || typeof item === 'number'))
    return given.map(String);
  throw new Error('expected a list');
}

function pairs(given: unknown): Record<string, string> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
  }
  const entries = list(given).map((item) => {
    const at = item.indexOf('=');
    if (at <= 0) throw new Error(`expected key=value, not ${JSON.stringify(item)}`);
    return [item.slice(0, at), item.slice(at + 1)];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}
