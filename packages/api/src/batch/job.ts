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
    containerName: optional(string, 'The container that is meant; any when absent.'),
    operator: required(string, 'In or NotIn.'),
    values: required(list(int32, { listType: 'set' }), 'Exit codes, in order.'),
  },
);
export type PodFailurePolicyOnExitCodesRequirement = Static<typeof PodFailurePolicyOnExitCodesRequirement>;

export const PodFailurePolicyOnPodConditionsPattern = object(
  'io.k8s.api.batch.v1.PodFailurePolicyOnPodConditionsPattern',
  {
    status: optional(string, 'Its status; True by default.'),
    type: required(string, 'The type of the condition.'),
  },
);
export type PodFailurePolicyOnPodConditionsPattern = Static<typeof PodFailurePolicyOnPodConditionsPattern>;

export const PodFailurePolicyRule = object('io.k8s.api.batch.v1.PodFailurePolicyRule', {
  action: required(string, 'FailJob, FailIndex, Ignore or Count.'),
  onExitCodes: optional(PodFailurePolicyOnExitCodesRequirement, 'When a container ended with such a code.'),
  onPodConditions: optional(
    list(PodFailurePolicyOnPodConditionsPattern, { listType: 'atomic' }),
    'When the pod has such a condition.',
  ),
});
export type PodFailurePolicyRule = Static<typeof PodFailurePolicyRule>;

export const PodFailurePolicy = object('io.k8s.api.batch.v1.PodFailurePolicy', {
  rules: required(list(PodFailurePolicyRule, { listType: 'atomic' }), 'The first that matches decides.'),
});
export type PodFailurePolicy = Static<typeof PodFailurePolicy>;

export const SuccessPolicyRule = object('io.k8s.api.batch.v1.SuccessPolicyRule', {
  succeededCount: optional(int32, 'How many of them must succeed.'),
  succeededIndexes: optional(string, 'Which indexes, such as 0,2-4.'),
});
export type SuccessPolicyRule = Static<typeof SuccessPolicyRule>;

export const SuccessPolicy = object('io.k8s.api.batch.v1.SuccessPolicy', {
  rules: required(list(SuccessPolicyRule, { listType: 'atomic' }), 'The job succeeds when one of them holds.'),
});
export type SuccessPolicy = Static<typeof SuccessPolicy>;

export const JobSpec = object('io.k8s.api.batch.v1.JobSpec', {
  activeDeadlineSeconds: optional(int64, 'How long the job may run before it has failed.'),
  backoffLimit: optional(int32, 'How many failures before the job has failed; 6 by default.'),
  backoffLimitPerIndex: optional(int32, 'The same for each index of an Indexed job.'),
  completionMode: optional(string, 'NonIndexed (the default), or Indexed: each pod has a number of its own.'),
  completions: optional(int32, 'How many pods must succeed.'),
  managedBy: optional(string, 'Who runs this job, when it is not the built-in controller.'),
  manualSelector: optional(boolean, 'Whether the user, not the server, has made selector and labels.'),
  maxFailedIndexes: optional(int32, 'How many indexes may fail before the job has failed.'),
  parallelism: optional(int32, 'How many pods run at once; 1 by default.'),
  podFailurePolicy: optional(PodFailurePolicy, 'What becomes of the job when a pod fails in a certain way.'),
  podReplacementPolicy: optional(string, 'When a pod is replaced: TerminatingOrFailed or Failed.'),
  selector: optional(LabelSelector, 'Which pods belong to it; made by the server.'),
  successPolicy: optional(SuccessPolicy, 'When an Indexed job has succeeded before all its pods have.'),
  suspend: optional(boolean, 'Whether it makes no pods for now.'),
  template: required(PodTemplateSpec, 'The pods; their restartPolicy is Never or OnFailure.'),
  ttlSecondsAfterFinished: optional(int32, 'How long it stays after its end before it is deleted.'),
});
export type JobSpec = Static<typeof JobSpec>;

export const JobCondition = object('io.k8s.api.batch.v1.JobCondition', {
  lastProbeTime: optional(time, 'When it was last looked at.'),
  lastTransitionTime: optional(time, 'When its status last changed.'),
  message: optional(string, 'Why, for people.'),
  reason: optional(string, 'Why, in one word for machines.'),
  status: required(string, 'True, False or Unknown.'),
  type: required(string, 'Complete, Failed, Suspended, FailureTarget or SuccessCriteriaMet.'),
});
export type JobCondition = Static<typeof JobCondition>;

export const UncountedTerminatedPods = object('io.k8s.api.batch.v1.UncountedTerminatedPods', {
  failed: optional(list(string, { listType: 'set' }), 'The uids of failed pods.'),
  succeeded: optional(list(string, { listType: 'set' }), 'The uids of succeeded pods.'),
});
export type UncountedTerminatedPods = Static<typeof UncountedTerminatedPods>;

export const JobStatus = object('io.k8s.api.batch.v1.JobStatus', {
  active: optional(int32, 'Pods that are pending or running.'),
  completedIndexes: optional(string, 'Indexes that succeeded, such as 0,2-4.'),
  completionTime: optional(time, 'When it succeeded.'),
  conditions: optional(
    list(JobCondition, { listType: 'atomic', patchStrategy: 'merge', patchMergeKey: 'type' }),
    'Complete, Failed, Suspended and the like.',
  ),
  failed: optional(int32, 'Pods that failed.'),
  failedIndexes: optional(string, 'Indexes that failed.'),
  ready: optional(int32, 'Active pods that are ready.'),
  startTime: optional(time, 'When it was taken up.'),
  succeeded: optional(int32, 'Pods that succeeded.'),
  terminating: optional(int32, 'Pods on their way out.'),
  uncountedTerminatedPods: optional(UncountedTerminatedPods, 'Ended pods that are not in the counts yet.'),
});
export type JobStatus = Static<typeof JobStatus>;

export const Job = object(
  'io.k8s.api.batch.v1.Job',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(JobSpec, 'What is wanted.'),
    status: optional(JobStatus, 'What was last observed.'),
  },
  { doc: 'Runs pods until enough of them have succeeded.' },
);
export type Job = Static<typeof Job>;
