import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Collector } from './contract/collector.ts';
import { ManualClock } from './contract/contract.ts';
import { dump, put, read, remove, write } from './contract/short.ts';
import { MemoryVolume, type DiskOperation, type Volume } from '@wherry/raft/disk';
import { openMemoryStore, openStore } from './open.ts';
import type { Storage } from './storage.ts';
import { changeKey, seal, summaryKey } from './record.ts';

describe('group commit', () => {
  it('shares one synced batch among all writes that wait, and answers none before it is on disk', async () => {
    const disk = new HeldLog();
    await using store = await openStore({ volume: disk.volume });
    disk.releaseAll = false;
    const answered: number[] = [];
    const writes = Array.from({ length: 64 }, async (_, i) => {
      await write(store, put(`/k/${i}`, 'v'));
      answered.push(i);
    });
    const watcher = new Collector(store, '/', 0);
    await disk.nextBatch();
    expect(disk.held).toHaveLength(1);
    // One entry, and how far the log reaches.
    expect(disk.held[0]?.operations).toHaveLength(2);
    expect(disk.held[0]?.sync).toBe(true);
    // More gather while the first batch is on its way; nothing of either is to be seen.
    writes.push(write(store, put('/late', 'v')).then(() => undefined));
    await turns(5);
    expect(answered).toEqual([]);
    expect(await serializable(store, '/k/0')).toBe(undefined);
    expect(watcher.events).toEqual([]);
    expect(await store.currentRevision('serializable')).toBe(1);
    disk.release();
    await disk.nextBatch();
    expect(answered).toHaveLength(64);
    expect(watcher.events).toHaveLength(64);
    expect(await serializable(store, '/late')).toBe(undefined);
    disk.release();
    await Promise.all(writes);
    expect(await read(store, '/late')).toBe('v');
    disk.releaseAll = true;
  });

  it('tells watchers that are in step before it answers', async () => {
    await using store = await openMemoryStore();
    const watcher = new Collector(store, '/', 0);
    await watcher.reached(1);
    const { revision } = await write(store, put('/a', '1'));
    expect(watcher.revision).toBe(revision);
    expect(watcher.lines()).toEqual([`${revision} put /a=1`]);
  });

  it('copies the value, so that its owner may use the buffer again once answered', async () => {
    await using store = await openMemoryStore();
    const value = Buffer.from('mine');
    await write(store, { type: 'put', key: '/a', value });
    value.fill('x');
    expect(await read(store, '/a')).toBe('mine');
  });

  it('refuses more than may wait', async () => {
    await using store = await openMemoryStore({ limits: { queuedProposals: 3 } });
    const settled = await Promise.allSettled(Array.from({ length: 5 }, (_, i) => write(store, put(`/${i}`, 'v'))));
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((settled[4] as PromiseRejectedResult).reason).toMatchObject({ code: 'unavailable' });
    expect(await dump(store, '/')).toHaveLength(3);
  });
});

describe('a disk that fails', () => {
  it('leaves the write unknown, stops the store from taking more, and what was acknowledged can be read', async () => {
    const disk = new HeldLog();
    const failures: string[] = [];
    const store = await openStore({ volume: disk.volume, onFailure: ({ message }) => void failures.push(message) });
    await write(store, put('/a', '1'));
    disk.releaseAll = false;
    const under = write(store, put('/a', '2'));
    await disk.nextBatch();
    const settled = expect(under).rejects.toMatchObject({ code: 'unknown' });
    disk.fail(new Error('input/output error'));
    await settled;
    await expect(write(store, put('/c', '1'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.grantLease(1)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await serializable(store, '/a')).toBe('1');
    await expect(store.get('/a')).rejects.toMatchObject({ code: 'closed' });
    expect(failures).toEqual([expect.stringContaining('input/output error')]);
    await store[Symbol.asyncDispose]();
  });
});

describe('limits', () => {
  it('refuse puts above the quota with no-space, and deleting and compacting make room again', async () => {
    await using store = await openMemoryStore({ limits: { quotaBytes: 10_000 } });
    const big = 'x'.repeat(3000);
    for (const key of ['/a', '/b', '/c']) await write(store, put(key, big));
    await expect(write(store, put('/d', big))).rejects.toMatchObject({ code: 'no-space' });
    expect(store.alarms()).toEqual([{ member: store.status().memberId, type: 'noSpace' }]);
    expect(await read(store, '/d')).toBe(undefined);
    await remove(store, '/a');
    await remove(store, '/b');
    // Both tombstones are above the revision before, and are forgotten with it.
    await store.compact(await store.currentRevision());
    await until(() => store.stats().bytes < 3500 && store.alarms().length === 0);
    await write(store, put('/d', big));
    expect((await store.list('/')).items.map(({ key }) => key)).toEqual(['/c', '/d']);
  });

  it('refuse a transaction with too many operations', async () => {
    await using store = await openMemoryStore({ limits: { maxTxnOperations: 2 } });
    const attempt = write(store, put('/a', '1'), put('/b', '1'), put('/c', '1'));
    await expect(attempt).rejects.toMatchObject({ code: 'too-large' });
  });
});

describe('opening', () => {
  it('refuses a store of a newer format and says which it can read', async () => {
    const volume = await volumeOf(new Map([[summaryKey, seal({ format: 3 })]]));
    await expect(openStore({ volume })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/disk format 3 .* up to 2.*newer program/),
    });
  });

  it('refuses a folder that another store has open', async () => {
    const path = mkdtempSync(join(tmpdir(), 'wherry-open-'));
    {
      await using first = await openStore({ path });
      await expect(openStore({ path })).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining(path),
      });
      await write(first, put('/a', '1'));
    }
    await using again = await openStore({ path });
    expect(await read(again, '/a')).toBe('1');
    rmSync(path, { recursive: true });
  });

  const harms: Record<string, { harm: (records: Map<string, Buffer>) => void; message: RegExp }> = {
    'a missing record in the middle': {
      harm: (records) => records.delete(changeKey(4, 0)),
      message: /revision 4 is missing/,
    },
    'a missing first record': {
      harm: (records) => records.delete(changeKey(2, 0)),
      message: /revision 2 is missing/,
    },
    'half a transaction': {
      harm: (records) => records.delete(changeKey(5, 1)),
      message: /revision 5 is .*incomplete/,
    },
    'a missing last record': {
      harm: (records) => records.delete(changeKey(7, 0)),
      message: /revision 7 is the last one, but the records end at 6/,
    },
    'an altered record': {
      harm: (records) => (records.get(changeKey(4, 0)) as Buffer).writeUInt8(0, 50),
      message: /revision 4 .* is damaged/,
    },
    'a record of another time in its place': {
      harm: (records) => records.set(changeKey(4, 0), records.get(changeKey(3, 0)) as Buffer),
      message: /revision 4 .* holds another one's data/,
    },
    'no summary': {
      harm: (records) => records.delete(summaryKey),
      message: /no summary/,
    },
    'a stray record': {
      harm: (records) => records.set('x', Buffer.from('?')),
      message: /a record nobody wrote, "x"/,
    },
    'a missing lease': {
      harm: (records) => records.delete('s00000000001'),
      message: /1 leases were written and 0/,
    },
  };
  for (const [what, { harm, message }] of Object.entries(harms)) {
    it(`refuses ${what} and names it`, async () => {
      const records = await recordsOfSevenRevisions();
      harm(records);
      await expect(openStore({ volume: await volumeOf(records) })).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringMatching(message),
      });
    });
  }

  it('refuses sound records beyond the last one', async () => {
    const records = await recordsOfSevenRevisions({ more: true });
    records.set(summaryKey, (await recordsOfSevenRevisions()).get(summaryKey) as Buffer);
    await expect(openStore({ volume: await volumeOf(records) })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/a record of revision 8, but revision 7 is the last one/),
    });
  });

  it('refuses a sound record of another history', async () => {
    const records = await recordsOfSevenRevisions();
    const others = await recordsOfSevenRevisions({ other: true });
    records.set(changeKey(4, 0), others.get(changeKey(4, 0)) as Buffer);
    await expect(openStore({ volume: await volumeOf(records) })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/revision 4 does not follow/),
    });
  });

  it('refuses a missing record among those that compaction left', async () => {
    const records = await recordsOfSevenRevisions({ compactAt: 7 });
    expect(records.has(changeKey(2, 0))).toBe(false);
    expect(records.delete(changeKey(3, 0))).toBe(true);
    await expect(openStore({ volume: await volumeOf(records) })).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/3 records of \d+ bytes were written and 2/),
    });
  });

  it('does not count the time that it was closed against a lease', async () => {
    const volume = new MemoryVolume();
    const clock = new ManualClock();
    {
      await using store = await openStore({ volume, clock });
      const { id } = await store.grantLease(5);
      await write(store, put('/a', '1', id));
    }
    clock.advance(60_000);
    await using store = await openStore({ volume, clock });
    const watcher = new Collector(store, '/', 0);
    clock.advance(4000);
    await turns(20);
    expect(await dump(store, '/')).toEqual(['/a=1']);
    const before = await store.currentRevision();
    clock.advance(2000);
    await watcher.reached(before + 1);
    expect(await dump(store, '/')).toEqual([]);
  });
});

it('trims what a compaction left behind when it is opened again', async () => {
  let volume = new MemoryVolume();
  {
    await using store = await openStore({ volume });
    for (let i = 0; i < 5; i++) {
      await write(store, ...Array.from({ length: 1000 }, (_, j) => put(`/k/${j}`, String(i))));
    }
    await store.compact(await store.currentRevision());
    expect(store.stats().records).toBeGreaterThan(1000);
    volume = volume.powerCut();
  }
  await using store = await openStore({ volume });
  await until(() => store.stats().records === 1000);
  expect((await dump(store, '/k/')).every((line) => line.endsWith('=4'))).toBe(true);
});

it('a record that was damaged while the store is open is not served', async () => {
  const volume = new MemoryVolume();
  await using store = await openStore({ volume, limits: { cacheBytes: 0 } });
  const { revision } = await write(store, put('/a', 'right'));
  await until(() => volume.state.getSync(changeKey(revision, 0)) !== undefined);
  (volume.state.getSync(changeKey(revision, 0)) as Buffer).write('wrong', 50);
  await expect(store.get('/a')).rejects.toMatchObject({ code: 'corrupt' });
  await expect(store.list('/')).rejects.toMatchObject({ code: 'corrupt' });
});

it('a list of many keys lets others have their turn and is of one revision, even if that is compacted meanwhile', async () => {
  await using store = await openMemoryStore();
  for (let i = 0; i < 20_000; i += 500) {
    await write(store, ...Array.from({ length: 500 }, (_, j) => put(`/k/${i + j}`, 'v'.repeat(100))));
  }
  let turnsHad = 0;
  let kept = 0;
  let done = false;
  const others = (async (): Promise<void> => {
    while (!done) {
      await turns(1);
      turnsHad++;
      const { revision } = await write(store, put('/k/9999', 'later'));
      await store.compact(revision);
      if (!done) kept = store.stats().records;
    }
  })();
  const { items, revision } = await store.list('/k/');
  expect(store.stats().compactedRevision).toBeGreaterThan(revision);
  done = true;
  expect(kept).toBeGreaterThan(20_000);
  await others;
  expect(turnsHad).toBeGreaterThan(3);
  expect(items).toHaveLength(20_000);
  expect(items.every(({ modRevision }) => modRevision <= revision)).toBe(true);
  // What only the list still needed goes when it is done.
  await until(() => store.stats().records <= 20_001);
});

async function recordsOfSevenRevisions(
  options: { compactAt?: number; other?: boolean; more?: boolean } = {},
): Promise<Map<string, Buffer>> {
  const volume = new MemoryVolume();
  {
    await using store = await openStore({ volume });
    await write(store, put('/a', '2'));
    await write(store, put('/b', options.other ? 'x' : '3'));
    await write(store, put('/a', '4'));
    await write(store, put('/c', '5'), put('/d', '5'));
    await store.grantLease(100);
    await remove(store, '/d');
    await write(store, put('/a', '7'));
    if (options.more) await write(store, put('/a', '8'));
    if (options.compactAt !== undefined) {
      await store.compact(options.compactAt);
      await until(() => store.stats().records < 5);
    }
  }
  const records = new Map<string, Buffer>();
  for await (const page of volume.state.pages()) for (const [key, value] of page) records.set(key, Buffer.from(value));
  return records;
}

async function volumeOf(records: Map<string, Buffer>): Promise<Volume> {
  const volume = new MemoryVolume();
  const puts = [...records].map(([key, value]): DiskOperation => ({ type: 'put', key, value }));
  await volume.state.batch(puts, { sync: true });
  return volume;
}

async function serializable(store: Storage, key: string): Promise<string | undefined> {
  const { kv } = await store.get(key, { consistency: 'serializable' });
  return kv && Buffer.from(kv.value).toString();
}

/** Batches of the log wait until they are let through, or fail. */
class HeldLog {
  readonly held: { operations: readonly DiskOperation[]; sync: boolean; go(error?: Error): void }[] = [];
  releaseAll = true;
  readonly volume = new MemoryVolume({
    beforeLogBatch: (operations, { sync }) =>
      new Promise((resolve, reject) => {
        if (this.releaseAll) setImmediate(resolve);
        else this.held.push({ operations, sync, go: (error) => (error ? reject(error) : resolve()) });
      }),
  });

  async nextBatch(): Promise<void> {
    await until(() => this.held.length > 0);
  }

  release(): void {
    this.held.shift()?.go();
  }

  fail(error: Error): void {
    this.held.shift()?.go(error);
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turns(1);
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
