import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CliError } from '../../cli/errors.ts';
import { array } from '../../cli/flags.ts';

export const sourceFlags = {
  'from-env-file': array('Specify the path to a file to read lines of key=val pairs.'),
  'from-file': array('A file whose name, or the key put before it as key=path, holds the content; or a directory.'),
  'from-literal': array('Specify a key and literal value to insert (i.e. mykey=somevalue)'),
};

export interface Sources {
  readonly 'from-env-file': readonly string[];
  readonly 'from-file': readonly string[];
  readonly 'from-literal': readonly string[];
}

/** Keys and bytes from --from-literal, --from-file and --from-env-file. */
export async function readSources(sources: Sources, cwd: string): Promise<Map<string, Buffer>> {
  const data = new Map<string, Buffer>();
  const add = (key: string, value: Buffer): void => {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      throw new CliError(
        `${JSON.stringify(key)} is not a valid key name for a ConfigMap: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      );
    }
    if (data.has(key))
      throw new CliError(`cannot add key ${JSON.stringify(key)}, another key by that name already exists`);
    data.set(key, value);
  };
  if (sources['from-env-file'].length > 0 && sources['from-file'].length + sources['from-literal'].length > 0) {
    throw new CliError('from-env-file cannot be combined with from-file or from-literal');
  }
  for (const source of sources['from-file']) await addFile(source, cwd, add);
  for (const literal of sources['from-literal']) {
    const equals = literal.indexOf('=');
    if (equals < 1) throw new CliError(`invalid literal source ${literal}, expected key=value`);
    add(literal.slice(0, equals), Buffer.from(unquoted(literal.slice(equals + 1))));
  }
  for (const file of sources['from-env-file']) {
    for (const line of (await read(file, cwd)).toString('utf8').split(/\r?\n/)) {
      const text = line.trimStart();
      if (text === '' || text.startsWith('#')) continue;
      const equals = text.indexOf('=');
      if (equals < 0) add(text, Buffer.from(process.env[text] ?? ''));
      else add(text.slice(0, equals), Buffer.from(text.slice(equals + 1)));
    }
  }
  return data;
}

function unquoted(value: string): string {
  const quote = value[0];
  return value.length > 1 && (quote === '"' || quote === "'") && value.endsWith(quote) ? value.slice(1, -1) : value;
}

async function addFile(source: string, cwd: string, add: (key: string, value: Buffer) => void): Promise<void> {
  const equals = source.indexOf('=');
  const path = equals < 0 ? source : source.slice(equals + 1);
  if (equals === 0) throw new CliError(`key name for file path ${path} missing`);
  if (equals > 0 && path === '') throw new CliError(`file path for key ${source.slice(0, equals)} missing`);
  const info = await stat(resolve(cwd, path)).catch(() => undefined);
  if (!info) throw new CliError(`error reading ${path}: no such file or directory`);
  if (!info.isDirectory()) return add(equals < 0 ? basename(path) : source.slice(0, equals), await read(path, cwd));
  if (equals >= 0) throw new CliError('cannot give a key name for a directory path');
  const entries = await readdir(resolve(cwd, path), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isFile()) add(entry.name, await read(join(path, entry.name), cwd));
  }
}

async function read(path: string, cwd: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (error) {
    throw new CliError(
      `error reading ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file or directory' : (error as Error).message}`,
    );
  }
}
