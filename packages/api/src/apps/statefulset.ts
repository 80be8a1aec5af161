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
  start: optional(int32, 'The number of the first pod; 0 by default.'),
});
export type StatefulSetOrdinals = Static<typeof StatefulSetOrdinals>;

export const StatefulSetPersistentVolumeClaimRetentionPolicy = object(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: optional(string, 'What becomes of the claims with the set: Retain (the default) or Delete.'),
    whenScaled: optional(
      string,
      'What becomes of the claims of pods that are scaled away: Retain (the default) or Delete.',
    ),
  },
);
export type StatefulSetPersistentVolumeClaimRetentionPolicy = Static<
  typeof StatefulSetPersistentVolumeClaimRetentionPolicy
>;

export const RollingUpdateStatefulSetStrategy = object('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  maxUnavailable: optional(
    intOrString,
    'How many pods may be missing while they change: a count or a percentage; 1 by default.',
  ),
  partition: optional(int32, 'Pods of this number and above change; the others stay as they are.'),
});
export type RollingUpdateStatefulSetStrategy = Static<typeof RollingUpdateStatefulSetStrategy>;

export const StatefulSetUpdateStrategy = object('io.k8s.api.apps.v1.StatefulSetUpdateStrategy', {
  rollingUpdate: optional(RollingUpdateStatefulSetStrategy, 'The pace of a RollingUpdate.'),
  type: optional(string, 'RollingUpdate (the default), or OnDelete: pods change when they are deleted.'),
});
export type StatefulSetUpdateStrategy = Static<typeof StatefulSetUpdateStrategy>;

export const StatefulSetSpec = object('io.k8s.api.apps.v1.StatefulSetSpec', {
  minReadySeconds: optional(int32, 'How long a new pod must be ready to count as available.'),
  ordinals: optional(StatefulSetOrdinals, 'How the pods are numbered.'),
  persistentVolumeClaimRetentionPolicy: optional(
    StatefulSetPersistentVolumeClaimRetentionPolicy,
    'What becomes of the claims of pods.',
  ),
  podManagementPolicy: optional(string, 'OrderedReady (the default): one after another; or Parallel.'),
  replicas: optional(int32, 'How many pods; 1 by default.'),
  revisionHistoryLimit: optional(int32, 'How many old revisions are kept; 10 by default.'),
  selector: required(LabelSelector, 'Which pods belong to it; it cannot change.'),
  serviceName: optional(string, 'The headless Service that gives the pods their names.'),
  template: required(PodTemplateSpec, 'The pods; each has a name and claims of its own that stay with it.'),
  updateStrategy: optional(StatefulSetUpdateStrategy, 'How pods are replaced when the template changes.'),
  volumeClaimTemplates: optional(
    list(PersistentVolumeClaim, { listType: 'atomic' }),
    'Claims that every pod gets for itself.',
  ),
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
  availableReplicas: optional(int32, 'Pods ready for minReadySeconds.'),
  collisionCount: optional(int32, 'How often the name of a revision was taken already.'),
  conditions: optional(
    list(StatefulSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'What holds now.',
  ),
  currentReplicas: optional(int32, 'Pods of the current revision.'),
  currentRevision: optional(string, 'The revision before the change under way.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  readyReplicas: optional(int32, 'Ready pods.'),
  replicas: required(int32, 'Pods there are.'),
  updateRevision: optional(string, 'The newest revision.'),
  updatedReplicas: optional(int32, 'Pods of the newest revision.'),
});
export type StatefulSetStatus = Static<typeof StatefulSetStatus>;

export const StatefulSet = object(
  'io.k8s.api.apps.v1.StatefulSet',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(StatefulSetSpec, 'What is wanted.'),
    status: optional(StatefulSetStatus, 'What was last observed.'),
  },
  { doc: 'Runs pods that keep their name and their storage.' },
);
export type StatefulSet = Static<typeof StatefulSet>;
