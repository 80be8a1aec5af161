import { formatLabelSelector } from '@wherry/apimachinery';
import type { CronJob } from '../batch/cron-job.ts';
import type { Job } from '../batch/job.ts';
import type { Column } from '../resource.ts';
import { ageColumn, ageSince, humanDuration, nameColumn } from './age.ts';
import { column, wideColumn } from './text-column.ts';
import { containers } from './workload.ts';

export const jobColumns: readonly Column<Job>[] = [
  nameColumn,
  column('Status', 'What has become of it.', jobState),
  column('Completions', 'Pods that succeeded, of those that must.', completions),
  column('Duration', 'How long it has run, or ran.', duration),
  ageColumn,
  wideColumn('Containers', 'The names of the containers.', ({ spec }) => containers(spec.template, 'name')),
  wideColumn('Images', 'The images of the containers.', ({ spec }) => containers(spec.template, 'image')),
  wideColumn('Selector', 'Which pods belong to it.', ({ spec }) => formatLabelSelector(spec.selector)),
];

function jobState({ metadata, status }: Job): string {
  const holds = (type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: Date): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? now.getTime() : Date.parse(status.completionTime);
  return humanDuration(end - Date.parse(status.startTime));
}

export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  column('Schedule', 'When it makes a job.', ({ spec }) => spec.schedule),
  column('Timezone', 'The time zone of the schedule.', ({ spec }) => spec.timeZone ?? '<none>'),
  column('Suspend', 'Whether it makes none for now.', ({ spec }) => booleanOf(spec.suspend), 'boolean'),
  column('Active', 'How many of its jobs run.', ({ status }) => status?.active?.length ?? 0, 'integer'),
  column('Last Schedule', 'The time since it last made a job.', ({ status }, now) =>
    status?.lastScheduleTime === undefined ? '<none>' : ageSince(status.lastScheduleTime, now),
  ),
  ageColumn,
  wideColumn('Containers', 'The names of the containers.', ({ spec }) => containers(templateOf(spec), 'name')),
  wideColumn('Images', 'The images of the containers.', ({ spec }) => containers(templateOf(spec), 'image')),
  wideColumn('Selector', 'Which pods belong to its jobs.', ({ spec }) =>
    formatLabelSelector(spec.jobTemplate.spec.selector),
  ),
];

function templateOf({ jobTemplate }: CronJob['spec']): Job['spec']['template'] {
  return jobTemplate.spec.template;
}

/** As Go says it. */
function booleanOf(value: boolean | undefined): string {
  return value === undefined ? '<unset>' : value ? 'True' : 'False';
}
