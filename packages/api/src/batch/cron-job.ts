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
  concurrencyPolicy: optional(string, 'When the last job still runs: Allow (the default), Forbid or Replace.'),
  failedJobsHistoryLimit: optional(int32, 'How many failed jobs are kept; 1 by default.'),
  jobTemplate: required(JobTemplateSpec, 'The jobs that it makes.'),
  schedule: required(string, 'When, in the five fields of cron.'),
  startingDeadlineSeconds: optional(int64, 'How late a job may still be made.'),
  successfulJobsHistoryLimit: optional(int32, 'How many finished jobs are kept; 3 by default.'),
  suspend: optional(boolean, 'Whether it makes no jobs for now.'),
  timeZone: optional(string, 'The time zone of the schedule, by its IANA name.'),
});
export type CronJobSpec = Static<typeof CronJobSpec>;

export const CronJobStatus = object('io.k8s.api.batch.v1.CronJobStatus', {
  active: optional(list(ObjectReference, { listType: 'atomic' }), 'Its jobs that run.'),
  lastScheduleTime: optional(time, 'When it last made a job.'),
  lastSuccessfulTime: optional(time, 'When a job of it last succeeded.'),
});
export type CronJobStatus = Static<typeof CronJobStatus>;

export const CronJob = object(
  'io.k8s.api.batch.v1.CronJob',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(CronJobSpec, 'What is wanted.'),
    status: optional(CronJobStatus, 'What was last observed.'),
  },
  { doc: 'Makes a job at set times.' },
);
export type CronJob = Static<typeof CronJob>;
