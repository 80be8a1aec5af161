import { expect, test } from 'vitest';
import { parseSelection } from './arguments.ts';

test('a type alone, a type with names, and pairs are told apart', () => {
  expect(parseSelection([])).toEqual({ kind: 'none' });
  expect(parseSelection(['pods,svc'])).toEqual({ kind: 'types', types: 'pods,svc', names: [] });
  expect(parseSelection(['pods', 'a', 'b'])).toEqual({ kind: 'types', types: 'pods', names: ['a', 'b'] });
  expect(parseSelection(['pod/a', 'svc/b'])).toEqual({
    kind: 'pairs',
    pairs: [
      { type: 'pod', name: 'a' },
      { type: 'svc', name: 'b' },
    ],
  });
});

test('mixed and broken forms are refused', () => {
  expect(() => parseSelection(['pods', 'pod/a'])).toThrow('there is no need to specify a resource type');
  expect(() => parseSelection(['a/b/c'])).toThrow('may not have more than one slash');
  expect(() => parseSelection(['/b'])).toThrow('must have a single resource and name');
});
