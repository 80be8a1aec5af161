import { cronJobColumns, jobColumns } from '../columns/batch.ts';
import { CronJob } from '../batch/cron-job.ts';
import { Job } from '../batch/job.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'batch' } as const;

export const jobs: Resource<Job> = {
  ...common,
  kind: 'Job',
  plural: 'jobs',
  singular: 'job',
  categories: ['all'],
  schema: Job,
  subresources: ['status'],
  columns: jobColumns,
  selectableFields: { ...metadataFields, 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
};

export const cronJobs: Resource<CronJob> = {
  ...common,
  kind: 'CronJob',
  plural: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  schema: CronJob,
  subresources: ['status'],
  columns: cronJobColumns,
  selectableFields: metadataFields,
};
