import { ObjectMeta, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const RoleRef = object(
  'io.k8s.api.rbac.v1.RoleRef',
  {
    apiGroup: optional(string),
    kind: required(string),
    name: required(string),
  },
  { mapType: 'atomic' },
);
export type RoleRef = Static<typeof RoleRef>;

export const Subject = object(
  'io.k8s.api.rbac.v1.Subject',
  {
    apiGroup: optional(string),
    kind: required(string),
    name: required(string),
    namespace: optional(string),
  },
  { mapType: 'atomic' },
);
export type Subject = Static<typeof Subject>;

export const RoleBinding = object('io.k8s.api.rbac.v1.RoleBinding', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  roleRef: required(RoleRef),
  subjects: optional(list(Subject, { listType: 'atomic' })),
});
export type RoleBinding = Static<typeof RoleBinding>;

export const ClusterRoleBinding = object('io.k8s.api.rbac.v1.ClusterRoleBinding', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  roleRef: required(RoleRef),
  subjects: optional(list(Subject, { listType: 'atomic' })),
});
export type ClusterRoleBinding = Static<typeof ClusterRoleBinding>;
