import { ObjectMeta, list, object, optional, required, stored, string, time, type Static } from '@wherry/apimachinery';

export const NamespaceSpec = object('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: optional(list(string, { listType: 'atomic' })),
});
export type NamespaceSpec = Static<typeof NamespaceSpec>;

export const NamespaceCondition = object('io.k8s.api.core.v1.NamespaceCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type NamespaceCondition = Static<typeof NamespaceCondition>;

export const NamespaceStatus = object('io.k8s.api.core.v1.NamespaceStatus', {
  conditions: optional(
    list(NamespaceCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  phase: optional(string),
});
export type NamespaceStatus = Static<typeof NamespaceStatus>;

export const Namespace = object('io.k8s.api.core.v1.Namespace', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(NamespaceSpec),
  status: optional(NamespaceStatus),
});
export type Namespace = Static<typeof Namespace>;
