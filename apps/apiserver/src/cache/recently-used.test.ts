import { expect, test } from 'vitest';
import { RecentlyUsed, type Holder } from './recently-used.ts';

function holder(size: number): Holder & { held: boolean } {
  return {
    used: false,
    size,
    held: true,
    release() {
      this.held = false;
    },
  };
}

test('the oldest lets go first, unless it was used since it was last asked', () => {
  const room = new RecentlyUsed(30);
  const [a, b, c, d, e] = [holder(10), holder(10), holder(10), holder(10), holder(10)];
  for (const each of [a, b, c]) room.add(each);
  a.used = true;
  room.add(d);
  expect([a.held, b.held, c.held, d.held]).toEqual([true, false, true, true]);
  expect(a.used).toBe(false);
  room.add(e);
  expect([a.held, c.held, d.held, e.held]).toEqual([true, false, true, true]);
  expect(room.bytes).toBe(30);
});

test('what is larger than the room is held alone', () => {
  const room = new RecentlyUsed(30);
  const [small, large] = [holder(10), holder(100)];
  room.add(small);
  room.add(large);
  expect([small.held, large.held]).toEqual([false, true]);
  for (let i = 0; i < 10_000; i++) room.add(holder(10));
  expect(large.held).toBe(false);
  expect(room.bytes).toBeLessThanOrEqual(30);
});
