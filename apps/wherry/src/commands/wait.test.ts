import { expect, test } from 'vitest';
import type { Unstructured } from '../resources/unstructured.ts';
import { readCondition } from './wait.ts';

const object = (status: object, generation = 1): Unstructured => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { generation },
  status,
});
const met = (condition: string, status: object, generation?: number): boolean =>
  readCondition(condition).judge(object(status, generation));

test('a condition is met by its type and value, in any case', () => {
  const conditions = [{ type: 'Ready', status: 'True' }];
  expect(met('condition=ready', { conditions })).toBe(true);
  expect(met('condition=Ready=false', { conditions })).toBe(false);
  expect(met('condition=Other', { conditions })).toBe(false);
});

test('what was observed of an older generation does not count', () => {
  const conditions = [{ type: 'Ready', status: 'True' }];
  expect(met('condition=Ready', { conditions, observedGeneration: 1 }, 2)).toBe(false);
  expect(
    met('condition=Ready', { conditions: [{ ...conditions[0], observedGeneration: 2 }], observedGeneration: 1 }, 2),
  ).toBe(true);
});

test('a JSONPath is met by its value, or by being there', () => {
  expect(met("jsonpath='{.status.phase}'=Running", { phase: 'Running' })).toBe(true);
  expect(met('jsonpath={.status.phase}=Running', { phase: 'Pending' })).toBe(false);
  expect(met('jsonpath=.status.n=3', { n: 3 })).toBe(true);
  expect(met('jsonpath={.status.n}', {})).toBe(false);
  expect(met('jsonpath={.status.n}', { n: 0 })).toBe(true);
});

test('deletion is met by absence, creation by presence', () => {
  expect(readCondition('delete').judge(undefined)).toBe(true);
  expect(readCondition('create').judge(object({}))).toBe(true);
});

test('what is no condition is refused', () => {
  expect(() => readCondition('foo')).toThrow('unrecognized condition: "foo"');
  expect(() => readCondition('')).toThrow('unrecognized condition: []');
});
