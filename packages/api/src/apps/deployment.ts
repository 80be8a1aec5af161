import {
  LabelSelector,
  ObjectMeta,
  boolean,
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

export const RollingUpdateDeployment = object('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxSurge: optional(intOrString),
  maxUnavailable: optional(intOrString),
});
export type RollingUpdateDeployment = Static<typeof RollingUpdateDeployment>;

export const DeploymentStrategy = object('io.k8s.api.apps.v1.DeploymentStrategy', {
  rollingUpdate: optional(RollingUpdateDeployment),
  type: optional(string),
});
export type DeploymentStrategy = Static<typeof DeploymentStrategy>;

export const DeploymentSpec = object('io.k8s.api.apps.v1.DeploymentSpec', {
  minReadySeconds: optional(int32),
  paused: optional(boolean),
  progressDeadlineSeconds: optional(int32),
  replicas: optional(int32),
  revisionHistoryLimit: optional(int32),
  selector: required(LabelSelector),
  strategy: optional(DeploymentStrategy),
  template: required(PodTemplateSpec),
});
export type DeploymentSpec = Static<typeof DeploymentSpec>;

export const DeploymentCondition = object('io.k8s.api.apps.v1.DeploymentCondition', {
  lastTransitionTime: optional(time),
  lastUpdateTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type DeploymentCondition = Static<typeof DeploymentCondition>;

export const DeploymentStatus = object('io.k8s.api.apps.v1.DeploymentStatus', {
  availableReplicas: optional(int32),
  collisionCount: optional(int32),
  conditions: optional(
    list(DeploymentCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  observedGeneration: optional(int64),
  readyReplicas: optional(int32),
  replicas: optional(int32),
  terminatingReplicas: optional(int32),
  unavailableReplicas: optional(int32),
  updatedReplicas: optional(int32),
});
export type DeploymentStatus = Static<typeof DeploymentStatus>;

export const Deployment = object('io.k8s.api.apps.v1.Deployment', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  spec: stored(DeploymentSpec),
  status: optional(DeploymentStatus),
});
export type Deployment = Static<typeof Deployment>;
