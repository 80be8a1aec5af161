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
import { Toleration } from '../core/placement.ts';

export const Overhead = object('io.k8s.api.node.v1.Overhead', {
  podFixed: optional(map(quantity)),
});
export type Overhead = Static<typeof Overhead>;

export const Scheduling = object('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: optional(map(string, { mapType: 'atomic' })),
  tolerations: optional(list(Toleration, { listType: 'atomic' })),
});
export type Scheduling = Static<typeof Scheduling>;

export const RuntimeClass = object('io.k8s.api.node.v1.RuntimeClass', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  handler: required(string),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  overhead: optional(Overhead),
  scheduling: optional(Scheduling),
});
export type RuntimeClass = Static<typeof RuntimeClass>;
