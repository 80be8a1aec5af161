import type { CronJob, Job } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import {
  annotationLines,
  controlledBy,
  formatLabelSelector,
  labelLines,
  longTime,
  metadataLines,
  type Page,
} from './page.ts';
import { podTemplateLines } from './pod-template.ts';

export function describeJob(page: Page, object: Unstructured): void {
  const { metadata, spec, status } = object as unknown as Job;
  page.line(0, `Name:\t${metadata.name}`);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  if (spec.selector) page.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  labelLines(page, 'Labels', metadata.labels);
  annotationLines(page, 'Annotations', metadata.annotations);
  controlledBy(page, object);
  if (spec.parallelism !== undefined) page.line(0, `Parallelism:\t${spec.parallelism}`);
  page.line(0, `Completions:\t${spec.completions ?? '<unset>'}`);
  if (spec.completionMode) page.line(0, `Completion Mode:\t${spec.completionMode}`);
  if (spec.suspend !== undefined) page.line(0, `Suspend:\t${spec.suspend}`);
  if (spec.backoffLimit !== undefined) page.line(0, `Backoff Limit:\t${spec.backoffLimit}`);
  if (spec.ttlSecondsAfterFinished !== undefined) {
    page.line(0, `TTL Seconds After Finished:\t${spec.ttlSecondsAfterFinished}`);
  }
  if (status?.startTime) page.line(0, `Start Time:\t${longTime(status.startTime)}`);
  if (status?.completionTime) page.line(0, `Completed At:\t${longTime(status.completionTime)}`);
  if (spec.activeDeadlineSeconds !== undefined) {
    page.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  }
  const { active = 0, ready, succeeded = 0, failed = 0 } = status ?? {};
  const readiness = ready === undefined ? '' : ` (${ready} Ready)`;
  page.line(0, `Pods Statuses:\t${active} Active${readiness} / ${succeeded} Succeeded / ${failed} Failed`);
  if (spec.completionMode === 'Indexed') {
    page.line(0, `Completed Indexes:\t${status?.completedIndexes || '<none>'}`);
  }
  podTemplateLines(page, spec.template);
}

export function describeCronJob(page: Page, object: Unstructured): void {
  const { spec, status } = object as unknown as CronJob;
  metadataLines(page, object);
  page.line(0, `Schedule:\t${spec.schedule}`);
  page.line(0, `Concurrency Policy:\t${spec.concurrencyPolicy ?? ''}`);
  page.line(0, `Suspend:\t${spec.suspend ? 'True' : 'False'}`);
  page.line(0, `Time Zone:\t${spec.timeZone ?? '<unset>'}`);
  page.line(0, `Successful Job History Limit:\t${spec.successfulJobsHistoryLimit ?? '<unset>'}`);
  page.line(0, `Failed Job History Limit:\t${spec.failedJobsHistoryLimit ?? '<unset>'}`);
  const deadline = spec.startingDeadlineSeconds;
  page.line(0, `Starting Deadline Seconds:\t${deadline === undefined ? '<unset>' : `${deadline}s`}`);
  const job = spec.jobTemplate.spec;
  page.line(0, `Selector:\t${job?.selector ? formatLabelSelector(job.selector) : '<unset>'}`);
  page.line(0, `Parallelism:\t${job?.parallelism ?? '<unset>'}`);
  page.line(0, `Completions:\t${job?.completions ?? '<unset>'}`);
  if (job?.activeDeadlineSeconds !== undefined) page.line(0, `Active Deadline Seconds:\t${job.activeDeadlineSeconds}s`);
  podTemplateLines(page, job?.template);
  page.line(0, `Last Schedule Time:\t${status?.lastScheduleTime ? longTime(status.lastScheduleTime) : '<unset>'}`);
  const active = (status?.active ?? []).map((job) => job.name ?? '');
  page.line(0, `Active Jobs:\t${active.length > 0 ? active.join(', ') : '<none>'}`);
}
