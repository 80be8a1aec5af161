import {
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
import { JobSpec } from './job.ts';
import { ObjectReference } from '../core/references.ts';

export const JobTemplateSpec = object('io.k8s.api.batch.v1.JobTemplateSpec', {
  metadata: optional(ObjectMeta, 'Labels and annotations of the jobs.'),
  spec: stored(JobSpec, 'The jobs that are made.'),
});
export type JobTemplateSpec = Static<typeof JobTemplateSpec>;

export const CronJobSpec = object('io.k8s.api.batch.v1.CronJobSpec', {
  concurrencyPolicy: optional(string),
  failedJobsHistoryLimit: optional(int32),
  jobTemplate: required(JobTemplateSpec),
  schedule: required(string),
  startingDeadlineSeconds: optional(int64),
  successfulJobsHistoryLimit: optional(int32),
  suspend: optional(boolean),
  timeZone: optional(string),
});
export type CronJobSpec = Static<typeof CronJobSpec>;

export const CronJobStatus = object('io.k8s.api.batch.v1.CronJobStatus', {
  active: optional(list(ObjectReference, { listType: 'atomic' })),
  lastScheduleTime: optional(time),
  lastSuccessfulTime: optional(time),
});
export type CronJobStatus = Static<typeof CronJobStatus>;

export const CronJob = object('io.k8s.api.batch.v1.CronJob', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(CronJobSpec, 'What is wanted.'),
  status: optional(CronJobStatus, 'What was last observed.'),
});
export type CronJob = Static<typeof CronJob>;
