import { readFile, readdir, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { parseAllDocuments, type ScalarTag } from 'yaml';
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
    customTags: kubectlTags,
  });
  return (Array.isArray(documents) ? documents : []).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) {
      const line = problem.linePos?.[0].line;
      const why = `yaml: ${line === undefined ? '' : `line ${line}: `}${problem.message.split('\n')[0]?.replace(/ at line \d+, column \d+:$/, '')}`;
      throw new CliError(`error parsing ${source}: error converting YAML to JSON: ${why}`);
    }
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null || value === undefined ? [] : [value];
  });
}

type Tags = Extract<NonNullable<Parameters<typeof parseAllDocuments>[1]>['customTags'], (...args: never) => unknown>;

/**
 * What plain words mean to kubectl's YAML reader: JSON has no dates, so a timestamp is text; so are times of day, which
 * others read as sexagesimal numbers; and a number has a digit before its exponent.
 */
const kubectlTags: Tags = (tags) =>
  tags.flatMap((tag) => {
    if (typeof tag === 'string' || !('test' in tag) || !(tag.test instanceof RegExp)) return [tag];
    if (tag.tag.endsWith(':timestamp') || ('format' in tag && tag.format === 'TIME')) return [];
    const isFloat = tag.tag.endsWith(':float') && !tag.test.source.includes('nan');
    return [isFloat ? { ...(tag as ScalarTag), test: new RegExp(`(?=^[-+]?\\.?[0-9])${tag.test.source}`) } : tag];
  });

function expand(value: unknown, source: string): Manifest[] {
  if (!isUnstructured(value)) throw new CliError(whyUnusable(value, source));
  if (value.kind.endsWith('List') && Array.isArray(value['items'])) {
    return value['items'].flatMap((item) => expand(item, source));
  }
  value.metadata ??= {};
  return [{ object: value, source }];
}

function whyUnusable(value: unknown, source: string): string {
  const missing = ['apiVersion', 'kind'].filter((name) => typeof field(value, name) !== 'string');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `unable to decode ${JSON.stringify(source)}: a manifest must be a map, not ${JSON.stringify(value)}`;
  }
  const notes = missing.map((name) => `${name} not set`);
  const why = notes.length > 1 ? `[${notes.join(', ')}]` : notes.join('');
  return `error validating ${JSON.stringify(source)}: error validating data: ${why}; if you choose to ignore these errors, turn validation off with --validate=false`;
}
