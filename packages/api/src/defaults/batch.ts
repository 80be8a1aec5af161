import type { CronJob } from '../batch/cron-job.ts';
import type { Job } from '../batch/job.ts';
import { defaultPodSpec } from './pod.ts';
import { isEmpty } from './workloads.ts';

export const batchDefaults = {
  'batch/CronJob': defaultCronJob,
  'batch/Job': defaultJob,
};

const maxInt32 = 2 ** 31 - 1;

function defaultJob({ metadata, spec }: Job): void {
  // A job without both is done when one pod has succeeded; with parallelism alone it is a work queue.
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  const labels = spec.template.metadata?.labels;
  if (!isEmpty(labels) && isEmpty(metadata.labels)) metadata.labels = { ...labels };
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
  }
  defaultPodSpec(spec.template.spec);
}

/** The jobs themselves are defaulted when they are made. */
function defaultCronJob({ spec }: CronJob): void {
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  defaultPodSpec(spec.jobTemplate.spec.template.spec);
}
