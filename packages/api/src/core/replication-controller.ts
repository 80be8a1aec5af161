import {
  ObjectMeta,
  int32,
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
} from '@wherry/apimachinery';
import { PodTemplateSpec } from './pod.ts';

export const ReplicationControllerSpec = object('io.k8s.api.core.v1.ReplicationControllerSpec', {
  minReadySeconds: optional(int32, 'How long a new pod must be ready to count as available.'),
  replicas: optional(int32, 'How many pods; 1 by default.'),
  selector: optional(
    map(string, { mapType: 'atomic' }),
    'Which pods belong to it; the labels of the template by default.',
  ),
  template: optional(PodTemplateSpec, 'The pods.'),
});
export type ReplicationControllerSpec = Static<typeof ReplicationControllerSpec>;

export const ReplicationControllerCondition = object('io.k8s.api.core.v1.ReplicationControllerCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type ReplicationControllerCondition = Static<typeof ReplicationControllerCondition>;

export const ReplicationControllerStatus = object('io.k8s.api.core.v1.ReplicationControllerStatus', {
  availableReplicas: optional(int32, 'Pods ready for minReadySeconds.'),
  conditions: optional(
    list(ReplicationControllerCondition, {
      listType: 'map',
      mapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    }),
    'What holds now.',
  ),
  fullyLabeledReplicas: optional(int32, 'Pods with the labels of the template.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  readyReplicas: optional(int32, 'Ready pods.'),
  replicas: required(int32, 'Pods there are.'),
});
export type ReplicationControllerStatus = Static<typeof ReplicationControllerStatus>;

export const ReplicationController = object(
  'io.k8s.api.core.v1.ReplicationController',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(ReplicationControllerSpec, 'What is wanted.'),
    status: optional(ReplicationControllerStatus, 'What was last observed.'),
  },
  { doc: 'Keeps a number of pods running; ReplicaSet took its place.' },
);
export type ReplicationController = Static<typeof ReplicationController>;
