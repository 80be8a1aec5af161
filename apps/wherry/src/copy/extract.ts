import { constants } from 'node:fs';
import { mkdir, open, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readTar, TarError, type TarEntry } from './tar-reader.ts';

export interface Extraction {
  /** What every member's name begins with: the path that was asked for, without its leading slash. */
  readonly prefix: string;
  /** The file or directory of this machine that the path becomes. */
  readonly target: string;
  warn(text: string): void;
  /** Said of the first symbolic link, which is left out as all of them are. */
  symlinkWarning(path: string, linkName: string): string;
}

/**
 * Unpacks what a container sent, of which nothing can be trusted: nothing is written outside the target, no link is
 * made, and no link that stands in the target is followed out of it.
 */
export async function extract(source: AsyncIterable<Uint8Array>, options: Extraction): Promise<void> {
  const { prefix, warn } = options;
  const target = resolve(options.target);
  let sawSymlink = false;
  for await (const entry of readTar(source)) {
    const path = placeOf(entry.name, prefix, target);
    if (path === undefined) {
      warn(
        `warning: file ${JSON.stringify(join(target, entry.name.slice(prefix.length)))} is outside target destination, skipping\n`,
      );
      continue;
    }
    if (entry.type === 'symlink') {
      warn(
        sawSymlink
          ? `warning: skipping symlink: ${JSON.stringify(path)} -> ${JSON.stringify(entry.linkName)}\n`
          : options.symlinkWarning(path, entry.linkName),
      );
      sawSymlink = true;
    } else if (entry.type === 'directory') {
      await makeInside(target, path, warn);
    } else if (entry.type === 'file') {
      if (await makeInside(target, dirname(path), warn, path === target)) await writeBody(entry, path, path === target);
    } else {
      warn(`warning: skipping ${JSON.stringify(path)}: neither a file nor a directory\n`);
    }
  }
}

/** Where a member goes; undefined when that is not in the target. */
export function placeOf(name: string, prefix: string, target: string): string | undefined {
  if (name.includes('\0')) throw new TarError('tar contents corrupted');
  if (!name.startsWith(prefix)) throw new TarError('tar contents corrupted');
  const inside = name.slice(prefix.length);
  // `tmp/foobar` was not asked for with `tmp/foo`.
  if (prefix !== '' && inside !== '' && !inside.startsWith('/') && !prefix.endsWith('/'))
    throw new TarError('tar contents corrupted');
  const path = join(target, inside);
  const from = relative(target, path);
  return from === '..' || from.startsWith(`..${sep}`) ? undefined : path.replace(/(?<=.)\/+$/, '');
}

/** Makes the directory, unless a link on the way leads out of the target: then it says so, and is false. */
async function makeInside(
  target: string,
  directory: string,
  warn: (text: string) => void,
  isTarget = false,
): Promise<boolean> {
  const root = isTarget ? dirname(target) : target;
  await mkdir(root, { recursive: true, mode: 0o755 });
  const real = await realpath(root);
  // Made step by step: `mkdir -p` would follow a link that leads out.
  let at = root;
  for (const part of relative(root, directory).split(sep)) {
    if (part !== '') at = join(at, part);
    await mkdir(at, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const found = await realpath(at);
    if (found !== real && !found.startsWith(real.endsWith(sep) ? real : real + sep)) {
      warn(`warning: file ${JSON.stringify(directory)} is outside target destination, skipping\n`);
      return false;
    }
  }
  return true;
}

/** A link in the file's place is not followed, except where the user named it as the target. */
async function writeBody(entry: TarEntry, path: string, isTarget: boolean): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (isTarget ? 0 : constants.O_NOFOLLOW);
  await using handle = await open(path, flags, 0o666);
  await handle.writeFile(entry.body());
}
