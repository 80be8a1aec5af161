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
import { PodTemplateSpec } from '../core/pod.ts';

export const RollingUpdateDaemonSet = object('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxSurge: optional(intOrString),
  maxUnavailable: optional(intOrString),
});
export type RollingUpdateDaemonSet = Static<typeof RollingUpdateDaemonSet>;

export const DaemonSetUpdateStrategy = object('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  rollingUpdate: optional(RollingUpdateDaemonSet),
  type: optional(string),
});
export type DaemonSetUpdateStrategy = Static<typeof DaemonSetUpdateStrategy>;

export const DaemonSetSpec = object('io.k8s.api.apps.v1.DaemonSetSpec', {
  minReadySeconds: optional(int32),
  revisionHistoryLimit: optional(int32),
  selector: required(LabelSelector),
  template: required(PodTemplateSpec),
  updateStrategy: optional(DaemonSetUpdateStrategy),
});
export type DaemonSetSpec = Static<typeof DaemonSetSpec>;

export const DaemonSetCondition = object('io.k8s.api.apps.v1.DaemonSetCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type DaemonSetCondition = Static<typeof DaemonSetCondition>;

export const DaemonSetStatus = object('io.k8s.api.apps.v1.DaemonSetStatus', {
  collisionCount: optional(int32),
  conditions: optional(
    list(DaemonSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  currentNumberScheduled: required(int32),
  desiredNumberScheduled: required(int32),
  numberAvailable: optional(int32),
  numberMisscheduled: required(int32),
  numberReady: required(int32),
  numberUnavailable: optional(int32),
  observedGeneration: optional(int64),
  updatedNumberScheduled: optional(int32),
});
export type DaemonSetStatus = Static<typeof DaemonSetStatus>;

export const DaemonSet = object('io.k8s.api.apps.v1.DaemonSet', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(DaemonSetSpec, 'What is wanted.'),
  status: optional(DaemonSetStatus, 'What was last observed.'),
});
export type DaemonSet = Static<typeof DaemonSet>;
