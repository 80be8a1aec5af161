import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface PayloadFile {
  readonly data: Buffer;
  readonly mode: number;
  /** Root unless told. */
  readonly user?: number | undefined;
}

/** File by path relative to the volume; no path is absolute or contains `..`. */
export type Payload = ReadonlyMap<string, PayloadFile>;

const dataLink = '..data';

/**
 * Makes a volume show exactly this payload, as upstream's AtomicWriter: the files live in a time-stamped directory,
 * `..data` points to it and is swapped by one rename, and each visible name is a link through `..data`. A reader sees
 * the old files or the new ones, never a mixture. False when nothing changed.
 */
export async function writePayload(dir: string, payload: Payload, group: number | undefined): Promise<boolean> {
  for (const path of payload.keys()) {
    if (!isSafePath(path)) throw new Error(`invalid path in a volume: ${path}`);
  }
  const current = await readlink(join(dir, dataLink)).catch(absent);
  if (current !== undefined && (await holds(join(dir, current), payload))) return false;

  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-T:]/g, '_');
  const fresh = await mkdtemp(join(dir, `..${stamp}.`));
  await chmod(fresh, 0o755);
  for (const [path, file] of payload) {
    const target = join(fresh, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, file.data);
    if (group !== undefined || file.user !== undefined) await chown(target, file.user ?? 0, group ?? 0);
    // Set apart from creation: the process's umask must not take bits away.
    await chmod(target, group === undefined ? file.mode : file.mode | 0o440);
  }
  const name = fresh.slice(dir.length + 1);
  await symlink(name, join(dir, '..data_tmp'));
  await rename(join(dir, '..data_tmp'), join(dir, dataLink));
  await linkNames(dir, payload);
  if (current !== undefined) await rm(join(dir, current), { recursive: true, force: true });
  return true;
}

/** Relative, within the volume, and not one of the writer's own names. */
export function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return path !== '' && !path.startsWith('/') && !parts.includes('..') && !(parts[0] ?? '').startsWith('..');
}

async function holds(dir: string, payload: Payload): Promise<boolean> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true }).catch(absent);
  if (found === undefined) return false;
  const files = found.filter((entry) => entry.isFile());
  if (files.length !== payload.size) return false;
  for (const entry of files) {
    const full = join(entry.parentPath, entry.name);
    const file = payload.get(full.slice(dir.length + 1));
    if (file === undefined || !file.data.equals(await readFile(full))) return false;
  }
  return true;
}

async function linkNames(dir: string, payload: Payload): Promise<void> {
  const names = new Set([...payload.keys()].map((path) => path.split('/')[0] ?? ''));
  for (const name of names) {
    await symlink(join(dataLink, name), join(dir, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  for (const entry of await readdir(dir)) {
    if (!entry.startsWith('..') && !names.has(entry)) await rm(join(dir, entry), { recursive: true, force: true });
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
