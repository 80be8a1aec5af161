import {
  LabelSelector,
  ObjectMeta,
  int32,
  int64,
  intOrString,
  list,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import { PodTemplateSpec } from '../core/pod.ts';

export const StatefulSetOrdinals = object('io.k8s.api.apps.v1.StatefulSetOrdinals', {
  start: optional(int32),
});
export type StatefulSetOrdinals = Static<typeof StatefulSetOrdinals>;

export const StatefulSetPersistentVolumeClaimRetentionPolicy = object(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: optional(string),
    whenScaled: optional(string),
  },
);
export type StatefulSetPersistentVolumeClaimRetentionPolicy = Static<
  typeof StatefulSetPersistentVolumeClaimRetentionPolicy
>;

export const RollingUpdateStatefulSetStrategy = object('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  maxUnavailable: optional(intOrString),
  partition: optional(int32),
});
export type RollingUpdateStatefulSetStrategy = Static<typeof RollingUpdateStatefulSetStrategy>;

export const StatefulSetUpdateStrategy = object('io.k8s.api.apps.v1.StatefulSetUpdateStrategy', {
  rollingUpdate: optional(RollingUpdateStatefulSetStrategy),
  type: optional(string),
});
export type StatefulSetUpdateStrategy = Static<typeof StatefulSetUpdateStrategy>;

export const StatefulSetSpec = object('io.k8s.api.apps.v1.StatefulSetSpec', {
  minReadySeconds: optional(int32),
  ordinals: optional(StatefulSetOrdinals),
  persistentVolumeClaimRetentionPolicy: optional(StatefulSetPersistentVolumeClaimRetentionPolicy),
  podManagementPolicy: optional(string),
  replicas: optional(int32),
  revisionHistoryLimit: optional(int32),
  selector: required(LabelSelector),
  serviceName: optional(string),
  template: required(PodTemplateSpec),
  updateStrategy: optional(StatefulSetUpdateStrategy),
  volumeClaimTemplates: optional(list(PersistentVolumeClaim, { listType: 'atomic' })),
});
export type StatefulSetSpec = Static<typeof StatefulSetSpec>;

export const StatefulSetCondition = object('io.k8s.api.apps.v1.StatefulSetCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type StatefulSetCondition = Static<typeof StatefulSetCondition>;

export const StatefulSetStatus = object('io.k8s.api.apps.v1.StatefulSetStatus', {
  availableReplicas: optional(int32),
  collisionCount: optional(int32),
  conditions: optional(
    list(StatefulSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  currentReplicas: optional(int32),
  currentRevision: optional(string),
  observedGeneration: optional(int64),
  readyReplicas: optional(int32),
  replicas: required(int32),
  updateRevision: optional(string),
  updatedReplicas: optional(int32),
});
export type StatefulSetStatus = Static<typeof StatefulSetStatus>;

export const StatefulSet = object('io.k8s.api.apps.v1.StatefulSet', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(StatefulSetSpec, 'What is wanted.'),
  status: optional(StatefulSetStatus, 'What was last observed.'),
});
export type StatefulSet = Static<typeof StatefulSet>;
