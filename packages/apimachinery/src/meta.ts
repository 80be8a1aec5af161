import {
  any,
  boolean,
  int64,
  list,
  map,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from './schema.ts';

export const ManagedFieldsEntry = object('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  apiVersion: optional(string),
  fieldsType: optional(string),
  fieldsV1: optional(any),
  manager: optional(string),
  operation: optional(string),
  subresource: optional(string),
  time: optional(time),
});
export type ManagedFieldsEntry = Static<typeof ManagedFieldsEntry>;

export const OwnerReference = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    apiVersion: required(string),
    blockOwnerDeletion: optional(boolean),
    controller: optional(boolean),
    kind: required(string),
    name: required(string),
    uid: required(string),
  },
  { mapType: 'atomic' },
);
export type OwnerReference = Static<typeof OwnerReference>;

export const ObjectMeta = object('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  annotations: optional(map(string)),
  creationTimestamp: optional(time),
  deletionGracePeriodSeconds: optional(int64),
  deletionTimestamp: optional(time),
  finalizers: optional(list(string, { listType: 'set', patchStrategy: 'merge' })),
  generateName: optional(string),
  generation: optional(int64),
  labels: optional(map(string)),
  managedFields: optional(list(ManagedFieldsEntry, { listType: 'atomic' })),
  name: stored(string),
  namespace: optional(string),
  ownerReferences: optional(
    list(OwnerReference, { listType: 'map', mapKeys: ['uid'], patchStrategy: 'merge', patchMergeKey: 'uid' }),
  ),
  resourceVersion: optional(string),
  selfLink: optional(string),
  uid: optional(string),
});
export type ObjectMeta = Static<typeof ObjectMeta>;

export const LabelSelectorRequirement = object('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement', {
  key: required(string),
  operator: required(string),
  values: optional(list(string, { listType: 'atomic' })),
});
export type LabelSelectorRequirement = Static<typeof LabelSelectorRequirement>;

export const LabelSelector = object(
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector',
  {
    matchExpressions: optional(list(LabelSelectorRequirement, { listType: 'atomic' })),
    matchLabels: optional(map(string)),
  },
  { mapType: 'atomic' },
);
export type LabelSelector = Static<typeof LabelSelector>;

export const Condition = object('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', {
  lastTransitionTime: required(time),
  message: required(string),
  observedGeneration: optional(int64),
  reason: required(string),
  status: required(string),
  type: required(string),
});
export type Condition = Static<typeof Condition>;
