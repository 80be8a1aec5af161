import { describe, expect, it } from 'vitest';
import { RaftInvariantError } from './invariant.ts';
import { LogView } from './log-view.ts';
import { MemoryLog } from './testing/memory-log.ts';
import type { Entry } from './types.ts';

function entries(term: number, from: number, to: number): Entry[] {
  const list: Entry[] = [];
  for (let index = from; index <= to; index++) {
    list.push({ term, index, timeMs: index, type: 'normal', data: new Uint8Array(68) });
  }
  return list;
}

function disk(...logs: Entry[][]): MemoryLog {
  const log = new MemoryLog();
  log.write({ entries: logs.flat(), messages: [] });
  return log;
}

const configuration = { voters: [1], learners: [] };

describe('LogView', () => {
  it('counts what was written only up to the first entry that was replaced meanwhile', () => {
    const stored = disk(entries(1, 1, 2));
    const log = new LogView(stored, 0, 0);
    log.append(entries(1, 3, 6));
    stored.write({ entries: log.write().entries, messages: [] });
    log.append(entries(2, 5, 5));
    log.written();
    expect([log.stable, log.lastIndex, log.term(5), log.hasUnstable]).toEqual([4, 5, 2, true]);
    expect(log.write().entries).toEqual(entries(2, 5, 5));
  });

  it('writes an entry again that was replaced and has come back, since another may be on disk by then', () => {
    const log = new LogView(disk(entries(1, 1, 2)), 0, 0);
    log.append(entries(1, 3, 4));
    log.write();
    log.append(entries(2, 4, 4));
    log.append(entries(1, 4, 4));
    log.written();
    expect([log.stable, log.write().entries]).toEqual([3, entries(1, 4, 4)]);
  });

  it('forgets what is being written when a snapshot takes its place, and keeps the snapshot until that is written', () => {
    const stored = disk(entries(1, 1, 2));
    const log = new LogView(stored, 0, 0);
    log.append(entries(1, 3, 9));
    log.write();
    const mark = { index: 5, term: 2, timeMs: 5, configuration };
    log.restore(mark);
    log.written();
    expect([log.lastIndex, log.lastTerm, log.commit, log.compacted.index]).toEqual([5, 2, 5, 5]);
    log.append(entries(2, 6, 6));
    const written = log.write();
    expect(written).toEqual({ snapshot: mark, entries: entries(2, 6, 6) });
    log.append(entries(2, 7, 7));
    stored.write({ snapshot: mark, entries: written.entries, messages: [] });
    log.written();
    expect([log.stable, log.lastIndex, log.term(6), log.hasUnstable]).toEqual([6, 7, 2, true]);
  });

  it('keeps the later of two snapshots while the earlier is being written', () => {
    const log = new LogView(disk(), 0, 0);
    log.restore({ index: 5, term: 1, timeMs: 5, configuration });
    log.write();
    const later = { index: 8, term: 1, timeMs: 8, configuration };
    log.restore(later);
    log.written();
    expect(log.write().snapshot).toBe(later);
  });

  it('reads over the border of what is durable, up to a number of bytes but at least one entry', () => {
    const log = new LogView(disk(entries(1, 1, 3)), 0, 0);
    log.append(entries(1, 4, 6));
    const read = (from: number, to: number, maxBytes: number): number[] =>
      log.entries(from, to, maxBytes).map(({ index }) => index);
    expect(read(2, 7, 1000)).toEqual([2, 3, 4, 5, 6]);
    expect(read(2, 7, 350)).toEqual([2, 3, 4]);
    expect(read(2, 7, 250)).toEqual([2, 3]);
    expect(read(3, 7, 1)).toEqual([3]);
    expect(read(4, 7, 1)).toEqual([4]);
    expect(read(5, 5, 1000)).toEqual([]);
  });

  it('finds the last index up to a term, or the one before its beginning', () => {
    const log = new LogView(disk(entries(2, 1, 3), entries(4, 4, 6)), 0, 0);
    log.append(entries(5, 7, 8));
    expect(log.lastIndexUpToTerm(8, 5)).toBe(8);
    expect(log.lastIndexUpToTerm(8, 4)).toBe(6);
    expect(log.lastIndexUpToTerm(8, 3)).toBe(3);
    expect(log.lastIndexUpToTerm(2, 3)).toBe(2);
    expect(log.lastIndexUpToTerm(8, 1)).toBe(0);
    log.restore({ index: 9, term: 5, timeMs: 9, configuration });
    expect(log.lastIndexUpToTerm(20, 4)).toBe(8);
  });

  it('never replaces what is committed, and leaves no gap', () => {
    const log = new LogView(disk(entries(1, 1, 3)), 2, 0);
    expect(() => log.append(entries(2, 2, 2))).toThrow(RaftInvariantError);
    expect(() => log.append(entries(2, 5, 5))).toThrow(RaftInvariantError);
    log.append(entries(2, 3, 3));
    expect(log.lastTerm).toBe(2);
  });

  it('refuses a disk that ends before what it says is committed, or begins after what is applied', () => {
    expect(() => new LogView(disk(entries(1, 1, 3)), 4, 0)).toThrow('the log ends at 3, but 4 was committed');
    const stored = disk(entries(1, 1, 3));
    stored.compact(2);
    expect(() => new LogView(stored, 2, 1)).toThrow('entries after 1 are gone up to 2');
  });
});
