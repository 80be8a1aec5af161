import { expect, test } from 'vitest';
import { isTurnOver, nextTurn } from './turns.ts';

test('those who do long work get one slice to each turn of the event loop, in order', async () => {
  const seen: string[] = [];
  const work = async (name: string): Promise<void> => {
    for (let n = 0; n < 2; n++) {
      await nextTurn();
      seen.push(name);
      expect(isTurnOver()).toBe(false);
      while (!isTurnOver());
    }
  };
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns++;
    seen.push('|');
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await Promise.all([work('a'), work('b'), work('c')]);
  done = true;
  expect(seen.filter((name) => name !== '|')).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  expect(turns).toBeGreaterThanOrEqual(6);
  expect(seen.join('')).not.toMatch(/[abc]{2}/);
});

test('whoever comes later, when nobody waits any more, has a turn too', async () => {
  await nextTurn();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isTurnOver()).toBe(true);
  await nextTurn();
  expect(isTurnOver()).toBe(false);
});
