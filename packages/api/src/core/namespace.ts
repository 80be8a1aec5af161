import { ObjectMeta, list, object, optional, required, stored, string, time, type Static } from '@wherry/apimachinery';

export const NamespaceSpec = object('io.k8s.api.core.v1.NamespaceSpec', {
  finalizers: optional(list(string, { listType: 'atomic' }), 'Who must have finished before it goes.'),
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
    'How its deletion goes.',
  ),
  phase: optional(string, 'Active or Terminating.'),
});
export type NamespaceStatus = Static<typeof NamespaceStatus>;

export const Namespace = object(
  'io.k8s.api.core.v1.Namespace',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(NamespaceSpec, 'Who must have finished before it goes.'),
    status: optional(NamespaceStatus, 'Whether it is active.'),
  },
  { doc: 'A scope for names.' },
);
export type Namespace = Static<typeof Namespace>;
