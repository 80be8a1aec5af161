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
  maxSurge: optional(
    intOrString,
    'How many more pods there may be on nodes while they change: a count or a percentage.',
  ),
  maxUnavailable: optional(
    intOrString,
    'How many nodes may be without a ready pod while they change: a count or a percentage.',
  ),
});
export type RollingUpdateDaemonSet = Static<typeof RollingUpdateDaemonSet>;

export const DaemonSetUpdateStrategy = object('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  rollingUpdate: optional(RollingUpdateDaemonSet, 'The pace of a RollingUpdate.'),
  type: optional(string, 'RollingUpdate (the default), or OnDelete: pods change when they are deleted.'),
});
export type DaemonSetUpdateStrategy = Static<typeof DaemonSetUpdateStrategy>;

export const DaemonSetSpec = object('io.k8s.api.apps.v1.DaemonSetSpec', {
  minReadySeconds: optional(int32, 'How long a new pod must be ready to count as available.'),
  revisionHistoryLimit: optional(int32, 'How many old revisions are kept; 10 by default.'),
  selector: required(LabelSelector, 'Which pods belong to it; it cannot change.'),
  template: required(PodTemplateSpec, 'The pod that runs on every node it fits.'),
  updateStrategy: optional(DaemonSetUpdateStrategy, 'How pods are replaced when the template changes.'),
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
  collisionCount: optional(int32, 'How often the name of a revision was taken already.'),
  conditions: optional(
    list(DaemonSetCondition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'What holds now.',
  ),
  currentNumberScheduled: required(int32, 'Nodes that run the pod and should.'),
  desiredNumberScheduled: required(int32, 'Nodes that should run the pod.'),
  numberAvailable: optional(int32, 'Nodes with an available pod.'),
  numberMisscheduled: required(int32, 'Nodes that run the pod and should not.'),
  numberReady: required(int32, 'Nodes with a ready pod.'),
  numberUnavailable: optional(int32, 'Nodes that should have an available pod and have none.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  updatedNumberScheduled: optional(int32, 'Nodes that run a pod of the newest template.'),
});
export type DaemonSetStatus = Static<typeof DaemonSetStatus>;

export const DaemonSet = object(
  'io.k8s.api.apps.v1.DaemonSet',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(DaemonSetSpec, 'What is wanted.'),
    status: optional(DaemonSetStatus, 'What was last observed.'),
  },
  { doc: 'Runs one pod on every node, or on those that its template selects.' },
);
export type DaemonSet = Static<typeof DaemonSet>;
