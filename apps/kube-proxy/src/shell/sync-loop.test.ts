import { describe, expect, it } from 'vitest';
import { SyncLoop } from './sync-loop.ts';

const limits = { minPeriodMs: 0, fullPeriodMs: 3_600_000 };

describe('SyncLoop', () => {
  it('syncs fully first, then once for each change, and ends when aborted', async () => {
    const stop = new AbortController();
    const seen: boolean[] = [];
    const loop = new SyncLoop({
      limits,
      now: () => performance.now(),
      onError: () => stop.abort(),
      sync: async (full) => {
        seen.push(full);
        if (seen.length === 3) stop.abort();
        else setImmediate(() => loop.notify());
        await Promise.resolve();
      },
    });
    expect(loop.healthy).toBe(false);
    await loop.run(stop.signal);
    expect(seen).toEqual([true, false, false]);
    expect(loop.healthy).toBe(true);
  });

  it('writes a change that comes during a sync in the next one', async () => {
    const stop = new AbortController();
    let syncs = 0;
    const loop = new SyncLoop({
      limits,
      now: () => performance.now(),
      onError: () => stop.abort(),
      sync: async () => {
        if (++syncs === 1) loop.notify();
        else stop.abort();
        await Promise.resolve();
      },
    });
    await loop.run(stop.signal);
    expect(syncs).toBe(2);
  });

  it('reports a failure and tries again, fully', async () => {
    const stop = new AbortController();
    const seen: boolean[] = [];
    const failures: [unknown, number][] = [];
    let nowMs = 0;
    const loop = new SyncLoop({
      limits,
      // Time leaps, so that no back-off is waited for.
      now: () => (nowMs += 100_000),
      onError: (error, count) => failures.push([error, count]),
      sync: async (full) => {
        seen.push(full);
        await Promise.resolve();
        if (seen.length < 3) throw new Error(`no ${seen.length}`);
        stop.abort();
      },
    });
    await loop.run(stop.signal);
    expect(seen).toEqual([true, true, true]);
    expect(failures).toEqual([
      [new Error('no 1'), 1],
      [new Error('no 2'), 2],
    ]);
  });
});
