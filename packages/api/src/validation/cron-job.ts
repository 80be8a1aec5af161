import { fieldInvalid, fieldNotSupported, fieldRequired } from '@wherry/apimachinery';
import type { CronJob, CronJobSpec } from '../batch/cron-job.ts';
import { cronProblem, isTimeZone } from './cron-syntax.ts';
import { jobSpec } from './job.ts';
import { nonNegative, oneOf, type Findings } from './value-rules.ts';

/** The controller adds `-` and ten digits to make the names of jobs, which have 63 characters at most. */
const maxNameLength = 52;

export function* cronJob({ metadata, spec }: CronJob): Findings {
  yield* cronJobSpec(spec, undefined);
  if ((metadata.name ?? '').length > maxNameLength) {
    yield fieldInvalid('metadata.name', metadata.name, `must be no more than ${maxNameLength} characters`);
  }
}

export function* cronJobUpdate(next: CronJob, old: CronJob): Findings {
  yield* cronJobSpec(next.spec, old.spec);
}

function* cronJobSpec(spec: CronJobSpec, old: CronJobSpec | undefined): Findings {
  if (spec.schedule === '') yield fieldRequired('spec.schedule');
  else yield* schedule(spec, old?.schedule.includes('TZ') ?? false);
  yield* nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds');
  if (old === undefined || old.timeZone !== spec.timeZone) yield* timeZone(spec.timeZone, 'spec.timeZone');
  yield* oneOf(spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], 'spec.concurrencyPolicy');
  yield* jobTemplate(spec);
  yield* nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit');
  yield* nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit');
}

function* schedule({ schedule: text, timeZone: zone }: CronJobSpec, mayHaveZone: boolean): Findings {
  const problem = cronProblem(text);
  if (problem !== undefined) yield fieldInvalid('spec.schedule', text, problem);
  if (!text.includes('TZ')) return;
  if (!mayHaveZone) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    yield fieldInvalid('spec.schedule', text, detail);
  } else if (zone !== undefined) {
    yield fieldInvalid('spec.schedule', text, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
  }
}

function* timeZone(name: string | undefined, field: string): Findings {
  if (name === undefined) return;
  if (name === '') {
    yield fieldInvalid(field, name, 'timeZone must be nil or non-empty string');
    return;
  }
  for (const part of name.split('/')) {
    if (part !== '.' && part !== '..' && /^(?!-)[A-Za-z.\-_0-9+]{1,14}$/.test(part)) continue;
    yield fieldInvalid(field, name, `unknown time zone ${name}`);
    return;
  }
  if (name.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    yield fieldInvalid(field, name, detail);
  }
  if (!isTimeZone(name)) yield fieldInvalid(field, name, `unknown time zone ${name}`);
}

function* jobTemplate({ jobTemplate: { spec } }: CronJobSpec): Findings {
  const field = 'spec.jobTemplate.spec';
  yield* jobSpec(spec, field);
  if (spec.selector !== undefined) {
    yield fieldInvalid(`${field}.selector`, spec.selector, '`selector` will be auto-generated');
  }
  if (spec.manualSelector === true) yield fieldNotSupported(`${field}.manualSelector`, true, ['nil', 'false']);
}
