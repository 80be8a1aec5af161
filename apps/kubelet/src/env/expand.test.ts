import { expect, test } from 'vitest';
import { expand, missingValues } from './expand.ts';

const values = new Map([
  ['A', '1'],
  ['B', 'two'],
]);

test.each([
  ['$(A)-$(B)', '1-two'],
  ['$$(A)', '$(A)'],
  ['$(C)', '$(C)'],
  ['$A $', '$A $'],
  ['$$$(A)', '$1'],
  ['$(A', '$(A'],
])('%s becomes %s', (text, expected) => {
  expect(expand(text, values)).toBe(expected);
});

test('a value that is missing or empty is known by its name, an escaped one is none', () => {
  expect(missingValues('$(A)/$(Z)/$(C)/$(Z)/$$(D)/$(E)', new Map([...values, ['E', '']]))).toEqual(['C', 'E', 'Z']);
});
