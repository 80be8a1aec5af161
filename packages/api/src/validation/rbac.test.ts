import { describe, expect, test } from 'vitest';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../resources.ts';
import { creating, made, metadata, updating } from './judge.test-support.ts';

const named = { name: 'system:x' };
const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

describe('roles', () => {
  test('may have any name that fits into a path', () => {
    expect(creating(roles, { metadata: { ...metadata, name: 'system:reader' }, rules: [rule] })).toEqual([]);
    expect(creating(clusterRoles, { metadata: { name: 'a/b' } })).toEqual([
      'metadata.name: Invalid value: "a/b": may not contain \'/\'',
    ]);
  });

  test.each([
    [{ ...rule, verbs: [] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
    [
      { verbs: ['get'], resources: ['pods'] },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    ],
    [
      { verbs: ['get'], apiGroups: [''] },
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
    [
      { ...rule, nonResourceURLs: ['/healthz'] },
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
  ])('%j', (wrong, error) => {
    expect(creating(clusterRoles, { metadata: named, rules: [wrong] })).toEqual([error]);
  });

  test('of a namespace have no URLs', () => {
    expect(creating(roles, { metadata, rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }] })).toEqual([
      'rules[0].nonResourceURLs: Invalid value: ["/healthz"]: namespaced rules cannot apply to non-resource URLs',
    ]);
  });

  test('that aggregate say what', () => {
    expect(creating(clusterRoles, { metadata: named, aggregationRule: {} })).toEqual([
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ]);
  });
});

describe('bindings', () => {
  const group = 'rbac.authorization.k8s.io';
  const roleRef = { kind: 'ClusterRole', name: 'view' };
  const binding = (more: object): object => ({ metadata, roleRef, ...more });

  test('users and groups are of this group, service accounts of the core one', () => {
    const subjects = [
      { kind: 'User', name: 'ann' },
      { kind: 'Group', name: 'ops' },
      { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
    ];
    expect(made(roleBindings, binding({ subjects }))).toMatchObject({
      roleRef: { apiGroup: group },
      subjects: [{ apiGroup: group }, { apiGroup: group }, { name: 'bot' }],
    });
    expect(creating(roleBindings, binding({ subjects }))).toEqual([]);
  });

  test.each([
    [
      { roleRef: { kind: 'Pod', name: 'x' } },
      'roleRef.kind: Unsupported value: "Pod": supported values: "Role", "ClusterRole"',
    ],
    [{ roleRef: { kind: 'Role', name: '' } }, 'roleRef.name: Required value'],
    [
      { roleRef: { ...roleRef, apiGroup: 'apps' } },
      `roleRef.apiGroup: Unsupported value: "apps": supported values: "${group}"`,
    ],
    [{ subjects: [{ kind: 'User', name: '' }] }, 'subjects[0].name: Required value'],
    [
      { subjects: [{ kind: 'Robot', name: 'x' }] },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    [
      { subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'a', apiGroup: group }] },
      `subjects[0].apiGroup: Unsupported value: "${group}": supported values: ""`,
    ],
  ])('%j', (wrong, error) => {
    expect(creating(roleBindings, binding(wrong))).toEqual([error]);
  });

  test('of the cluster grant cluster roles, to accounts of a namespace', () => {
    const wrong = { roleRef: { kind: 'Role', name: 'x' }, subjects: [{ kind: 'ServiceAccount', name: 'bot' }] };
    expect(creating(clusterRoleBindings, { metadata: named, ...wrong })).toEqual([
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
      'subjects[0].namespace: Required value',
    ]);
  });

  test('grant the same as long as they live', () => {
    const next = binding({ roleRef: { kind: 'ClusterRole', name: 'edit' } });
    const shown = JSON.stringify({ kind: 'ClusterRole', name: 'edit', apiGroup: group });
    expect(updating(roleBindings, binding({}), next)).toEqual([
      `roleRef: Invalid value: ${shown}: cannot change roleRef`,
    ]);
  });
});
