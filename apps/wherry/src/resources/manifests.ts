import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CliError } from '../cli/errors.ts';
import { readAll, type Io } from '../cli/io.ts';
import { field, isUnstructured, type Unstructured } from './unstructured.ts';

export interface Manifest {
  readonly object: Unstructured;
  /** The file it came from, or `STDIN`. */
  readonly source: string;
}

const extensions = ['.json', '.yaml', '.yml'];

/** Every object in the given files, directories (in the order of their names) and `-` for standard input. */
export async function readManifests(
  names: readonly string[],
  options: { recursive: boolean; verb: string },
  io: Pick<Io, 'stdin' | 'cwd'>,
): Promise<Manifest[]> {
  const manifests: Manifest[] = [];
  for (const name of names) {
    if (name === '-') {
      manifests.push(...parseManifests(await readAll(io.stdin), 'STDIN'));
      continue;
    }
    for (const file of await filesOf(name, io.cwd, options.recursive)) {
      manifests.push(...parseManifests(await readFile(resolve(io.cwd, file), 'utf8'), file));
    }
  }
  if (manifests.length === 0) throw new CliError(`no objects passed to ${options.verb}`);
  return manifests;
}

async function filesOf(name: string, cwd: string, recursive: boolean): Promise<string[]> {
  const info = await stat(resolve(cwd, name)).catch(() => undefined);
  if (!info) throw new CliError(`the path ${JSON.stringify(name)} does not exist`);
  if (!info.isDirectory()) return [name];
  const files: string[] = [];
  const entries = await readdir(resolve(cwd, name), { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(name, entry.name);
    if (entry.isDirectory()) {
      if (recursive) files.push(...(await filesOf(path, cwd, true)));
    } else if (extensions.includes(extname(entry.name))) {
      files.push(path);
    }
  }
  return files;
}

/** The objects of a YAML stream or JSON text; a List is taken apart. */
export function parseManifests(text: string, source: string): Manifest[] {
  return parseValues(text, source).flatMap((value) => expand(value, source));
}

function parseValues(text: string, source: string): unknown[] {
  if (/^\s*\{/.test(text)) {
    try {
      return [JSON.parse(text)];
    } catch {
      // Flow-style YAML begins with a brace too; the YAML reader says what is wrong if it is neither.
    }
  }
  const documents = parseAllDocuments(text, {
    version: '1.1',
    merge: true,
    uniqueKeys: true,
    schema: 'yaml-1.1',
    // A timestamp stays the text it is: JSON has no dates.
    customTags: (tags) => tags.filter((t) => typeof t === 'string' || !t.tag.endsWith(':timestamp')),
  });
  return (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) {
      const line = problem.linePos?.[0].line;
      const why = `yaml: ${line === undefined ? '' : `line ${line}: `}${problem.message.split('\n')[0]}`;
      throw new CliError(`error parsing ${source}: error converting YAML to JSON: ${why}`);
    }
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null || value === undefined ? [] : [value];
  });
}

function expand(value: unknown, source: string): Manifest[] {
  if (!isUnstructured(value)) {
    const shown = JSON.stringify(value);
    const missing = typeof field(value, 'kind') === 'string' ? 'apiVersion' : 'Kind';
    const why =
      missing === 'Kind' ? `Object 'Kind' is missing in '${shown}'` : `Object 'apiVersion' is missing in '${shown}'`;
    throw new CliError(`unable to decode ${JSON.stringify(source)}: ${why}`);
  }
  if (value.kind.endsWith('List') && Array.isArray(value['items'])) {
    return value['items'].flatMap((item) => expand(item, source));
  }
  value.metadata ??= {};
  return [{ object: value, source }];
}
