import { expect, test } from 'vitest';
import { heldUntilMs, nextBackOff, type BackOff } from './back-off.ts';

test('the first restart is at once, the next ones after 10 s, 20 s, 40 s, up to five minutes', () => {
  let entry: BackOff | undefined;
  let now = 0;
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const exit = now;
    const until = heldUntilMs(entry, exit, now);
    waits.push(until === 0 ? 0 : (until - exit) / 1000);
    now = Math.max(now, until) + 1;
    entry = nextBackOff(entry, exit, now);
  }
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
});

test('a container that ran for more than ten minutes starts over', () => {
  const entry = { delayMs: 300_000, lastUpdateMs: 0 };
  expect(heldUntilMs(entry, 600_001, 600_001)).toBe(0);
  expect(nextBackOff(entry, 600_001, 600_002)).toEqual({ delayMs: 10_000, lastUpdateMs: 600_002 });
});

test('ten minutes to the millisecond are not yet forgotten', () => {
  expect(heldUntilMs({ delayMs: 300_000, lastUpdateMs: 0 }, 600_000, 600_000)).toBe(900_000);
});
