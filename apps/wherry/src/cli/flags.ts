/**
 * Flags in pflag's dialect, as kubectl's users know it: `-ojson`, `-o=json`, `-it`, `--watch=false`, `--dry-run` with
 * a value of its own when none is given. A flag is data; its static type follows from its description.
 */

export type FlagKind = 'bool' | 'string' | 'int' | 'duration' | 'list' | 'array';

export interface Flag<T> {
  readonly kind: FlagKind;
  readonly initial: T;
  readonly short?: string | undefined;
  /** The value that the flag takes when it is given without one; `--cascade` means `--cascade=background`. */
  readonly bare?: string | undefined;
  readonly help: string;
  readonly hidden?: boolean | undefined;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

interface Extras {
  short?: string;
  bare?: string;
  hidden?: boolean;
}

export function bool(help: string, initial = false, extras: Extras = {}): Flag<boolean> {
  return { kind: 'bool', initial, help, bare: 'true', ...extras };
}
export function string(help: string, initial = '', extras: Extras = {}): Flag<string> {
  return { kind: 'string', initial, help, ...extras };
}
export function int(help: string, initial: number, extras: Extras = {}): Flag<number> {
  return { kind: 'int', initial, help, ...extras };
}
/** A length of time in Go's notation (`1m30s`); the value is in milliseconds. */
export function duration(help: string, initialMs: number, extras: Extras = {}): Flag<number> {
  return { kind: 'duration', initial: initialMs, help, ...extras };
}
/** May be repeated; each value may hold several, separated by commas. */
export function list(help: string, extras: Extras = {}): Flag<readonly string[]> {
  return { kind: 'list', initial: [], help, ...extras };
}
/** May be repeated; commas have no meaning. */
export function array(help: string, extras: Extras = {}): Flag<readonly string[]> {
  return { kind: 'array', initial: [], help, ...extras };
}

export class FlagError extends Error {}

export interface NormalizedArguments {
  /** Every flag that was given, in order, as `[name, text]`. */
  readonly given: readonly (readonly [string, string])[];
  readonly operands: readonly string[];
  /** How many operands stand before `--`; -1 without one. */
  readonly operandsBeforeDash: number;
}

/** Splits a command line by pflag's rules. Throws FlagError with pflag's words. */
export function splitArguments(argv: readonly string[], flags: Flags): NormalizedArguments {
  const byShort = new Map(Object.entries(flags).flatMap(([name, f]) => (f.short ? [[f.short, name] as const] : [])));
  const given: [string, string][] = [];
  const operands: string[] = [];
  let operandsBeforeDash = -1;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      operandsBeforeDash = operands.length;
      operands.push(...argv.slice(i + 1));
      break;
    }
    if (word.startsWith('--')) {
      i += takeLong(word, argv[i + 1], flags, given);
    } else if (word.length > 1 && word.startsWith('-')) {
      i += takeShort(word, argv[i + 1], flags, byShort, given);
    } else {
      operands.push(word);
    }
  }
  return { given, operands, operandsBeforeDash };
}

/** The index of the first word that is neither a flag nor a flag's value; argv.length when there is none. */
export function firstOperand(argv: readonly string[], flags: Flags): number {
  const byShort = new Map(Object.entries(flags).flatMap(([name, f]) => (f.short ? [[f.short, name] as const] : [])));
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--' || word.length < 2 || !word.startsWith('-')) return i;
    if (word === '-h' || word === '--help') continue;
    i += word.startsWith('--')
      ? takeLong(word, argv[i + 1], flags, [])
      : takeShort(word, argv[i + 1], flags, byShort, []);
  }
  return i;
}

function takeLong(word: string, next: string | undefined, flags: Flags, given: [string, string][]): 0 | 1 {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const flag = flags[name];
  if (!flag) throw new FlagError(`unknown flag: --${name}`);
  if (equals >= 0) {
    given.push([name, word.slice(equals + 1)]);
    return 0;
  }
  if (flag.bare !== undefined) {
    given.push([name, flag.bare]);
    return 0;
  }
  if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`);
  given.push([name, next]);
  return 1;
}

function takeShort(
  word: string,
  next: string | undefined,
  flags: Flags,
  byShort: ReadonlyMap<string, string>,
  given: [string, string][],
): 0 | 1 {
  for (let i = 1; i < word.length; i++) {
    const letter = word[i] ?? '';
    const name = byShort.get(letter);
    const flag = name === undefined ? undefined : flags[name];
    if (name === undefined || !flag) throw new FlagError(`unknown shorthand flag: '${letter}' in ${word}`);
    const rest = word.slice(i + 1);
    if (rest.startsWith('=')) {
      given.push([name, rest.slice(1)]);
      return 0;
    }
    if (flag.bare !== undefined) {
      given.push([name, flag.bare]);
      continue;
    }
    if (rest !== '') {
      given.push([name, rest]);
      return 0;
    }
    if (next === undefined) throw new FlagError(`flag needs an argument: '${letter}' in ${word}`);
    given.push([name, next]);
    return 1;
  }
  return 0;
}

/** Reads one value of a flag. `previous` is what earlier occurrences gave, undefined for the first. */
export function readFlag(name: string, flag: Flag<unknown>, text: string, previous: unknown): unknown {
  const refuse = (why: string): never => {
    const shown = flag.short ? `-${flag.short}, --${name}` : `--${name}`;
    throw new FlagError(`invalid argument ${JSON.stringify(text)} for "${shown}" flag: ${why}`);
  };
  switch (flag.kind) {
    case 'bool': {
      if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
      if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false;
      return refuse(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    }
    case 'int':
      if (!/^[-+]?\d+$/.test(text)) return refuse(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
      return Number(text);
    case 'duration': {
      const ms = parseDuration(text);
      return ms === undefined ? refuse(`time: invalid duration ${JSON.stringify(text)}`) : ms;
    }
    case 'list':
      return [...((previous as string[] | undefined) ?? []), ...(text === '' ? [] : text.split(','))];
    case 'array':
      return [...((previous as string[] | undefined) ?? []), text];
    case 'string':
      return text;
  }
}

const unitMs: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A Go duration in milliseconds; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^([-+]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (!match?.[2]) return undefined;
  let ms = 0;
  for (const [, amount, unit] of match[2].matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return match[1] === '-' ? -ms : ms;
}
