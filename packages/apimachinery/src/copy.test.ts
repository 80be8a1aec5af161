import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clone, deepEqual, semanticEqual } from './copy.ts';

test('a clone equals its source and shares nothing with it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const copy = clone(value);
      expect(copy).toEqual(value);
      expect(deepEqual(copy, value)).toBe(true);
    }),
  );
  const source = { a: { b: [1, { c: 2 }] } };
  const copy = clone(source);
  (copy.a.b[1] as { c: number }).c = 3;
  expect(source.a.b[1]).toEqual({ c: 2 });
});

test('equality agrees with the JSON text of sorted data', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => {
      const sorted = (value: unknown): string =>
        JSON.stringify(value, (_, inner: unknown) =>
          typeof inner === 'object' && inner !== null && !Array.isArray(inner)
            ? { map: Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)) }
            : inner,
        );
      expect(deepEqual(a, b)).toBe(sorted(a) === sorted(b));
    }),
  );
});

test('a __proto__ key is copied and compared as data', () => {
  const value = JSON.parse('{"__proto__":{"x":1}}') as Record<string, unknown>;
  expect(JSON.stringify(clone(value))).toBe('{"__proto__":{"x":1}}');
  expect(deepEqual(value, {})).toBe(false);
  expect(deepEqual({ constructor: Object }, {})).toBe(false);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test('an undefined value is an absent one; emptiness matters only to strict equality', () => {
  expect(deepEqual({ a: undefined }, {})).toBe(true);
  expect(deepEqual({ a: [] }, {})).toBe(false);
  expect(semanticEqual({ a: [], b: {} }, {})).toBe(true);
  expect(semanticEqual({ a: [1] }, { a: [2] })).toBe(false);
});
