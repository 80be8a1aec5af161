import {
  LabelSelector,
  ObjectMeta,
  int32,
  int64,
  list,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { PodTemplateSpec } from '../core/pod.ts';

export const ReplicaSetSpec = object('io.k8s.api.apps.v1.ReplicaSetSpec', {
  minReadySeconds: optional(int32, 'How long a new pod must be ready to count as available.'),
  replicas: optional(int32, 'How many pods; 1 by default.'),
  selector: required(LabelSelector, 'Which pods are its own. It cannot change.'),
  template: optional(PodTemplateSpec, 'The pods that it makes.'),
});
export type ReplicaSetSpec = Static<typeof ReplicaSetSpec>;

export const ReplicaSetCondition = object('io.k8s.api.apps.v1.ReplicaSetCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type ReplicaSetCondition = Static<typeof ReplicaSetCondition>;

export const ReplicaSetStatus = object('io.k8s.api.apps.v1.ReplicaSetStatus', {
  availableReplicas: optional(int32, 'Pods that have been ready for minReadySeconds.'),
  conditions: optional(
    list(ReplicaSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'What holds now.',
  ),
  fullyLabeledReplicas: optional(int32, 'Pods with all labels of the template.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  readyReplicas: optional(int32, 'Pods that are ready.'),
  replicas: required(int32, 'All its pods.'),
  terminatingReplicas: optional(int32, 'Pods on their way out.'),
});
export type ReplicaSetStatus = Static<typeof ReplicaSetStatus>;

export const ReplicaSet = object(
  'io.k8s.api.apps.v1.ReplicaSet',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ReplicaSetSpec, 'What it should keep running.'),
    status: optional(ReplicaSetStatus, 'What was last observed.'),
  },
  { doc: 'Keeps a number of pods of a template running.' },
);
export type ReplicaSet = Static<typeof ReplicaSet>;
