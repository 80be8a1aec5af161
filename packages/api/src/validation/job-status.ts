import { fieldDuplicate, fieldInvalid, fieldRequired, omittedValue } from '@wherry/apimachinery';
import type { Job, JobStatus } from '../batch/job.ts';
import { countIndexes, overlap } from './index-list.ts';
import { nonNegative, type Findings } from './value-rules.ts';

const holds = ({ conditions }: JobStatus, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
const isBefore = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b);

/** What the job controller, or another that manages jobs, may report. */
export function* jobStatus(job: Job, old: Job): Findings {
  const status = job.status ?? {};
  const before = old.status ?? {};
  for (const name of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    yield* nonNegative(status[name], `status.${name}`);
  }
  yield* uncounted(status);
  yield* conditions(status);
  yield* times(status);
  yield* finished(status);
  yield* indexes(job, status);
  if ((status.ready ?? 0) > (status.active ?? 0)) {
    yield fieldInvalid('status.ready', status.ready, 'cannot set more ready pods than active');
  }
  if (job.spec.successPolicy !== undefined && holds(status, 'Complete') && !holds(status, 'SuccessCriteriaMet')) {
    const detail = 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True';
    yield fieldInvalid('status.conditions', omittedValue, detail);
  }
  yield* onlyForward(job, status, before);
}

function* uncounted({ uncountedTerminatedPods: pods }: JobStatus): Findings {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (pods?.[list] ?? []).entries()) {
      const at = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') yield fieldInvalid(at, uid, 'must not be empty');
      else if (seen.has(uid)) yield fieldDuplicate(at, uid);
      seen.add(uid);
    }
  }
}

function* conditions(status: JobStatus): Findings {
  const refuse = (detail: string) => fieldInvalid('status.conditions', omittedValue, detail);
  const [complete, failed] = [holds(status, 'Complete'), holds(status, 'Failed')];
  const [target, criteria] = [holds(status, 'FailureTarget'), holds(status, 'SuccessCriteriaMet')];
  if (complete && failed) yield refuse('cannot set Complete=True and Failed=true conditions');
  if (complete && target) yield refuse('cannot set Complete=True and FailureTarget=true conditions');
  if (failed && !target) yield refuse('cannot set Failed=True condition without the FailureTarget=true condition');
  if (complete && !criteria) {
    yield refuse('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (criteria && failed) yield refuse('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (criteria && target) yield refuse('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
}

function* times(status: JobStatus): Findings {
  const { startTime, completionTime } = status;
  const field = 'status.completionTime';
  const complete = holds(status, 'Complete');
  if (completionTime !== undefined && !complete) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    yield fieldInvalid(field, completionTime, detail);
  }
  if (completionTime === undefined && complete)
    yield fieldRequired(field, 'completionTime is required for Complete jobs');
  if (startTime !== undefined && completionTime !== undefined && isBefore(completionTime, startTime)) {
    yield fieldInvalid(field, completionTime, 'completionTime cannot be set before startTime');
  }
}

function* finished(status: JobStatus): Findings {
  if (!holds(status, 'Complete') && !holds(status, 'Failed')) return;
  const { active = 0, terminating = 0, startTime, uncountedTerminatedPods: pods } = status;
  if (active > 0) yield fieldInvalid('status.active', active, 'active>0 is invalid for finished job');
  if (startTime === undefined) yield fieldRequired('status.startTime', 'startTime is required for finished job');
  if ((pods?.failed ?? []).length + (pods?.succeeded ?? []).length > 0) {
    const detail = 'uncountedTerminatedPods needs to be empty for finished job';
    yield fieldInvalid('status.uncountedTerminatedPods', pods, detail);
  }
  if (terminating > 0) {
    yield fieldInvalid('status.terminating', terminating, 'terminating>0 is invalid for finished job');
  }
}

function* indexes({ spec }: Job, { completedIndexes = '', failedIndexes }: JobStatus): Findings {
  const { completions, backoffLimitPerIndex } = spec;
  const [completedAt, failedAt] = ['status.completedIndexes', 'status.failedIndexes'];
  if (completions !== undefined) {
    const completed = countIndexes(completedIndexes, completions);
    if (typeof completed === 'string') {
      yield fieldInvalid(completedAt, completedIndexes, `error parsing completedIndexes: ${completed}`);
    }
  }
  if (completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    yield fieldInvalid(completedAt, completedIndexes, detail);
  }
  if (failedIndexes === undefined) return;
  if (backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    yield fieldInvalid(failedAt, failedIndexes, detail);
  }
  if (completions === undefined) return;
  const failed = countIndexes(failedIndexes, completions);
  if (backoffLimitPerIndex !== undefined && typeof failed === 'string') {
    yield fieldInvalid(failedAt, failedIndexes, `error parsing failedIndexes: ${failed}`);
  }
  const both = overlap(completedIndexes, failedIndexes, completions);
  if (both !== undefined) yield fieldInvalid(failedAt, failedIndexes, both);
}

function* onlyForward({ spec }: Job, status: JobStatus, before: JobStatus): Findings {
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (!holds(before, type) || holds(status, type)) continue;
    yield fieldInvalid('status.conditions', omittedValue, `cannot disable the terminal ${type}=True condition`);
  }
  for (const name of ['failed', 'succeeded'] as const) {
    const count = status[name] ?? 0;
    if (count < (before[name] ?? 0)) yield fieldInvalid(`status.${name}`, count, `cannot decrease the ${name} counter`);
  }
  const { completionTime, startTime } = status;
  if (completionTime !== undefined && before.completionTime !== undefined && completionTime !== before.completionTime) {
    yield fieldInvalid('status.completionTime', completionTime, 'completionTime cannot be mutated');
  }
  if (before.startTime !== undefined && startTime !== before.startTime && spec.suspend !== true) {
    yield fieldRequired('status.startTime', 'startTime cannot be removed for unsuspended job');
  }
  if (holds(before, 'SuccessCriteriaMet') && !holds(status, 'SuccessCriteriaMet')) {
    yield fieldInvalid('status.conditions', omittedValue, 'cannot disable the SuccessCriteriaMet=True condition');
  }
  if (holds(before, 'Complete') && !holds(before, 'SuccessCriteriaMet') && holds(status, 'SuccessCriteriaMet')) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    yield fieldInvalid('status.conditions', omittedValue, detail);
  }
}
