import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { MemoryDisk } from '@wherry/raft/disk';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { Core, replicated } from './core-testing/core.ts';
import { load } from './load.ts';
import { readSnapshot, restoreBackup, snapshotStatus, writeSnapshot } from './snapshot.ts';
import { StorageError } from './storage.ts';

describe('a snapshot', () => {
  it('is the state again on another disk, however its bytes are cut up on the way', async () => {
    const core = await filled();
    const bytes = await whole(core);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700_000 }), async (size) => {
        const disk = new MemoryDisk();
        await readSnapshot(inChunks(bytes, Math.max(size, 50)), disk);
        const { state, ledger } = await load(disk);
        expect(replicated(state)).toEqual(replicated(core.state));
        expect(ledger.summary.chain).toBe(core.chain);
      }),
      { numRuns: 10 },
    );
  });

  it('goes in chunks of at most 256 KiB, and is written in bounded batches that are synced', async () => {
    const core = await filled();
    let chunks = 0;
    for await (const chunk of writeSnapshot(core.disk)) {
      expect(chunk.length).toBeLessThanOrEqual(256 << 10);
      chunks++;
    }
    expect(chunks).toBeGreaterThan(10);
    const batches: number[] = [];
    const disk = new MemoryDisk(new Map(), async (operations, { sync }) => {
      expect(sync).toBe(true);
      batches.push(operations.reduce((sum, each) => sum + (each.type === 'put' ? each.value.length : 0), 0));
    });
    await readSnapshot(writeSnapshot(core.disk), disk);
    expect(batches.length).toBeGreaterThan(2);
    // One record of more than a megabyte may come on top.
    expect(Math.max(...batches)).toBeLessThan(3 << 20);
  });

  it('is refused when any bit of it is another one, or its end is missing, and nothing can be opened then', async () => {
    const core = await Core.open();
    for (let i = 0; i < 5; i++) core.apply(put(`/${i}`, 'value'));
    await core.flush();
    const bytes = await whole(core);
    const harmed = fc.oneof(
      fc.nat({ max: bytes.length * 8 - 1 }).map((bit) => {
        const flipped = Buffer.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        return flipped;
      }),
      fc.nat({ max: bytes.length - 1 }).map((length) => bytes.subarray(0, length)),
      fc.constant(Buffer.concat([bytes, Buffer.of(0)])),
    );
    await fc.assert(
      fc.asyncProperty(harmed, async (each) => {
        const disk = new MemoryDisk();
        await expect(readSnapshot(inChunks(each, 1000), disk)).rejects.toBeInstanceOf(StorageError);
        await expect(snapshotStatus(inChunks(each, 1000))).rejects.toBeInstanceOf(StorageError);
        const { state } = await load(disk);
        expect(state.revision).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('says what is wrong with it', async () => {
    const core = await Core.open();
    core.apply(put('/a', 'value'));
    core.state.clusterId = 0xabc;
    await core.flush();
    const bytes = await whole(core);
    const read = (given: Buffer, expected = {}): Promise<void> =>
      readSnapshot(inChunks(given, 100), new MemoryDisk(), expected);
    await expect(read(Buffer.from('something else altogether'))).rejects.toThrow(/not a snapshot of a wherry store/);
    await expect(read(bytes.subarray(0, bytes.length - 3))).rejects.toThrow(/ends too early, after 2 records/);
    await expect(read(Buffer.concat([bytes, bytes]))).rejects.toThrow(/more after its end/);
    const altered = Buffer.from(bytes);
    altered[60] = (altered[60] as number) ^ 1;
    await expect(read(altered)).rejects.toThrow(/the block after 0 records does not have its checksum/);
    const newer = Buffer.from(bytes);
    newer.writeUInt32LE(2, 16);
    await expect(read(newer)).rejects.toThrow(/format 2 and this program reads formats up to 1/);
    await expect(read(bytes, { clusterId: 0xdef })).rejects.toMatchObject({
      code: 'cluster',
      message: 'the snapshot is of cluster abc, and this is def',
    });
    await read(bytes, { clusterId: 0xabc });
  });

  it('is read from the file of a backup, with the padding and the checksum that etcd has after it', async () => {
    const core = await Core.open();
    core.apply(put('/a', 'value'));
    await core.flush();
    const bytes = await whole(core);
    const padded = Buffer.concat([bytes, Buffer.alloc(512 - (bytes.length % 512))]);
    const file = Buffer.concat([padded, createHash('sha256').update(padded).digest()]);
    const status = await snapshotStatus(inChunks(file, 100));
    expect(status).toEqual(await snapshotStatus(inChunks(bytes, 100)));
    for (let at = bytes.length; at < file.length; at++) {
      const altered = Buffer.from(file);
      altered[at] = (altered[at] as number) ^ 4;
      await expect(snapshotStatus(inChunks(altered, 100))).rejects.toMatchObject({ code: 'corrupt' });
    }
    await expect(snapshotStatus(inChunks(file.subarray(0, -1), 100))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('tells what it holds', async () => {
    const core = await filled();
    const status = await snapshotStatus(writeSnapshot(core.disk));
    const { revision, appliedIndex } = core.state;
    expect(status).toMatchObject({ revision, appliedIndex, compactedRevision: 5, format: 2 });
    expect(status.totalKeys).toBe(await changeRecordsOf(core));
    expect(status.totalSizeBytes).toBeGreaterThan(3 << 20);
    expect((await snapshotStatus(writeSnapshot(core.disk))).hash).toBe(status.hash);
    core.apply(put('/a', 'other'));
    await core.flush();
    expect((await snapshotStatus(writeSnapshot(core.disk))).hash).not.toBe(status.hash);
  });
});

describe('a backup', () => {
  it('begins a new cluster with the data and the revisions of the old one, the same on all its members', async () => {
    const core = await filled();
    const old = { id: 1, name: 'old', peerUrls: ['https://old'], clientUrls: [], isLearner: false };
    Object.assign(core.state, { clusterId: 5, members: [old], configuration: { voters: [1], learners: [] } });
    core.apply({ type: 'alarm', action: 'raise', alarm: { member: 1, type: 'noSpace' } });
    await core.flush();
    const members = [3, 2].map((id) => ({ ...old, id, name: `m${id}`, isLearner: id === 3 }));
    const restored = await Promise.all(
      [1, 2].map(async () => {
        const disk = new MemoryDisk();
        const { state } = await restoreBackup(writeSnapshot(core.disk), disk, { clusterId: 77, members });
        return { state, again: await Core.open(disk) };
      }),
    );
    for (const { state, again } of restored) {
      expect(replicated(again.state)).toEqual(replicated(state));
      expect(state).toMatchObject({
        clusterId: 77,
        members: [{ id: 2 }, { id: 3 }],
        configuration: { voters: [2], learners: [3] },
        removed: [],
        alarms: [],
        sessions: [],
        revision: core.state.revision,
        compactedRevision: core.state.compactedRevision,
        appliedIndex: core.state.appliedIndex,
      });
      expect(await again.hash()).toBe(await core.hash());
      // Leases go on, with their keys.
      expect(again.apply({ type: 'leaseRevoke', id: 1 }).changes).toHaveLength(1);
    }
    expect(replicated(restored[0]?.state as never)).toEqual(replicated(restored[1]?.state as never));
  });
});

async function filled(): Promise<Core> {
  const core = await Core.open();
  core.apply({ type: 'leaseGrant', id: 0, ttlSeconds: 10 }, 1000);
  core.apply(put('/leased', 'x', 1));
  for (let i = 0; i < 2000; i++) core.apply(put(`/k/${i % 1500}`, `${i} `.padEnd(1000, '.')));
  // Greater than a chunk, and than a batch.
  core.apply(put('/great', 'x'.repeat(1_500_000)));
  core.apply(put('/b\xff', ''));
  core.apply({ type: 'compact', revision: 5 });
  core.trim(100);
  await core.flush();
  return core;
}

async function changeRecordsOf({ disk }: Core): Promise<number> {
  let count = 0;
  for await (const page of disk.pages()) count += page.filter(([key]) => key.startsWith('r')).length;
  return count;
}

async function whole({ disk }: Core): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeSnapshot(disk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
}

function put(key: string, value: string, lease = 0): Command {
  const operation = { type: 'put' as const, key, value: Buffer.from(value), lease };
  return { type: 'txn', request: { compares: [], success: [operation], failure: [] } };
}
