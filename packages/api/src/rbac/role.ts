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
  apiGroups: optional(list(string, { listType: 'atomic' })),
  nonResourceURLs: optional(list(string, { listType: 'atomic' })),
  resourceNames: optional(list(string, { listType: 'atomic' })),
  resources: optional(list(string, { listType: 'atomic' })),
  verbs: required(list(string, { listType: 'atomic' })),
});
export type PolicyRule = Static<typeof PolicyRule>;

export const Role = object('io.k8s.api.rbac.v1.Role', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  rules: optional(list(PolicyRule, { listType: 'atomic' })),
});
export type Role = Static<typeof Role>;

export const AggregationRule = object('io.k8s.api.rbac.v1.AggregationRule', {
  clusterRoleSelectors: optional(list(LabelSelector, { listType: 'atomic' })),
});
export type AggregationRule = Static<typeof AggregationRule>;

export const ClusterRole = object('io.k8s.api.rbac.v1.ClusterRole', {
  aggregationRule: optional(AggregationRule),
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  rules: optional(list(PolicyRule, { listType: 'atomic' })),
});
export type ClusterRole = Static<typeof ClusterRole>;
