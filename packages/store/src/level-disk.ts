import { closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DiskError, openLevelDisk as openDisk } from '@wherry/raft/disk';
import type { Disk } from './disk.ts';
import { StorageError } from './storage.ts';

const markBytes = 64;

/** A folder with LevelDB in `db/` and the mark in the file `acknowledged`. */
export async function openLevelDisk(path: string): Promise<Disk> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const disk = await openDisk(join(path, 'db'), path).catch(asStorageError);
  const markPath = join(path, 'acknowledged');
  let markFile: number | undefined;
  return {
    getSync(key) {
      try {
        return disk.getSync(key);
      } catch (error) {
        return asStorageError(error);
      }
    },
    batch: (operations, options) => disk.batch(operations, options),
    async *pages() {
      try {
        yield* disk.pages();
      } catch (error) {
        asStorageError(error);
      }
    },
    readMark: () => (existsSync(markPath) ? readFileSync(markPath) : undefined),
    writeMark(mark) {
      markFile ??= openSync(markPath, constants.O_WRONLY | constants.O_CREAT, 0o600);
      const padded = Buffer.alloc(markBytes, ' ');
      mark.copy(padded);
      writeSync(markFile, padded, 0, markBytes, 0);
    },
    async close() {
      if (markFile !== undefined) {
        fsyncSync(markFile);
        closeSync(markFile);
        markFile = undefined;
      }
      await disk.close();
    },
  };
}

function asStorageError(error: unknown): never {
  if (error instanceof DiskError) throw new StorageError(error.code, error.message, { cause: error });
  throw error;
}
