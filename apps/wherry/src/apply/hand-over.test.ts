import { expect, test } from 'vitest';
import { handOver, ownersOfLastApplied, type ManagedFields } from './hand-over.ts';

const entry = (
  manager: string,
  operation: string,
  fields: object,
  more: Partial<ManagedFields> = {},
): ManagedFields => ({
  manager,
  operation,
  apiVersion: 'v1',
  fieldsV1: fields as NonNullable<ManagedFields['fieldsV1']>,
  ...more,
});
const note = { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } } };

test('the first server-side apply takes the place of the client-side one', () => {
  const entries = [
    entry('kubectl-client-side-apply', 'Update', { 'f:data': { 'f:a': {} } }),
    entry('other', 'Update', {}),
  ];
  expect(handOver(entries, ['kubectl-client-side-apply'], 'kubectl')).toEqual([
    entry('kubectl', 'Apply', { 'f:data': { 'f:a': {} } }),
    entry('other', 'Update', {}),
  ]);
});

test('what both own is joined, and the old manager is gone', () => {
  const entries = [
    entry('kubectl', 'Apply', { 'f:data': { 'f:a': {} } }),
    entry('old', 'Update', { 'f:data': { 'f:b': {} } }),
    entry('old', 'Update', { 'f:status': {} }, { subresource: 'status' }),
  ];
  expect(handOver(entries, ['old'], 'kubectl')).toEqual([
    entry('kubectl', 'Apply', { 'f:data': { 'f:a': {}, 'f:b': {} } }),
    entry('old', 'Update', { 'f:status': {} }, { subresource: 'status' }),
  ]);
});

test('with nobody to inherit from, nothing is to be done', () => {
  expect(handOver([entry('kubectl', 'Apply', {})], ['old'], 'kubectl')).toBeUndefined();
});

test('the owners of the note are told by operation', () => {
  const managedFields = [entry('a', 'Update', note), entry('b', 'Apply', note), entry('c', 'Update', { 'f:data': {} })];
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { managedFields } };
  expect(ownersOfLastApplied(object, 'Update')).toEqual(['a']);
  expect(ownersOfLastApplied(object, 'Apply')).toEqual(['b']);
});
