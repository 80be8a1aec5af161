import { expect, test } from 'vitest';
import { uncovered } from './covers.ts';
import { reconcileBinding, reconcileRole } from './reconcile.ts';
import { breakDown, compact, resourceOf, sortRules } from './rules.ts';

const rule = (resource: string, ...verbs: string[]) => ({ apiGroups: [''], resources: [resource], verbs });
const role = (...rules: object[]) =>
  ({ apiVersion: 'x', kind: 'ClusterRole', metadata: { name: 'r' }, rules }) as never;

test('rules about one resource become one with the verbs of all, URLs stay apart', () => {
  const rules = [
    { apiGroups: ['', 'apps'], resources: ['pods', 'scales/x'], verbs: ['get'], resourceNames: ['a'] },
    rule('pods', 'list'),
    rule('pods', 'get', 'list'),
    { nonResourceURLs: ['/a', '/b'], verbs: ['get'] },
  ];
  const parts = sortRules(compact(rules.flatMap(breakDown)));
  expect(parts.map((part) => [resourceOf(part), part.verbs.join()])).toEqual([
    ['', 'get'],
    ['', 'get'],
    ['pods', 'get'],
    ['scales/x', 'get'],
    ['pods.apps', 'get'],
    ['scales.apps/x', 'get'],
    ['pods', 'list,get'],
  ]);
});

test('what a rule covers: stars, subresources of all, names and URLs', () => {
  expect(uncovered([{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], [rule('pods', 'get')])).toEqual([]);
  expect(uncovered([rule('*/status', 'get')], [rule('pods/status', 'get'), rule('pods', 'get')])).toEqual([
    rule('pods', 'get'),
  ]);
  expect(uncovered([rule('pods', 'get')], [rule('pods', 'get', 'list')])).toEqual([rule('pods', 'list')]);
  const named = { ...rule('pods', 'get'), resourceNames: ['a'] };
  expect(uncovered([named], [rule('pods', 'get')])).toHaveLength(1);
  expect(uncovered([rule('pods', 'get')], [named])).toEqual([]);
  const url = (path: string) => ({ nonResourceURLs: [path], verbs: ['get'] });
  expect(uncovered([url('/a/*')], [url('/a/b'), url('/b')])).toEqual([url('/b')]);
});

test('a role gains what it lacks, and loses what it has too much only when told', () => {
  const [has, wants] = [role(rule('pods', 'get')), role(rule('nodes', 'get'))];
  expect(reconcileRole(has, has, true).operation).toBe('none');
  expect(reconcileRole(undefined, wants, false)).toMatchObject({ operation: 'create', object: wants });
  const added = reconcileRole(has, wants, false);
  expect(added).toMatchObject({ operation: 'update', object: { rules: [rule('pods', 'get'), rule('nodes', 'get')] } });
  expect(reconcileRole(has, wants, true)).toMatchObject({ object: { rules: [rule('nodes', 'get')] } });
  const own = {
    ...(has as object),
    metadata: { annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'false' } },
  };
  expect(reconcileRole(own as never, wants, false).isProtected).toBe(true);
});

test('a binding to another role is made anew, and a user needs no group to be the same', () => {
  const binding = (name: string, subject: object) =>
    ({ metadata: {}, roleRef: { name }, subjects: [subject] }) as never;
  const ann = { kind: 'User', name: 'ann' };
  const stored = binding('a', { ...ann, apiGroup: 'rbac.authorization.k8s.io' });
  expect(reconcileBinding(stored, binding('b', ann), false).operation).toBe('recreate');
  expect(reconcileBinding(stored, binding('a', ann), true).operation).toBe('none');
  const other = reconcileBinding(stored, binding('a', { kind: 'ServiceAccount', name: 'ann' }), true);
  expect([other.operation, other.missingSubjects.length, other.extraSubjects.length]).toEqual(['update', 1, 1]);
});
