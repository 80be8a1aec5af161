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
  minReadySeconds: optional(int32),
  replicas: optional(int32),
  selector: required(LabelSelector),
  template: optional(PodTemplateSpec),
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
  availableReplicas: optional(int32),
  conditions: optional(
    list(ReplicaSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  fullyLabeledReplicas: optional(int32),
  observedGeneration: optional(int64),
  readyReplicas: optional(int32),
  replicas: required(int32),
  terminatingReplicas: optional(int32),
});
export type ReplicaSetStatus = Static<typeof ReplicaSetStatus>;

export const ReplicaSet = object('io.k8s.api.apps.v1.ReplicaSet', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(ReplicaSetSpec),
  status: optional(ReplicaSetStatus),
});
export type ReplicaSet = Static<typeof ReplicaSet>;
