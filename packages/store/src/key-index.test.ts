import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyIndex } from './key-index.ts';
import type { KeyHistory } from './state.ts';

it('has the keys in order through any inserts and removals, loaded at once or one by one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 3000 }), { maxLength: 4000, size: 'max' }),
      fc.boolean(),
      fc.nat({ max: 3000 }),
      (numbers, load, from) => {
        const index = new KeyIndex();
        const expected = new Set<string>();
        if (load) index.beginLoad();
        for (const [i, number] of numbers.entries()) {
          if (load && i === numbers.length >> 1) index.endLoad();
          const loading = load && i < numbers.length >> 1;
          const key = String(number);
          if (!expected.has(key)) {
            index.insert(history(key));
            expected.add(key);
          } else if (!loading) {
            index.remove(key);
            expected.delete(key);
          }
        }
        if (load && numbers.length === 0) index.endLoad();
        const start = String(from);
        expect(scan(index, start)).toEqual([...expected].filter((key) => key >= start).sort());
        expect(index.size).toBe(expected.size);
      },
    ),
    { numRuns: 30 },
  );
});

it('keeps ascending keys in order over many leaves', () => {
  const index = new KeyIndex();
  const keys = Array.from({ length: 5000 }, (_, i) => `/k/${String(i).padStart(5, '0')}`);
  for (const key of keys) index.insert(history(key));
  expect(scan(index, '')).toEqual(keys);
  for (const key of keys) index.remove(key);
  expect(scan(index, '')).toEqual([]);
  index.insert(history('again'));
  expect(scan(index, '')).toEqual(['again']);
});

function scan(index: KeyIndex, start: string): string[] {
  const found: string[] = [];
  index.scan(start, ({ key }: KeyHistory) => {
    found.push(key);
    return true;
  });
  return found;
}

function history(key: string): KeyHistory {
  return {
    key,
    newest: { mod: 2, sub: 0, create: 2, version: 1, lease: 0, bytes: 0, checksum: 0 },
    older: undefined,
  };
}
