import { expect, test } from 'vitest';
import { expand } from './expand.ts';

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
