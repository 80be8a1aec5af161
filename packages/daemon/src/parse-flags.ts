import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { flagName, flagValue, stringFlag, integerFlag, type FlagTable, type FlagValues } from './flags.ts';

/** Flags that every daemon has. */
export const commonFlags: {
  config: ReturnType<typeof stringFlag>;
  v: ReturnType<typeof integerFlag>;
  logFile: ReturnType<typeof stringFlag>;
} = {
  config: stringFlag('YAML file with values for any of these flags, by their camelCase names; a flag given here wins'),
  v: integerFlag('number for the log level verbosity: 4 and more is debug, 6 and more is trace', 0, {
    short: 'v',
    max: 10,
  }),
  logFile: stringFlag('append the log to this file instead of standard error'),
};

export type CommonValues = FlagValues<typeof commonFlags>;

export interface Program {
  readonly name: string;
  readonly description: string;
  readonly version: string;
}

/** Bad flags or a bad file; the message is for people. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/**
 * Values from the command line, else from the file of --config, else the defaults. Prints and exits for --help,
 * --version and errors of the command line, as commander does. @throws {FlagError} for errors of the file
 */
export async function parseFlags<F extends FlagTable>(
  program: Program,
  table: F,
  argv: readonly string[],
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Promise<FlagValues<F> & CommonValues> {
  const all: FlagTable = { ...table, ...commonFlags };
  const given = parseCommandLine(program, all, argv);
  const path = given['config'];
  const file = typeof path === 'string' ? await parseConfigFile(path, readFile, all) : {};
  const defaults = Object.fromEntries(Object.entries(all).map(([key, spec]) => [key, spec.default]));
  return { ...defaults, ...file, ...given } as FlagValues<F> & CommonValues;
}

function parseCommandLine(program: Program, table: FlagTable, argv: readonly string[]): Record<string, unknown> {
  const command = new Command(program.name)
    .description(program.description)
    .version(`Kubernetes ${program.version}`, '--version')
    .helpOption('-h, --help')
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 120, optionDescription: (option) => option.description });
  const given: Record<string, unknown> = {};
  for (const [key, spec] of Object.entries(table)) {
    command.addOption(option(key, spec, given));
  }
  command.parse(argv, { from: 'user' });
  return given;
}

function option(key: string, spec: FlagTable[string], given: Record<string, unknown>): Option {
  const name = flagName(key, spec);
  const value = spec.type === 'boolean' ? ' [boolean]' : ` <${spec.type}>`;
  const made = new Option(`${spec.short === undefined ? '' : `-${spec.short}, `}--${name}${value}`, describe(spec));
  return made
    .argParser((text: string) => {
      try {
        given[key] = merge(given[key], flagValue(spec, text));
      } catch (error) {
        throw new InvalidArgumentError((error as Error).message);
      }
      return given[key];
    })
    .preset('true');
}

/** Lists and maps grow when given again; anything else is replaced. */
function merge(old: unknown, value: unknown): unknown {
  if (Array.isArray(old) && Array.isArray(value)) return [...(old as unknown[]), ...(value as unknown[])];
  if (typeof old === 'object' && old !== null && typeof value === 'object') return { ...old, ...value };
  return value;
}

function describe(spec: FlagTable[string]): string {
  const fallback = spec.type === 'duration' ? `${Number(spec.default) / 1000}s` : formatDefault(spec.default);
  return fallback === '' ? spec.description : `${spec.description} (default ${fallback})`;
}

function formatDefault(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object' || value === null) return String(value as string | number | boolean);
  return Object.entries(value)
    .map(([key, entry]) => `${key}=${String(entry)}`)
    .join(',');
}

async function parseConfigFile(
  path: string,
  readFile: (path: string) => string,
  table: FlagTable,
): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(readFile(path), { maxAliasCount: 100 }) ?? {};
  } catch (error) {
    throw new FlagError(`config file ${JSON.stringify(path)}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof document !== 'object' || Array.isArray(document)) {
    throw new FlagError(`config file ${JSON.stringify(path)}: expected a mapping of flag names to values`);
  }
  const values: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(document as object)) {
    const spec = key === 'config' || !Object.hasOwn(table, key) ? undefined : table[key];
    if (spec === undefined)
      throw new FlagError(`config file ${JSON.stringify(path)}: unknown key ${JSON.stringify(key)}`);
    try {
      values[key] = flagValue(spec, given);
    } catch (error) {
      throw new FlagError(`config file ${JSON.stringify(path)}: ${key}: ${(error as Error).message}`, { cause: error });
    }
  }
  return values;
}
