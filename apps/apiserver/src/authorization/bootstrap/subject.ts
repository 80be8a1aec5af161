import type { RoleBinding, Subject } from '@wherry/api';

const apiGroup = 'rbac.authorization.k8s.io';

export function user(name: string): Subject {
  return { apiGroup, kind: 'User', name };
}

export function group(name: string): Subject {
  return { apiGroup, kind: 'Group', name };
}

export function account(namespace: string, name: string): Subject {
  return { kind: 'ServiceAccount', namespace, name };
}

/** Named after its role. */
export function roleBinding(kind: 'Role' | 'ClusterRole', name: string, subjects: Subject[]): RoleBinding {
  return { metadata: { name }, ...(subjects.length === 0 ? {} : { subjects }), roleRef: { apiGroup, kind, name } };
}
