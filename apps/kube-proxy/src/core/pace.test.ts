import { describe, expect, it } from 'vitest';
import { began, changed, failed, isHealthy, nextSync, type Pace, startPace, succeeded } from './pace.ts';

const limits = { minPeriodMs: 1_000, fullPeriodMs: 30_000 };

/** A pace whose first, full sync is done at time 0, with the burst refilled. */
function settled(): Pace {
  return succeeded(began(startPace(-10_000), limits, -10_000), true, -10_000);
}

describe('pace', () => {
  it('begins with a full sync at once', () => {
    expect(nextSync(startPace(5), limits)).toEqual({ atMs: 5, full: true });
  });

  it('waits for the next full sync when nothing changes', () => {
    expect(nextSync(settled(), limits)).toEqual({ atMs: 20_000, full: true });
  });

  it('writes ten changes at once and then holds back', () => {
    let pace = settled();
    const at: number[] = [];
    for (let n = 0; n < 12; n++) {
      pace = changed(pace, Math.max(0, at.at(-1) ?? 0));
      const next = nextSync(pace, limits);
      expect(next.full).toBe(false);
      at.push(next.atMs);
      pace = succeeded(began(pace, limits, next.atMs), false, next.atMs);
    }
    expect(at).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_000, 2_000]);
  });

  it('gathers the changes that come while it holds back', () => {
    let pace = changed(settled(), 0);
    for (let n = 0; n < 10; n++) pace = changed(began(pace, limits, 0), 0);
    pace = changed(changed(pace, 10), 500);
    expect(nextSync(pace, limits).atMs).toBe(1_000);
    expect(nextSync(began(pace, limits, 1_000), limits).full).toBe(true);
  });

  it('syncs without pause when the least period is zero', () => {
    const free = { ...limits, minPeriodMs: 0 };
    let pace = settled();
    for (let n = 0; n < 10; n++) pace = succeeded(began(changed(pace, 7), free, 7), false, 7);
    expect(nextSync(changed(pace, 7), free).atMs).toBe(7);
  });

  it('makes the sync full when that is due, though only a change asked for it', () => {
    expect(nextSync(changed(settled(), 25_000), limits)).toEqual({ atMs: 20_000, full: true });
  });

  it('backs off from failure to failure, up to the period of the full sync, and then syncs fully', () => {
    let pace = changed(settled(), 0);
    const pauses: number[] = [];
    for (let n = 0; n < 9; n++) {
      pace = failed(began(pace, limits, 100), 100, 100);
      const next = nextSync(pace, limits);
      expect(next.full).toBe(true);
      pauses.push(next.atMs - 100);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const again = changed(succeeded(began(pace, limits, 200), true, 200), 5_000);
    expect(nextSync(again, limits)).toEqual({ atMs: 5_000, full: false });
  });

  it('does not retry sooner because something changed', () => {
    const pace = changed(failed(began(settled(), limits, 0), 0, 0), 10);
    expect(nextSync(pace, limits).atMs).toBe(500);
  });
});

describe('isHealthy', () => {
  it('is false before the first success', () => {
    expect(isHealthy(startPace(0), limits, 1)).toBe(false);
  });

  it('stays true however long nothing changes', () => {
    expect(isHealthy(settled(), limits, 10_000_000)).toBe(true);
  });

  it('is false once a change has waited for twice the full period', () => {
    const pace = failed(began(settled(), limits, 0), 0, 50);
    expect(isHealthy(pace, limits, 59_999)).toBe(true);
    expect(isHealthy(pace, limits, 60_000)).toBe(false);
  });
});
