import { expect, it } from 'vitest';
import { Cache } from './cache.ts';

const limits = { maxEntries: 3, maxBytes: 1_000, maxTtl: 30 };

it('keeps a value for its TTL, and not longer than allowed', () => {
  const cache = new Cache<string>(limits);
  cache.set('short', 'a', { ttl: 5, bytes: 1 }, 0);
  cache.set('long', 'b', { ttl: 500, bytes: 1 }, 0);
  expect(cache.get('short', 4_999)).toEqual({ value: 'a', ageSeconds: 4 });
  expect(cache.get('short', 5_000)).toBeUndefined();
  expect(cache.get('long', 29_999)?.value).toBe('b');
  expect(cache.get('long', 30_000)).toBeUndefined();
  expect([cache.size, cache.bytes]).toEqual([0, 0]);
});

it('lets go what was not asked for the longest when there are too many', () => {
  const cache = new Cache<number>(limits);
  for (const key of ['a', 'b', 'c']) cache.set(key, 0, { ttl: 9, bytes: 1 }, 0);
  cache.get('a', 1);
  cache.set('d', 0, { ttl: 9, bytes: 1 }, 2);
  expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key, 3) !== undefined)).toEqual(['a', 'c', 'd']);
});

it('has a bound on bytes, whatever is put into it', () => {
  const cache = new Cache<number>({ ...limits, maxEntries: 1_000 });
  for (let index = 0; index < 500; index++)
    cache.set(`${index % 70}`, index, { ttl: 9, bytes: (index * 37) % 400 }, index);
  expect(cache.bytes).toBeLessThanOrEqual(1_000);
  cache.set('huge', 1, { ttl: 9, bytes: 2_000 }, 600);
  expect(cache.get('huge', 600)).toBeUndefined();
  cache.set('none', 1, { ttl: 0, bytes: 1 }, 600);
  expect(cache.get('none', 600)).toBeUndefined();
});
