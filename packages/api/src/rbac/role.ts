import {
  LabelSelector,
  ObjectMeta,
  list,
  object,
  optional,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const PolicyRule = object('io.k8s.api.rbac.v1.PolicyRule', {
  apiGroups: optional(list(string, { listType: 'atomic' }), 'Groups of the resources; `*` is all, empty the core one.'),
  nonResourceURLs: optional(
    list(string, { listType: 'atomic' }),
    'Paths that are no resources, `*` at the end for all below; in ClusterRoles alone.',
  ),
  resourceNames: optional(list(string, { listType: 'atomic' }), 'Only objects of these names.'),
  resources: optional(list(string, { listType: 'atomic' }), 'Resources, `/` before a subresource; `*` is all.'),
  verbs: required(list(string, { listType: 'atomic' }), 'What may be done; `*` is everything.'),
});
export type PolicyRule = Static<typeof PolicyRule>;

export const Role = object(
  'io.k8s.api.rbac.v1.Role',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    rules: optional(list(PolicyRule, { listType: 'atomic' }), 'What it allows in its namespace.'),
  },
  { doc: 'What may be done in a namespace.' },
);
export type Role = Static<typeof Role>;

export const AggregationRule = object('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: optional(
    list(LabelSelector, { listType: 'atomic' }),
    'ClusterRoles whose rules become part of this one.',
  ),
});
export type AggregationRule = Static<typeof AggregationRule>;

export const ClusterRole = object(
  'io.k8s.api.rbac.v1.ClusterRole',
  {
    aggregationRule: optional(AggregationRule, 'Where the rules come from; a controller keeps them then.'),
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    rules: optional(list(PolicyRule, { listType: 'atomic' }), 'What it allows.'),
  },
  { doc: 'What may be done in the whole cluster, or wherever it is bound.' },
);
export type ClusterRole = Static<typeof ClusterRole>;
