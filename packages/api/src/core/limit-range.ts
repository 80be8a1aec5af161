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
  default: optional(map(quantity)),
  defaultRequest: optional(map(quantity)),
  max: optional(map(quantity)),
  maxLimitRequestRatio: optional(map(quantity)),
  min: optional(map(quantity)),
  type: required(string),
});
export type LimitRangeItem = Static<typeof LimitRangeItem>;

export const LimitRangeSpec = object('io.k8s.api.core.v1.LimitRangeSpec', {
  limits: required(list(LimitRangeItem, { listType: 'atomic' })),
});
export type LimitRangeSpec = Static<typeof LimitRangeSpec>;

export const LimitRange = object('io.k8s.api.core.v1.LimitRange', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(LimitRangeSpec, 'What is wanted.'),
});
export type LimitRange = Static<typeof LimitRange>;
