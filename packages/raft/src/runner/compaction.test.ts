import { describe, expect, it } from 'vitest';
import type { Entry, SnapshotMark } from '../core/types.ts';
import { MemoryVolume } from '../disk/memory-volume.ts';
import { ListMachine } from '../testing/list-machine.ts';
import { Compaction } from './compaction.ts';
import { Log } from './log.ts';

const none: SnapshotMark = { index: 0, term: 0, timeMs: 0, configuration: { voters: [1], learners: [] } };

async function setUp(limits: ConstructorParameters<typeof Compaction>[1], entryBytes: number) {
  const log = await Log.open(new MemoryVolume(), none);
  const compaction = new Compaction(log, limits);
  const machine = new ListMachine(new MemoryVolume(), [1]);
  machine.flush = async () => log.lastIndex;
  /** Where it is cut after so many more entries; undefined when it is not. */
  const after = async (count: number, needs: number[] = [], match?: number): Promise<number | undefined> => {
    const entries = Array.from(
      { length: count },
      (_, i): Entry => ({
        term: 1,
        index: log.lastIndex + 1 + i,
        timeMs: 0,
        type: 'normal',
        data: Buffer.alloc(entryBytes),
      }),
    );
    await log.append({ entries, hardState: { term: 1, vote: 1, commit: 0 } });
    if (!compaction.wantsFlush(log.lastIndex)) return undefined;
    await compaction.flush(machine);
    const progress = match === undefined ? [] : [{ id: 2, match, state: 'replicate' as const, active: true }];
    const index = compaction.cut(needs, {
      id: 1,
      role: 'leader',
      term: 1,
      leader: 1,
      commit: 0,
      applied: 0,
      lastIndex: log.lastIndex,
      firstIndex: 1,
      configuration: none.configuration,
      progress,
    });
    if (index !== undefined) await log.compact(index);
    return index;
  };
  return { log, after };
}

describe('compaction', () => {
  it('cuts the log when it has too many entries, and keeps the newest', async () => {
    const { after } = await setUp({ maxEntries: 100, keptEntries: 40 }, 1);
    expect([await after(100), await after(1), await after(50), await after(20)]).toEqual([
      undefined,
      101 - 40,
      undefined,
      171 - 40,
    ]);
  });

  it('cuts the log when it is too large, however few entries that are', async () => {
    const { log, after } = await setUp({ maxBytes: 32_000, keptBytes: 8200 }, 1000);
    expect(await after(30)).toBe(undefined);
    expect(await after(3)).toBe(33 - 7);
    for (let round = 0; round < 100; round++) await after(1);
    expect(log.bytes).toBeLessThan(2 * 32_000);
  });

  it('waits for snapshots on their way and for members that are behind, but not for ever', async () => {
    const { log, after } = await setUp({ maxEntries: 100, keptEntries: 40 }, 1);
    expect(await after(150, [70])).toBe(70);
    expect(await after(100, [], 90)).toBe(90);
    expect(await after(239, [], 90)).toBe(undefined);
    expect(await after(100, [], 90)).toBe(log.lastIndex - 400);
  });
});
