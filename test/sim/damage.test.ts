import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, StorageError, type WatchEvent } from '@wherry/store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * The real files of a member that was killed, in copies. LevelDB writes what is new to the end of a log file, one in the
 * raft log and one in the state: whatever is missing of those ends, and whichever bit of them is another, the member is
 * refused or has all that it had. Every place in the soak, a spread of them otherwise.
 */
const everywhere = process.env['WHERRY_SOAK'] !== undefined;
const spread = 50;
/** The last bytes of each file. */
const tailBytes = everywhere ? 6000 : 2500;

describe('the end of what a member has written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-sim-damage-'));
  const original = join(folder, 'original');
  let whole = '';
  let files: string[] = [];
  let copies = 0;

  beforeAll(async () => {
    const store = await openStore({ path: original });
    await work(store);
    // As a kill -9 leaves it: nothing is closed.
    cpSync(original, join(folder, 'killed'), { recursive: true });
    await store[Symbol.asyncDispose]();
    rmSync(original, { recursive: true });
    cpSync(join(folder, 'killed'), original, { recursive: true });
    whole = await everything(copy());
    files = ['log', 'db'].flatMap((part) =>
      readdirSync(join(original, part))
        .filter((name) => name.endsWith('.log'))
        .map((name) => join(part, name)),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is in a log file of each of the two disks', () => {
    expect(files.map((file) => file.split('/')[0])).toEqual(['log', 'db']);
    for (const file of files) expect(statSync(join(original, file)).size).toBeGreaterThan(tailBytes);
  });

  test('may be cut off at any length: refused, or nothing is missing', async () => {
    let refused = 0;
    for (const [file, at] of places()) {
      if (!(await isWhole(`${file} cut at ${at}`, (path) => truncateSync(join(path, file), at)))) refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });

  test('may have any bit flipped: refused, or nothing is wrong', async () => {
    let refused = 0;
    for (const [file, at] of places()) {
      const flip = (path: string): void => {
        const bytes = readFileSync(join(path, file));
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        writeFileSync(join(path, file), bytes);
      };
      if (!(await isWhole(`${file} flipped at ${at}`, flip))) refused++;
    }
    expect(refused).toBeGreaterThan(0);
  });

  function places(): [file: string, at: number][] {
    return files.flatMap((file) => {
      const { size } = statSync(join(original, file));
      const step = everywhere ? 1 : Math.floor(tailBytes / spread);
      const found: [string, number][] = [];
      for (let at = size - 1; at >= size - tailBytes; at -= step) found.push([file, at]);
      return found;
    });
  }

  async function isWhole(what: string, harm: (path: string) => void): Promise<boolean> {
    const path = copy();
    try {
      harm(path);
      expect(await everything(path), what).toBe(whole);
      return true;
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      expect(error.code, `${what}: ${error.message}`).toBe('corrupt');
      return false;
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

async function work(store: Store): Promise<void> {
  const { id } = await store.grantLease(1e6);
  for (let i = 0; i < 60; i++) {
    const key = `/k/${i % 9}`;
    await store.txn({
      compares: [],
      success: [{ type: 'put', key, value: Buffer.from(`${i} `.repeat(20)), lease: i % 7 === 0 ? id : 0 }],
    });
    if (i % 10 === 3) await store.txn({ compares: [], success: [{ type: 'delete', key }] });
    if (i === 30) await store.compact(20);
    if (i % 20 === 0) await store.hash(0);
  }
  // So that the state's disk has most of it as well.
  await store.backup().then(async ({ chunks }) => {
    for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
  });
  for (let i = 0; i < 20; i++)
    await store.txn({
      compares: [],
      success: [{ type: 'put', key: `/last/${i}`, value: Buffer.from('x'.repeat(100)) }],
    });
}

/** All there is to read: items, the history as far as it goes, leases. */
async function everything(path: string): Promise<string> {
  await using store = await openStore({ path });
  const { items, revision } = await store.list('');
  const from = store.status().compactedRevision;
  const events: WatchEvent[] = [];
  await new Promise<void>((resolve, reject) => {
    const watch = store.watch('', from, {
      onBatch(batch) {
        events.push(...batch.events);
        if (batch.revision < revision) return;
        watch.close();
        resolve();
      },
      onEnd: (error) => reject(error ?? new Error('the watch ended')),
    });
  });
  const leases = await Promise.all((await store.leases()).map((id) => store.lease(id)));
  return JSON.stringify({ revision, items, events, leases: leases.map((lease) => [lease?.id, lease?.keys]) });
}
