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
  operator: required(string, 'In, NotIn, Exists or DoesNotExist.'),
  scopeName: required(string, 'The scope.'),
  values: optional(list(string, { listType: 'atomic' }), 'The values.'),
});
export type ScopedResourceSelectorRequirement = Static<typeof ScopedResourceSelectorRequirement>;

export const ScopeSelector = object(
  'io.k8s.api.core.v1.ScopeSelector',
  {
    matchExpressions: optional(list(ScopedResourceSelectorRequirement, { listType: 'atomic' }), 'All must hold.'),
  },
  { mapType: 'atomic' },
);
export type ScopeSelector = Static<typeof ScopeSelector>;

export const ResourceQuotaSpec = object('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: optional(map(quantity), 'The most of each resource.'),
  scopeSelector: optional(ScopeSelector, 'Which objects count, by scopes with values.'),
  scopes: optional(list(string, { listType: 'atomic' }), 'Which objects count; they cannot change.'),
});
export type ResourceQuotaSpec = Static<typeof ResourceQuotaSpec>;

export const ResourceQuotaStatus = object('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: optional(map(quantity), 'The most that is enforced.'),
  used: optional(map(quantity), 'What is used.'),
});
export type ResourceQuotaStatus = Static<typeof ResourceQuotaStatus>;

export const ResourceQuota = object(
  'io.k8s.api.core.v1.ResourceQuota',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ResourceQuotaSpec, 'What is wanted.'),
    status: optional(ResourceQuotaStatus, 'What was last observed.'),
  },
  { doc: 'Limits what the objects of a namespace use together.' },
);
export type ResourceQuota = Static<typeof ResourceQuota>;
