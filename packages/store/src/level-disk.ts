import { closeSync, constants, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import type { Disk, DiskOperation } from './disk.ts';
import { corrupt } from './record.ts';
import { StorageError } from './storage.ts';

const markBytes = 64;
const pageEntries = 1000;

/**
 * A folder with LevelDB in `db/` and the mark in the file `acknowledged`. One process at a time; another one is
 * refused with `unavailable`.
 */
export async function openLevelDisk(path: string): Promise<Disk> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const db = new Level<string, Buffer>(join(path, 'db'), {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    // Space is cheaper here than the time it would take of every write and every start.
    compression: false,
    // Large blocks and files make reading everything at the start quicker; uncompressed blocks are read in place, so
    // that single reads do not suffer.
    blockSize: 64 << 10,
    maxFileSize: 8 << 20,
  });
  try {
    await db.open();
  } catch (error) {
    throw explain(error, 'open', path);
  }
  return new LevelDisk(db, path);
}

class LevelDisk implements Disk {
  readonly #db: Level<string, Buffer>;
  readonly #path: string;
  readonly #markPath: string;
  #markFile: number | undefined;

  constructor(db: Level<string, Buffer>, path: string) {
    this.#db = db;
    this.#path = path;
    this.#markPath = join(path, 'acknowledged');
  }

  getSync(key: string): Buffer | undefined {
    try {
      return this.#db.getSync(key);
    } catch (error) {
      throw explain(error, 'read', this.#path);
    }
  }

  async batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    await this.#db.batch(operations, options);
  }

  async *pages(): AsyncIterable<[string, Buffer][]> {
    const iterator = this.#db.iterator({ fillCache: false, highWaterMarkBytes: 16 << 20 });
    try {
      // The next page is read in LevelDB's thread while this one is looked at.
      let next = iterator.nextv(pageEntries);
      for (;;) {
        const page = await next.catch((error: unknown) => {
          throw explain(error, 'read', this.#path);
        });
        if (page.length === 0) return;
        next = iterator.nextv(pageEntries);
        // Awaited above or, if the consumer stops early, not needed any more.
        next.catch(() => undefined);
        yield page;
      }
    } finally {
      await iterator.close();
    }
  }

  readMark(): Buffer | undefined {
    return existsSync(this.#markPath) ? readFileSync(this.#markPath) : undefined;
  }

  writeMark(mark: Buffer): void {
    this.#markFile ??= openSync(this.#markPath, constants.O_WRONLY | constants.O_CREAT, 0o600);
    const padded = Buffer.alloc(markBytes, ' ');
    mark.copy(padded);
    writeSync(this.#markFile, padded, 0, markBytes, 0);
  }

  async close(): Promise<void> {
    if (this.#markFile !== undefined) {
      fsyncSync(this.#markFile);
      closeSync(this.#markFile);
      this.#markFile = undefined;
    }
    await this.#db.close();
  }
}

function explain(error: unknown, verb: 'open' | 'read', path: string): StorageError {
  // Opening wraps what LevelDB said in an error of its own.
  const said = ((error as Error).cause ?? error) as { code?: string; message: string };
  if (said.code === 'LEVEL_LOCKED') {
    return new StorageError('unavailable', `another process has the store at ${path} open`, { cause: error });
  }
  if (said.code === 'LEVEL_CORRUPTION') {
    return corrupt(`LevelDB cannot ${verb} ${path}: ${said.message}`);
  }
  return new StorageError('unavailable', `cannot ${verb} the store at ${path}: ${said.message}`, { cause: error });
}
