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

export const LimitRangeItem = object('io.k8s.api.core.v1.LimitRangeItem', {
  default: optional(map(quantity), 'Limits that containers get which name none.'),
  defaultRequest: optional(map(quantity), 'Requests that containers get which name none.'),
  max: optional(map(quantity), 'The most.'),
  maxLimitRequestRatio: optional(map(quantity), 'The most that a limit may be of its request.'),
  min: optional(map(quantity), 'The least.'),
  type: required(string, 'Container, Pod or PersistentVolumeClaim.'),
});
export type LimitRangeItem = Static<typeof LimitRangeItem>;

export const LimitRangeSpec = object('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: required(list(LimitRangeItem, { listType: 'atomic' }), 'One for each type.'),
});
export type LimitRangeSpec = Static<typeof LimitRangeSpec>;

export const LimitRange = object(
  'io.k8s.api.core.v1.LimitRange',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(LimitRangeSpec, 'What is wanted.'),
  },
  { doc: 'Says how small and how large the objects of a namespace may be.' },
);
export type LimitRange = Static<typeof LimitRange>;
