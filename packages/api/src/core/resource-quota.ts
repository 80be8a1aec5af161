import {
  ObjectMeta,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const ScopedResourceSelectorRequirement = object('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  operator: required(string),
  scopeName: required(string),
  values: optional(list(string, { listType: 'atomic' })),
});
export type ScopedResourceSelectorRequirement = Static<typeof ScopedResourceSelectorRequirement>;

export const ScopeSelector = object(
  'io.k8s.api.core.v1.ScopeSelector',
  {
    matchExpressions: optional(list(ScopedResourceSelectorRequirement, { listType: 'atomic' })),
  },
  { mapType: 'atomic' },
);
export type ScopeSelector = Static<typeof ScopeSelector>;

export const ResourceQuotaSpec = object('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: optional(map(quantity)),
  scopeSelector: optional(ScopeSelector),
  scopes: optional(list(string, { listType: 'atomic' })),
});
export type ResourceQuotaSpec = Static<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = object('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: optional(map(quantity)),
  used: optional(map(quantity)),
});
export type ResourceQuotaStatus = Static<typeof ResourceQuotaStatus>;

export const ResourceQuota = object('io.k8s.api.core.v1.ResourceQuota', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(ResourceQuotaSpec, 'What is wanted.'),
  status: optional(ResourceQuotaStatus, 'What was last observed.'),
});
export type ResourceQuota = Static<typeof ResourceQuota>;
