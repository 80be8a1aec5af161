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
  maxSurge: optional(
    intOrString,
    'How many pods more than replicas there may be: a number or a percentage; 25% by default.',
  ),
  maxUnavailable: optional(
    intOrString,
    'How many pods fewer than replicas there may be: a number or a percentage; 25% by default.',
  ),
});
export type RollingUpdateDeployment = Static<typeof RollingUpdateDeployment>;

export const DeploymentStrategy = object(
  'io.k8s.api.apps.v1.DeploymentStrategy',
  {
    rollingUpdate: optional(RollingUpdateDeployment, 'The bounds of a rolling update.'),
    type: optional(string, 'RollingUpdate (the default) or Recreate.'),
  },
  { patchStrategy: 'retainKeys' },
);
export type DeploymentStrategy = Static<typeof DeploymentStrategy>;

export const DeploymentSpec = object('io.k8s.api.apps.v1.DeploymentSpec', {
  minReadySeconds: optional(int32, 'How long a new pod must be ready to count as available.'),
  paused: optional(boolean, 'Whether changes of the template wait.'),
  progressDeadlineSeconds: optional(int32, 'How long a rollout may make no progress; 600 by default.'),
  replicas: optional(int32, 'How many pods; 1 by default.'),
  revisionHistoryLimit: optional(int32, 'How many old ReplicaSets are kept for rollback; 10 by default.'),
  selector: required(LabelSelector, 'Which pods are its own. It cannot change.'),
  strategy: optional(DeploymentStrategy, 'How pods are replaced.'),
  template: required(PodTemplateSpec, 'The pods that it makes.'),
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
  availableReplicas: optional(int32, 'Pods that have been ready for minReadySeconds.'),
  collisionCount: optional(int32, "How often a ReplicaSet's name was taken."),
  conditions: optional(
    list(DeploymentCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Available, Progressing, ReplicaFailure.',
  ),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  readyReplicas: optional(int32, 'Pods that are ready.'),
  replicas: optional(int32, 'All its pods.'),
  terminatingReplicas: optional(int32, 'Pods on their way out.'),
  unavailableReplicas: optional(int32, 'Pods that are missing for full availability.'),
  updatedReplicas: optional(int32, 'Pods of the current template.'),
});
export type DeploymentStatus = Static<typeof DeploymentStatus>;

export const Deployment = object(
  'io.k8s.api.apps.v1.Deployment',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(DeploymentSpec, 'What it should keep running.'),
    status: optional(DeploymentStatus, 'What was last observed.'),
  },
  { doc: 'Keeps a number of pods of a template running, and replaces them gradually when the template changes.' },
);
export type Deployment = Static<typeof Deployment>;
