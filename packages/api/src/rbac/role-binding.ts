import { ObjectMeta, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const RoleRef = object(
  'io.k8s.api.rbac.v1.RoleRef',
  {
    apiGroup: optional(string, 'rbac.authorization.k8s.io'),
    kind: required(string, 'Role or ClusterRole.'),
    name: required(string, 'The name of the role.'),
  },
  { mapType: 'atomic' },
);
export type RoleRef = Static<typeof RoleRef>;

export const Subject = object(
  'io.k8s.api.rbac.v1.Subject',
  {
    apiGroup: optional(string, 'rbac.authorization.k8s.io for users and groups; empty for service accounts.'),
    kind: required(string, 'User, Group or ServiceAccount.'),
    name: required(string, 'Who it is.'),
    namespace: optional(string, 'The namespace of a service account.'),
  },
  { mapType: 'atomic' },
);
export type Subject = Static<typeof Subject>;

export const RoleBinding = object(
  'io.k8s.api.rbac.v1.RoleBinding',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    roleRef: required(RoleRef, 'What is granted. It cannot change.'),
    subjects: optional(list(Subject, { listType: 'atomic' }), 'To whom.'),
  },
  { doc: 'Grants a role in a namespace.' },
);
export type RoleBinding = Static<typeof RoleBinding>;

export const ClusterRoleBinding = object(
  'io.k8s.api.rbac.v1.ClusterRoleBinding',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    roleRef: required(RoleRef, 'What is granted. It cannot change.'),
    subjects: optional(list(Subject, { listType: 'atomic' }), 'To whom.'),
  },
  { doc: 'Grants a ClusterRole in the whole cluster.' },
);
export type ClusterRoleBinding = Static<typeof ClusterRoleBinding>;
