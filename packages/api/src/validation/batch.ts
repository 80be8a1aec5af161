import { isDns1123Subdomain } from '@wherry/apimachinery';
import { cronJob, cronJobUpdate } from './cron-job.ts';
import { job, jobUpdate } from './job.ts';
import { jobStatus } from './job-status.ts';
import type { Validator } from './validator.ts';

export const batchValidators: Readonly<Record<string, Validator>> = {
  'batch/CronJob': { name: isDns1123Subdomain, create: cronJob, update: cronJobUpdate },
  'batch/Job': { name: isDns1123Subdomain, create: job, update: jobUpdate, status: jobStatus },
};
