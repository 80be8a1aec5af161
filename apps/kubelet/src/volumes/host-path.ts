import { mkdir, open, stat } from 'node:fs/promises';
import { VolumeError } from './payload.ts';

/** Makes or checks what a hostPath volume names, by its type; throws VolumeError in upstream's words. */
export async function prepareHostPath(path: string, type: string | undefined): Promise<void> {
  const wanted = type ?? '';
  if (wanted === '') return;
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined && wanted === 'DirectoryOrCreate')
    return void (await mkdir(path, { recursive: true, mode: 0o755 }));
  if (found === undefined && wanted === 'FileOrCreate') return (await open(path, 'a', 0o644)).close();
  const complaint = complaintOf(wanted, found);
  if (complaint !== undefined) throw new VolumeError(`hostPath type check failed: ${path} is not ${complaint}`);
}

type Found = Awaited<ReturnType<typeof stat>> | undefined;

function complaintOf(type: string, found: Found): string | undefined {
  switch (type) {
    case 'Directory':
    case 'DirectoryOrCreate':
      return found?.isDirectory() ? undefined : 'a directory';
    case 'File':
    case 'FileOrCreate':
      return found?.isFile() ? undefined : 'a file';
    case 'Socket':
      return found?.isSocket() ? undefined : 'a socket file';
    case 'CharDevice':
      return found?.isCharacterDevice() ? undefined : 'a character device';
    case 'BlockDevice':
      return found?.isBlockDevice() ? undefined : 'a block device';
    default:
      return `of a known type: ${type}`;
  }
}
