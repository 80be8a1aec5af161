import { expect, test } from 'vitest';
import { changeTaints, parseTaints } from './taint-change.ts';

const a = { key: 'a', value: 'b', effect: 'NoSchedule' };

test('taints are read with and without a value, and removals with and without an effect', () => {
  expect(parseTaints(['a=b:NoSchedule', 'c:NoExecute', 'd-', 'e:NoSchedule-'], 'wherry taint')).toEqual({
    set: [a, { key: 'c', effect: 'NoExecute' }],
    remove: [
      { key: 'd', effect: '' },
      { key: 'e', effect: 'NoSchedule' },
    ],
  });
});

test('an effect that is none, and a taint that is both set and removed, are refused', () => {
  expect(() => parseTaints(['a=b:Never'], 'wherry taint')).toThrow(
    'invalid taint effect: Never, unsupported taint effect',
  );
  expect(() => parseTaints(['a=b:NoSchedule', 'a-'], 'wherry taint')).toThrow('can not both modify and remove');
});

test('what is there is overwritten only when that is asked for', () => {
  const set = [{ ...a, value: 'c' }];
  expect(() => changeTaints([a], set, [], false, 'n1')).toThrow('node n1 already has a taint(s) with same effect(s)');
  expect(changeTaints([a], set, [], true, 'n1')).toEqual({ taints: set, operation: 'modified' });
});

test('taking away the last taint of a key untaints', () => {
  expect(changeTaints([a], [], [{ key: 'a', effect: '' }], false, 'n1')).toEqual({
    taints: [],
    operation: 'untainted',
  });
  expect(() => changeTaints([], [], [{ key: 'a', effect: '' }], false, 'n1')).toThrow('taint "a" not found');
});
