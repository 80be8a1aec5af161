import fc from 'fast-check';
import { MemoryDisk, type DiskOperation } from '@wherry/raft/disk';
import { describe, expect, it } from 'vitest';
import type { Command } from './command.ts';
import { command } from './core-testing/arbitrary.ts';
import { Core, replicated } from './core-testing/core.ts';
import { load } from './load.ts';
import { leaseKey, seal, summaryKey, unseal } from './record.ts';
import { StorageError } from './storage.ts';

const options = { numRuns: Number(process.env['DAMAGE_RUNS'] ?? 150) };

describe('the state on disk', () => {
  it('is found as it was, whatever happened and whenever it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (commands, every) => {
          const core = await Core.open();
          for (const [i, each] of commands.entries()) {
            core.apply(each, i * 300);
            core.trim(i % 4);
            if (i % every === 0) await core.flush();
          }
          await core.flush();
          const again = await Core.open(core.disk);
          expect(replicated(again.state)).toEqual(replicated(core.state));
          expect(again.chain).toBe(core.chain);
          expect(await again.hash()).toBe(await core.hash());
        },
      ),
      options,
    );
  });

  it('is that of an earlier moment when the end of it is lost, which the log makes up for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), fc.nat(), async (commands, lost) => {
        const batches: DiskOperation[][] = [];
        const disk = new MemoryDisk(new Map(), async (operations) => void batches.push([...operations]));
        const core = await Core.open(disk);
        const moments = [replicated(core.state)];
        for (const [i, each] of commands.entries()) {
          core.apply(each, i * 300);
          core.trim(i % 4);
          await core.flush();
          moments.push(replicated(core.state));
        }
        const left = new MemoryDisk();
        const survived = lost % (commands.length + 1);
        for (const batch of batches.slice(0, survived)) await left.batch(batch, { sync: true });
        const { state } = await load(left);
        expect(replicated(state)).toEqual(moments[survived]);
      }),
      options,
    );
  });

  it('is refused when a batch is missing in the middle, unless it had changed nothing that lasted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 2, maxLength: 30 }), fc.nat(), async (commands, nth) => {
        const batches: DiskOperation[][] = [];
        const core = await Core.open(
          new MemoryDisk(new Map(), async (operations) => void batches.push([...operations])),
        );
        for (const [i, each] of commands.entries()) {
          core.apply(each, i * 300);
          await core.flush();
        }
        const missing = nth % (batches.length - 1);
        const left = new MemoryDisk();
        for (const [i, batch] of batches.entries()) if (i !== missing) await left.batch(batch, { sync: true });
        await wholeOrRefused(left, core);
      }),
      options,
    );
  });

  it('is refused when any bit of it is another one, or any record is gone', async () => {
    const core = await filled();
    const records: [string, Buffer][] = [];
    for await (const page of core.disk.pages()) records.push(...page);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.boolean(), async (nth, place, gone) => {
        const [key, value] = records[nth % records.length] as [string, Buffer];
        const harmed = new Map(records);
        const bytes = Buffer.from(value);
        const bit = place % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        if (gone) harmed.delete(key);
        else harmed.set(key, bytes);
        await expect(load(new MemoryDisk(harmed))).rejects.toBeInstanceOf(StorageError);
      }),
      { numRuns: options.numRuns * 4 },
    );
  });

  it('of format 1, from before there was a log, goes on where it stood, and is of the newer format from then on', async () => {
    const core = await filled();
    const summary = unseal(core.disk.getSync(summaryKey) as Buffer, 'the summary');
    const { index, revision, compactedRevision, trimmedTo, lastLeaseId, chain, records, bytes, sum } = summary;
    const { leases, leaseSum } = summary;
    const before = {
      format: 1,
      index,
      revision,
      compactedRevision,
      trimmedTo,
      lastLeaseId,
      chain,
      records,
      bytes,
      sum,
    };
    const value = seal({ ...before, leases, leaseSum });
    await core.disk.batch([{ type: 'put', key: summaryKey, value }], { sync: true });

    const old = await Core.open(core.disk);
    expect(old.state).toMatchObject({ appliedIndex: index, appliedTerm: 1, clusterId: 0, members: [], revision });
    // Its leases went by the clock on the wall, which stands still at the last sign of life until there is a leader.
    expect(old.state.timeMs).toBe(5000);
    expect(await old.hash()).toBe(await core.hash());
    old.apply(put('/more'), 6000);
    await old.flush();
    const now = unseal(core.disk.getSync(summaryKey) as Buffer, 'the summary');
    expect(now).toMatchObject({ format: 2, index: (index as number) + 1, timeMs: 6000, members: [], sessions: [] });
    expect(replicated((await load(core.disk)).state)).toEqual(replicated(old.state));
  });

  it('is refused when it is of a newer format, even if nothing else of it can be read', async () => {
    const disk = new MemoryDisk(new Map([[summaryKey, seal({ format: 3 })]]));
    await expect(load(disk)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/disk format 3 .* up to 2.*newer program/),
    });
  });

  it('is refused when there are records and no summary, which is written last', async () => {
    const disk = new MemoryDisk(new Map([[leaseKey(1), seal({ id: 1 })]]));
    await expect(load(disk)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('no summary') });
  });
});

async function wholeOrRefused(disk: MemoryDisk, core: Core): Promise<void> {
  try {
    const { state } = await load(disk);
    expect(replicated(state)).toEqual(replicated(core.state));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    expect(error.code).toBe('corrupt');
  }
}

async function filled(): Promise<Core> {
  const core = await Core.open();
  core.apply({ type: 'leaseGrant', id: 0, ttlSeconds: 100 }, 1000);
  core.apply({ type: 'leaseGrant', id: 0, ttlSeconds: 10 }, 5000);
  for (let i = 0; i < 30; i++) core.apply(put(`/k/${i % 7}`, i % 3));
  core.apply({ type: 'compact', revision: 20 });
  core.trim(5);
  await core.flush();
  return core;
}

function put(key: string, lease = 0): Command {
  const operation = { type: 'put' as const, key, value: Buffer.from('the value'), lease };
  return { type: 'txn', request: { compares: [], success: [operation], failure: [] } };
}
