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
  minReadySeconds: optional(int32),
  replicas: optional(int32),
  selector: optional(map(string, { mapType: 'atomic' })),
  template: optional(PodTemplateSpec),
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
  availableReplicas: optional(int32),
  conditions: optional(
    list(ReplicationControllerCondition, {
      listType: 'map',
      mapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    }),
  ),
  fullyLabeledReplicas: optional(int32),
  observedGeneration: optional(int64),
  readyReplicas: optional(int32),
  replicas: required(int32),
});
export type ReplicationControllerStatus = Static<typeof ReplicationControllerStatus>;

export const ReplicationController = object('io.k8s.api.core.v1.ReplicationController', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(ReplicationControllerSpec, 'What is wanted.'),
  status: optional(ReplicationControllerStatus, 'What was last observed.'),
});
export type ReplicationController = Static<typeof ReplicationController>;
