import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, SnapshotMark } from '../core/types.ts';
import type { MemoryDisk } from '../disk/memory-disk.ts';
import { MemoryVolume } from '../disk/memory-volume.ts';
import { Log } from './log.ts';
import { entryKey, metaKey } from './log-record.ts';
import { seal, unseal } from '../disk/sealed.ts';

const none: SnapshotMark = { index: 0, term: 0, timeMs: 0, configuration: { voters: [1], learners: [] } };

function entry(index: number, term = 1, text = `entry ${index}`): Entry {
  return { index, term, timeMs: index * 10, type: 'normal', data: Buffer.from(text) };
}

function entries(from: number, to: number, term = 1): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entry(from + i, term));
}

function plain(log: Log): string[] {
  return log
    .entries(log.compacted.index + 1, log.lastIndex + 1, Infinity)
    .map(({ index, term, timeMs, type, data }) => `${index} ${term} ${timeMs} ${type} ${Buffer.from(data).toString()}`);
}

async function filled(count = 10): Promise<{ volume: MemoryVolume; log: Log }> {
  const volume = new MemoryVolume();
  const log = await Log.open(volume, none);
  await log.append({ entries: entries(1, count), hardState: { term: 1, vote: 1, commit: 0 } });
  return { volume, log };
}

describe('the log', () => {
  it('has after a power cut what it had before', async () => {
    const { volume, log } = await filled();
    await log.append({ entries: [{ ...entry(11, 2), type: 'config' }], hardState: { term: 2, vote: 0, commit: 9 } });
    const again = await Log.open(volume.powerCut(), none);
    expect(plain(again)).toEqual(plain(log));
    expect(again.hardState).toEqual({ term: 2, vote: 0, commit: 9 });
    expect([again.term(0), again.term(10), again.term(11)]).toEqual([0, 1, 2]);
  });

  it('gives as many entries as fit, but at least one', async () => {
    const { log } = await filled();
    expect(log.entries(3, 11, 0)).toHaveLength(1);
    expect(log.entries(3, 11, 2 * (7 + 33))).toHaveLength(2);
    expect(log.entries(3, 5, 1e6).map(({ index }) => index)).toEqual([3, 4]);
    expect(() => log.entries(0, 3, 1e6)).toThrow(RangeError);
    expect(() => log.entries(3, 12, 1e6)).toThrow(RangeError);
  });

  it('replaces entries from the first new one on', async () => {
    const { volume, log } = await filled();
    await log.append({ entries: [entry(5, 2, 'other')], hardState: { term: 2, vote: 2, commit: 4 } });
    expect(log.lastIndex).toBe(5);
    const again = await Log.open(volume.powerCut(), none);
    expect(plain(again).slice(-2)).toEqual(['4 1 40 normal entry 4', '5 2 50 normal other']);
  });

  it('begins behind what was compacted', async () => {
    const { volume, log } = await filled();
    await log.compact(6);
    const state = { ...none, index: 8, term: 1 };
    for (const one of [log, await Log.open(volume.powerCut(), state)]) {
      expect(one.compacted).toMatchObject({ index: 6, term: 1, timeMs: 60 });
      expect(plain(one)).toHaveLength(4);
      expect(one.term(6)).toBe(1);
      expect(() => one.term(5)).toThrow(RangeError);
    }
    await expect(Log.open(volume.powerCut(), { ...state, index: 5 })).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('begins anew behind a snapshot', async () => {
    const { volume, log } = await filled();
    const snapshot = { ...none, index: 100, term: 7, timeMs: 900 };
    await log.append({ snapshot, entries: entries(101, 102, 7), hardState: { term: 7, vote: 0, commit: 100 } });
    const again = await Log.open(volume.powerCut(), snapshot);
    expect(again.compacted).toMatchObject({ index: 100, term: 7, timeMs: 900 });
    expect(plain(again)).toEqual(plain(log));
  });

  it('begins behind the state when a snapshot was put in place just before the end', async () => {
    for (const [index, term] of [
      [100, 7],
      [10, 7],
      [5, 7],
    ] as const) {
      const { volume } = await filled();
      const log = await Log.open(volume.powerCut(), { ...none, index, term });
      expect([log.compacted.index, log.lastIndex, log.hardState]).toEqual([
        index,
        index,
        { term: 7, vote: 0, commit: index },
      ]);
    }
  });

  it('begins behind a state from before there was a log, whose mark it compares', async () => {
    const volume = new MemoryVolume();
    volume.writeMark(seal({ index: 40 }));
    await expect(Log.open(volume, { ...none, index: 39 })).rejects.toMatchObject({ code: 'corrupt' });
    const log = await Log.open(volume, { ...none, index: 40 });
    expect(log.lastIndex).toBe(40);
    await log.append({ entries: [entry(41)], hardState: { term: 1, vote: 1, commit: 40 } });
    expect((await Log.open(volume.powerCut(), { ...none, index: 40 })).lastIndex).toBe(41);
  });

  it('finds out when its last batches are lost, a mere vote included', async () => {
    const { volume, log } = await filled();
    const before = volume.powerCut();
    const after = new MemoryVolume();
    for await (const page of before.log.pages()) {
      await after.log.batch(
        page.map(([key, value]) => ({ type: 'put', key, value })),
        { sync: true },
      );
    }
    const voted = await Log.open(before, none);
    await voted.append({ entries: [], hardState: { term: 2, vote: 3, commit: 0 } });
    after.writeMark(before.readMark() as Buffer);
    await expect(Log.open(after, none)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringMatching(/acknowledged.*remove the file "acknowledged"/),
    });
    expect(log.lastIndex).toBe(10);
  });

  it('does not mistake entries that were replaced by fewer for lost ones', async () => {
    const { volume, log } = await filled();
    // The power cut comes before the new mark.
    const mark = volume.readMark() as Buffer;
    await log.append({ entries: [entry(5, 2)], hardState: { term: 2, vote: 2, commit: 4 } });
    volume.writeMark(mark);
    expect((await Log.open(volume.powerCut(), none)).lastIndex).toBe(5);
  });

  it('belongs to one member, whose votes are in it', async () => {
    const { volume, log } = await filled();
    await log.claim(7);
    await log.append({ entries: [entry(11)], hardState: { term: 1, vote: 7, commit: 0 } });
    const again = await Log.open(volume.powerCut(), none);
    await again.claim(7);
    await expect(again.claim(8)).rejects.toMatchObject({ code: 'cluster' });
    expect(plain(again)).toEqual(plain(log));
  });

  it('refuses a newer format', async () => {
    const { volume } = await filled();
    const meta = unseal(volume.log.getSync(metaKey) as Buffer, '', '');
    await volume.log.batch([{ type: 'put', key: metaKey, value: seal({ ...meta, format: 2 }) }], { sync: true });
    await expect(Log.open(volume, none)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer format version'),
    });
  });

  it('refuses any record that is altered, gone, repeated or of earlier', async () => {
    const { volume, log } = await filled(6);
    const early = copyOf(volume);
    await log.append({ entries: entries(5, 8, 2), hardState: { term: 2, vote: 1, commit: 3 } });
    const whole = copyOf(volume);
    const keys = [...whole.keys()];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...keys),
        fc.constantFrom('flip', 'remove', 'early', 'swap', 'extra'),
        fc.nat(),
        async (key, damage, nth) => {
          const records = new Map(whole);
          const value = Buffer.from(records.get(key) as Buffer);
          if (damage === 'flip') value[nth % value.length] = (value[nth % value.length] as number) ^ (1 << (nth % 8));
          const other = damage === 'early' ? early.get(key) : whole.get(keys[nth % keys.length] as string);
          if (damage === 'flip') records.set(key, value);
          else if (damage === 'remove' || other === undefined) records.delete(key);
          else if (damage === 'extra') records.set(entryKey(9), value);
          else records.set(key, other);
          const same = [...records].every(([k, v]) => whole.get(k)?.equals(v)) && records.size === whole.size;
          const damaged = new MemoryVolume();
          const put = [...records].map(([k, v]) => ({ type: 'put', key: k, value: v }) as const);
          await damaged.log.batch(put, { sync: true });
          if (same) await Log.open(damaged, none);
          else await expect(Log.open(damaged, none)).rejects.toMatchObject({ code: 'corrupt' });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads what memory does not hold from the disk, verified', async () => {
    const volume = new MemoryVolume();
    const log = await Log.open(volume, none);
    const big = (index: number): Entry => ({ ...entry(index), data: Buffer.alloc(1 << 20, index) });
    for (let i = 1; i <= 10; i++) await log.append({ entries: [big(i)], hardState: { term: 1, vote: 1, commit: 0 } });
    expect(log.entries(1, 11, Infinity).map(({ data }) => data[5])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const record = volume.log.getSync(entryKey(2)) as Buffer;
    record[1000] = 99;
    expect(() => log.entries(1, 4, Infinity)).toThrow(/log entry 2 is damaged/);
  });

  it('agrees with a plain list, whatever is appended, replaced, compacted, replaced by a snapshot and reopened', async () => {
    type Step = { do: 'append' | 'replace' | 'compact' | 'snapshot' | 'reopen'; n: number };
    const step = fc.record<Step>({
      do: fc.constantFrom('append', 'append', 'replace', 'compact', 'snapshot', 'reopen'),
      n: fc.nat(9),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        let volume = new MemoryVolume();
        let machine = none;
        let log = await Log.open(volume, machine);
        let list: Entry[] = [];
        let first = 1;
        let term = 1;
        for (const { do: action, n } of steps) {
          const last = first + list.length - 1;
          if (action === 'append' || action === 'replace') {
            const from = action === 'append' ? last + 1 : Math.max(first, last - n);
            const added = entries(from, from + n, ++term);
            list = [...list.slice(0, from - first), ...added];
            await log.append({ entries: added, hardState: { term, vote: 0, commit: 0 } });
          } else if (action === 'compact' && list.length > 0) {
            const index = first + (n % list.length);
            await log.compact(index);
            list = list.slice(index - first + 1);
            first = index + 1;
            machine = { ...none, index, term: log.term(index) };
          } else if (action === 'snapshot') {
            machine = { ...none, index: last + n, term: ++term };
            await log.append({ snapshot: machine, entries: [], hardState: { term, vote: 0, commit: last + n } });
            list = [];
            first = last + n + 1;
          } else if (action === 'reopen') {
            volume = volume.powerCut();
            log = await Log.open(volume, machine);
          }
          expect([log.compacted.index + 1, log.lastIndex]).toEqual([first, first + list.length - 1]);
          expect(log.entries(first, first + list.length, Infinity)).toEqual(list);
          for (const one of list) expect(log.term(one.index)).toBe(one.term);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function copyOf(volume: MemoryVolume): Map<string, Buffer> {
  const keys = [metaKey, ...Array.from({ length: 9 }, (_, i) => entryKey(i))];
  const disk = volume.log as MemoryDisk;
  const found = keys.map((key) => [key, disk.getSync(key)] as const);
  return new Map(found.filter((pair): pair is [string, Buffer] => pair[1] !== undefined));
}
