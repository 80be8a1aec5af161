import { ObjectMeta, list, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const ComponentCondition = object('io.k8s.api.core.v1.ComponentCondition', {
  error: optional(string),
  message: optional(string),
  status: required(string),
  type: required(string),
});
export type ComponentCondition = Static<typeof ComponentCondition>;

export const ComponentStatus = object(
  'io.k8s.api.core.v1.ComponentStatus',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    conditions: optional(
      list(ComponentCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    ),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  },
  { doc: 'How a part of the control plane is; deprecated.' },
);
export type ComponentStatus = Static<typeof ComponentStatus>;
