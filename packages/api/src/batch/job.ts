import {
  LabelSelector,
  ObjectMeta,
  boolean,
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

export const PodFailurePolicyOnExitCodesRequirement = object(
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement',
  {
    containerName: optional(string),
    operator: required(string),
    values: required(list(int32, { listType: 'set' })),
  },
);
export type PodFailurePolicyOnExitCodesRequirement = Static<typeof PodFailurePolicyOnExitCodesRequirement>;

export const PodFailurePolicyOnPodConditionsPattern = object(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  {
    status: optional(string),
    type: required(string),
  },
);
export type PodFailurePolicyOnPodConditionsPattern = Static<typeof PodFailurePolicyOnPodConditionsPattern>;

export const PodFailurePolicyRule = object('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: required(string),
  onExitCodes: optional(PodFailurePolicyOnExitCodesRequirement),
  onPodConditions: optional(list(PodFailurePolicyOnPodConditionsPattern, { listType: 'atomic' })),
});
export type PodFailurePolicyRule = Static<typeof PodFailurePolicyRule>;

export const PodFailurePolicy = object('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: required(list(PodFailurePolicyRule, { listType: 'atomic' })),
});
export type PodFailurePolicy = Static<typeof PodFailurePolicy>;

export const SuccessPolicyRule = object('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededCount: optional(int32),
  succeededIndexes: optional(string),
});
export type SuccessPolicyRule = Static<typeof SuccessPolicyRule>;

export const SuccessPolicy = object('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: required(list(SuccessPolicyRule, { listType: 'atomic' })),
});
export type SuccessPolicy = Static<typeof SuccessPolicy>;

export const JobSpec = object('io.k8s.api.batch.v1.JobSpec', {
  activeDeadlineSeconds: optional(int64),
  backoffLimit: optional(int32),
  backoffLimitPerIndex: optional(int32),
  completionMode: optional(string),
  completions: optional(int32),
  managedBy: optional(string),
  manualSelector: optional(boolean),
  maxFailedIndexes: optional(int32),
  parallelism: optional(int32),
  podFailurePolicy: optional(PodFailurePolicy),
  podReplacementPolicy: optional(string),
  selector: optional(LabelSelector),
  successPolicy: optional(SuccessPolicy),
  suspend: optional(boolean),
  template: required(PodTemplateSpec),
  ttlSecondsAfterFinished: optional(int32),
});
export type JobSpec = Static<typeof JobSpec>;

export const JobCondition = object('io.k8s.api.batch.v1.JobCondition', {
  lastProbeTime: optional(time),
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type JobCondition = Static<typeof JobCondition>;

export const UncountedTerminatedPods = object('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  failed: optional(list(string, { listType: 'set' })),
  succeeded: optional(list(string, { listType: 'set' })),
});
export type UncountedTerminatedPods = Static<typeof UncountedTerminatedPods>;

export const JobStatus = object('io.k8s.api.batch.v1.JobStatus', {
  active: optional(int32),
  completedIndexes: optional(string),
  completionTime: optional(time),
  conditions: optional(list(JobCondition, { listType: 'atomic', patchStrategy: 'merge', patchMergeKey: 'type' })),
  failed: optional(int32),
  failedIndexes: optional(string),
  ready: optional(int32),
  startTime: optional(time),
  succeeded: optional(int32),
  terminating: optional(int32),
  uncountedTerminatedPods: optional(UncountedTerminatedPods),
});
export type JobStatus = Static<typeof JobStatus>;

export const Job = object('io.k8s.api.batch.v1.Job', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(JobSpec, 'What is wanted.'),
  status: optional(JobStatus, 'What was last observed.'),
});
export type Job = Static<typeof Job>;
