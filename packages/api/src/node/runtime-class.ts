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
  podFixed: optional(map(quantity), 'What each pod costs beside its containers.'),
});
export type Overhead = Static<typeof Overhead>;

export const Scheduling = object('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: optional(map(string, { mapType: 'atomic' }), 'Labels of the nodes that have the runtime.'),
  tolerations: optional(list(Toleration, { listType: 'atomic' }), 'Taints of those nodes that its pods tolerate.'),
});
export type Scheduling = Static<typeof Scheduling>;

export const RuntimeClass = object(
  'io.k8s.api.node.v1.RuntimeClass',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    handler: required(string, 'The name by which nodes know the runtime. It cannot change.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    overhead: optional(Overhead, 'What it costs to run a pod in it.'),
    scheduling: optional(Scheduling, 'Where its pods can run.'),
  },
  { doc: 'A way of running pods, such as in a sandbox.' },
);
export type RuntimeClass = Static<typeof RuntimeClass>;
