import { constants } from 'node:fs';
import { mkdir, open, realpath, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from '../network/ip-command.ts';
import { mountsBelow } from './mounts.ts';
import { VolumeError } from './payload.ts';

/** Linux's O_PATH: a handle that only names the file. */
const pathOnly = 0o10000000;

/**
 * Binds a path inside a volume to a place of ours and returns that place. The container may change its volume at any
 * time, so a checked name may lead elsewhere by the time it is mounted (CVE-2017-1002101, CVE-2021-25741): each
 * component is opened without following links, and what is bound is the open file, not a name.
 */
export async function bindSubPath(volume: string, subPath: string, place: string): Promise<string> {
  if (subPath.startsWith('/') || subPath.split('/').includes('..')) {
    throw new VolumeError(`subPath must be a relative path within the volume: ${subPath}`);
  }
  if ((await mountsBelow(place)).includes(place)) return place;
  const root = await realpath(volume);
  const inside = await resolveInside(root, subPath);
  await using handle = await openStepwise(root, inside);
  const target = await handle.stat();
  if (target.isDirectory()) await mkdir(place, { recursive: true });
  else {
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, '', { flag: 'a' });
  }
  await run('mount', ['--no-canonicalize', '--bind', `/proc/${process.pid}/fd/${handle.fd}`, place]);
  return place;
}

/** Follows links that stay in the volume; the part that does not exist yet is taken as it is written. */
async function resolveInside(root: string, subPath: string): Promise<string[]> {
  const full = `${root}/${subPath}`;
  const real = await realpath(full).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return full;
    throw error;
  });
  if (real !== root && !real.startsWith(`${root}/`)) {
    throw new VolumeError(`subpath "${subPath}" not within volume path "${root}"`);
  }
  return real
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}

async function openStepwise(root: string, parts: readonly string[]): Promise<FileHandle> {
  const flags = pathOnly | constants.O_NOFOLLOW;
  let current = await open(root, flags);
  for (const part of parts) {
    const name = `/proc/self/fd/${current.fd}/${part}`;
    try {
      const missing = await stat(name).then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
      );
      if (missing) await mkdir(name, { mode: 0o750 });
      const next = await open(name, flags);
      await current.close();
      current = next;
      if ((await current.stat()).isSymbolicLink()) throw new VolumeError(`unexpected symlink found at ${part}`);
    } catch (error) {
      await current.close();
      throw error;
    }
  }
  return current;
}
