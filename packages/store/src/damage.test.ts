import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Level } from 'level';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Collector } from './contract/collector.ts';
import { put, read, remove, write } from './contract/short.ts';
import { openStore } from './open.ts';
import { StorageError, type Storage } from './storage.ts';

/**
 * Real LevelDB files, harmed one by one in copies. Whatever is done to them, the store either does not open, saying so,
 * or has every record as it was.
 */
describe('a store whose files were damaged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-damage-'));
  const original = join(folder, 'original');
  let expected = '';
  let files: string[] = [];
  let copies = 0;

  beforeAll(async () => {
    {
      await using store = await openStore({ path: original });
      await fill(store, 0);
      const { id } = await store.grantLease(1e6);
      await write(store, put('/leased', 'x', id));
      await store.compact(await store.currentRevision());
    }
    // Part of it in tables, part in the log, as in a store that has run for a while.
    const db = new Level(join(original, 'db')) as Level & { compactRange(start: string, end: string): Promise<void> };
    await db.compactRange('', '~');
    await db.close();
    {
      await using store = await openStore({ path: original });
      await fill(store, 1);
      await store.grantLease(1e6);
      await remove(store, '/k/7');
    }
    // Read from a copy: opening would turn the log into a table.
    expected = await everything(copy());
    const within = (folder: string): string[] => readdirSync(join(original, folder)).map((file) => join(folder, file));
    files = [...within('db'), 'acknowledged'].filter((file) => statSync(join(original, file)).size > 0);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has tables and a log', () => {
    expect(files.some((file) => file.endsWith('.ldb'))).toBe(true);
    expect(files.some((file) => file.endsWith('.log'))).toBe(true);
  });

  it('refuses or has everything when a bit is flipped anywhere', async () => {
    await forAnyPlace(async (path, file, place) => {
      const bytes = readFileSync(join(path, file));
      const at = Math.floor(place * bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << (Math.floor(place * 1e6) % 8));
      writeFileSync(join(path, file), bytes);
    });
  });

  it('refuses or has everything when the end of a file is missing', async () => {
    await forAnyPlace(async (path, file, place) =>
      truncateSync(join(path, file), Math.floor(statSync(join(path, file)).size * place)),
    );
  });

  it('refuses or has everything when a page of a file reads as zeros', async () => {
    await forAnyPlace(async (path, file, place) => {
      const bytes = readFileSync(join(path, file));
      bytes.fill(0, Math.floor((place * bytes.length) / 4096) * 4096, Math.ceil(place * bytes.length));
      writeFileSync(join(path, file), bytes);
    });
  });

  it('refuses or has everything when a file is missing', async () => {
    for (const file of files) {
      await check(file, (path) => rmSync(join(path, file)));
    }
  });

  it('refuses when the log is of yesterday', async () => {
    const path = copy();
    await replaceByYesterdays(path, 'log');
    await expect(openStore({ path })).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('has everything when the state is of yesterday, as the log goes on from there', async () => {
    const path = copy();
    await replaceByYesterdays(path, 'db');
    await using store = await openStore({ path });
    expect(await read(store, '/today')).toBe('1');
  });

  async function replaceByYesterdays(path: string, folder: string): Promise<void> {
    cpSync(join(path, folder), join(path, 'yesterday'), { recursive: true });
    {
      await using store = await openStore({ path });
      await write(store, put('/today', '1'));
    }
    rmSync(join(path, folder), { recursive: true });
    cpSync(join(path, 'yesterday'), join(path, folder), { recursive: true });
  }

  async function forAnyPlace(damage: (path: string, file: string, place: number) => Promise<void>): Promise<void> {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat({ max: 999_999 }), async (nth, millionths) => {
        const place = millionths / 1e6;
        const file = files[nth % files.length] as string;
        await check(`${file} at ${place}`, (path) => damage(path, file, place));
      }),
      { numRuns: Number(process.env['DAMAGE_RUNS'] ?? 40) },
    );
  }

  async function check(what: string, damage: (path: string) => void | Promise<void>): Promise<void> {
    const path = copy();
    try {
      await damage(path);
      expect(await everything(path), what).toBe(expected);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      expect(['corrupt', 'unavailable'], what).toContain(error.code);
      if (process.env['DAMAGE_SHOW']) console.log(what, error.message);
    } finally {
      rmSync(path, { recursive: true });
    }
  }

  function copy(): string {
    const path = join(folder, String(copies++));
    cpSync(original, path, { recursive: true });
    return path;
  }
});

async function fill(store: Storage, round: number): Promise<void> {
  for (let i = 0; i < 60; i += 5) {
    const keys = Array.from({ length: 5 }, (_, j) => `/k/${(i + j) % 40}`);
    await Promise.all(keys.map((key) => write(store, put(key, `${round}-${i}-`.repeat(80)))));
  }
}

/** All there is to read: items with their metadata, and the history. */
async function everything(path: string): Promise<string> {
  await using store = await openStore({ path });
  const { items, revision } = await store.list('');
  const history = new Collector(store, '', store.stats().compactedRevision);
  await history.reached(revision);
  const plain = items.map((kv) => ({ ...kv, value: Buffer.from(kv.value).toString() }));
  return JSON.stringify({ revision, plain, history: history.lines(), leases: store.stats().leases });
}
