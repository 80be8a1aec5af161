import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KubeconfigFile } from '@wherry/client';
import { parse } from 'yaml';
import { CliError } from '../cli/errors.ts';
import { toYaml } from '../printing/yaml.ts';
import { shaped } from './shape.ts';

/** Of several files, the one that a change belongs to: the first that `has` it, else the first that exists. */
export async function fileFor(paths: readonly string[], has: (file: KubeconfigFile) => boolean): Promise<string> {
  for (const path of paths) if (existsSync(path) && has(await readPlain(path))) return path;
  return paths.find((path) => existsSync(path)) ?? paths.at(-1) ?? '';
}

/** A kubeconfig as it is written, its relative paths untouched; an empty one where there is no file. */
export async function readPlain(path: string): Promise<KubeconfigFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new CliError(`error loading config file ${JSON.stringify(path)}: ${error.message}`);
  });
  const empty = { apiVersion: 'v1', kind: 'Config', clusters: [], contexts: [], users: [], 'current-context': '' };
  try {
    return { ...empty, ...(parse(text, { maxAliasCount: 100 }) as KubeconfigFile | null) };
  } catch (error) {
    throw new CliError(`error loading config file ${JSON.stringify(path)}: ${(error as Error).message}`);
  }
}

/**
 * Writes a kubeconfig in one step, readable by its owner alone, while holding the lock file that kubectl honours too.
 */
export async function change(path: string, edit: (file: KubeconfigFile) => KubeconfigFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  await writeFile(lock, '', { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw new CliError(`open ${lock}: file exists`);
    throw new CliError(error.message);
  });
  const next = `${path}.${randomUUID()}.tmp`;
  try {
    const file = edit(await readPlain(path));
    await writeFile(next, toYaml(shaped(file)), { mode: 0o600, flag: 'wx' });
    await rename(next, path);
  } finally {
    await rm(next, { force: true });
    await rm(lock, { force: true });
  }
}
