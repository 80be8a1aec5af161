import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { type Disk, DiskError, type DiskOperation, type DiskReader } from './disk.ts';
import { findDamagedTable } from './level-tables.ts';

const pageEntries = 1000;

type Snapshot = ReturnType<Level<string, Buffer>['snapshot']>;

/**
 * A LevelDB in the folder `path`, made if it is not there. One process at a time; another one is refused with
 * `unavailable`, in words about `place`.
 */
export async function openLevelDisk(path: string, place: string = path): Promise<Disk> {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const damaged = await findDamagedTable(path);
  if (damaged !== undefined) throw corruptDisk(`LevelDB's table ${join(path, damaged)} is damaged`);
  const db = new Level<string, Buffer>(path, {
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
    throw explain(error, 'open', place);
  }
  return new LevelDisk(db, place);
}

class LevelDisk implements Disk {
  readonly #db: Level<string, Buffer>;
  readonly #place: string;

  constructor(db: Level<string, Buffer>, place: string) {
    this.#db = db;
    this.#place = place;
  }

  getSync(key: string): Buffer | undefined {
    try {
      return this.#db.getSync(key);
    } catch (error) {
      throw explain(error, 'read', this.#place);
    }
  }

  async batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    try {
      await this.#db.batch(operations, options);
    } catch (error) {
      throw explain(error, 'write', this.#place);
    }
  }

  pages(): AsyncIterable<[string, Buffer][]> {
    return this.#pages(undefined);
  }

  snapshot(): DiskReader & { close(): Promise<void> } {
    const snapshot = this.#db.snapshot();
    return { pages: () => this.#pages(snapshot), close: () => snapshot.close() };
  }

  async *#pages(snapshot: Snapshot | undefined): AsyncIterable<[string, Buffer][]> {
    const iterator = this.#db.iterator({ fillCache: false, highWaterMarkBytes: 16 << 20, snapshot });
    try {
      // The next page is read in LevelDB's thread while this one is looked at.
      let next = iterator.nextv(pageEntries);
      for (;;) {
        const page = await next.catch((error: unknown) => {
          throw explain(error, 'read', this.#place);
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

  async defragment(): Promise<void> {
    try {
      // The package's types are those of every platform; here it is always LevelDB.
      const db = this.#db as unknown as { compactRange(start: string, end: string): Promise<void> };
      await db.compactRange('', '\uffff');
    } catch (error) {
      throw explain(error, 'write', this.#place);
    }
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

function explain(error: unknown, verb: 'open' | 'read' | 'write', place: string): DiskError {
  // Opening wraps what LevelDB said in an error of its own.
  const said = ((error as Error).cause ?? error) as { code?: string; message: string };
  if (said.code === 'LEVEL_LOCKED') {
    return new DiskError('unavailable', `another process has the store at ${place} open`, { cause: error });
  }
  if (said.code === 'LEVEL_CORRUPTION') {
    return corruptDisk(`LevelDB cannot ${verb} ${place}: ${said.message}`);
  }
  return new DiskError('unavailable', `cannot ${verb} the store at ${place}: ${said.message}`, { cause: error });
}

/** Says what is wrong and what can be done about it. */
export function corruptDisk(what: string, remedy?: string): DiskError {
  return new DiskError(
    'corrupt',
    `the store is corrupt: ${what}. ${remedy ?? 'It was not opened; restore the data directory from a backup'}`,
  );
}
