import {
  clone,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDns1123Label,
  selectorMatches,
} from '@wherry/apimachinery';
import type { Job, JobSpec } from '../batch/job.ts';
import type { PodTemplateSpec } from '../core/pod.ts';
import { podFailurePolicy, successPolicy } from './job-policies.ts';
import { labelSelector } from './label-selector.ts';
import { validateImmutable } from './metadata.ts';
import { podTemplate } from './pod-spec.ts';
import { domainPrefixedPath } from './qualified-names.ts';
import { nonNegative, type Findings } from './value-rules.ts';

const maxParallelism = 100_000;
const maxFailedIndexes = 100_000;
/** Beyond this many indexes the others are limited too, so that the status stays small. */
const manyCompletions = 100_000;
const maxParallelismOfMany = 10_000;
const maxFailedIndexesOfMany = 10_000;
const maxManagedBy = 63;

export function* job(object: Job): Findings {
  const { metadata, spec } = object;
  yield* generatedSelector(object);
  yield* jobSpec(spec, 'spec');
  if (spec.selector === undefined) yield fieldRequired('spec.selector');
  else yield* labelSelector(spec.selector, 'spec.selector');
  const labels = spec.template.metadata?.labels;
  if ([...labelSelector(spec.selector, '')].length === 0 && !selectorMatches(spec.selector, labels)) {
    yield fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  if (spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 0) {
    const hostname = `${metadata.name ?? ''}-${(spec.completions ?? 0) - 1}`;
    if (isDns1123Label(hostname).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
      yield fieldInvalid('metadata.name', metadata.name, detail);
    }
  }
}

/** The labels and the selector that the server gives a job, unless its user chose to do so. */
function* generatedSelector({ metadata, spec }: Job): Findings {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  // Absent when it is wrong in other ways, whatever the type says.
  const name = (metadata.name as string | undefined) ?? '';
  const uid = metadata.uid ?? '';
  if (uid === '') yield fieldRequired('metadata.uid');
  const expected: Record<string, string> = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
  const labels = spec.template.metadata?.labels;
  for (const [key, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels?.[key] === undefined) yield fieldRequired(at, `must be '${value}'`);
    else if (labels[key] !== value) yield fieldInvalid(at, labels, `must be '${value}'`);
  }
  const readable = [...labelSelector(spec.selector, '')].length === 0;
  if (readable && !selectorMatches(spec.selector, expected)) {
    yield fieldInvalid('spec.selector', spec.selector, '`selector` not auto-generated');
  }
}

/** The spec of a job, or of those that a CronJob makes, where the selector is still to come. */
export function* jobSpec(spec: JobSpec, field: string): Findings {
  for (const name of ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit'] as const) {
    yield* nonNegative(spec[name], `${field}.${name}`);
  }
  for (const name of ['ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    yield* nonNegative(spec[name], `${field}.${name}`);
  }
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    yield fieldRequired(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) {
    yield* domainPrefixedPath(spec.managedBy, `${field}.managedBy`);
    if (spec.managedBy.length > maxManagedBy) yield fieldTooLong(`${field}.managedBy`, maxManagedBy);
  }
  yield* completionMode(spec, field);
  if (spec.podFailurePolicy !== undefined) yield* podFailurePolicy(spec, `${field}.podFailurePolicy`);
  yield* podReplacementPolicy(spec, `${field}.podReplacementPolicy`);
  yield* podTemplate(spec.template, `${field}.template`);
  yield* restartPolicy(spec, `${field}.template.spec.restartPolicy`);
}

function* completionMode(spec: JobSpec, field: string): Findings {
  const mode = spec.completionMode;
  if (mode === 'Indexed') {
    yield* indexed(spec, field);
    if (spec.successPolicy !== undefined) yield* successPolicy(spec, `${field}.successPolicy`);
    return;
  }
  if (mode !== undefined && mode !== 'NonIndexed') {
    yield fieldNotSupported(`${field}.completionMode`, mode, ['NonIndexed', 'Indexed']);
    return;
  }
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'] as const) {
    if (spec[name] !== undefined)
      yield fieldInvalid(`${field}.${name}`, spec[name], 'requires indexed completion mode');
  }
}

function* indexed(spec: JobSpec, field: string): Findings {
  const { completions, parallelism = 0, maxFailedIndexes: most } = spec;
  const atMost = (limit: number): string => `must be less than or equal to ${limit}`;
  if (completions === undefined) yield fieldRequired(`${field}.completions`, 'when completion mode is Indexed');
  if (parallelism > maxParallelism) {
    const detail = `${atMost(maxParallelism)} when completion mode is Indexed`;
    yield fieldInvalid(`${field}.parallelism`, parallelism, detail);
  }
  const at = `${field}.maxFailedIndexes`;
  if (completions !== undefined && most !== undefined && most > completions) {
    yield fieldInvalid(at, most, 'must be less than or equal to completions');
  }
  if (most !== undefined && most > maxFailedIndexes) yield fieldInvalid(at, most, atMost(maxFailedIndexes));
  if ((completions ?? 0) <= manyCompletions || spec.backoffLimitPerIndex === undefined) return;
  const why = `when completions are above ${manyCompletions} and used with backoff limit per index`;
  if (most === undefined) yield fieldRequired(at, `must be specified when completions is above ${manyCompletions}`);
  if (parallelism > maxParallelismOfMany) {
    yield fieldInvalid(`${field}.parallelism`, parallelism, `${atMost(maxParallelismOfMany)} ${why}`);
  }
  if (most !== undefined && most > maxFailedIndexesOfMany) {
    yield fieldInvalid(at, most, `${atMost(maxFailedIndexesOfMany)} ${why}`);
  }
}

function* podReplacementPolicy(spec: JobSpec, field: string): Findings {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined) return;
  const supported = spec.podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (!supported.includes(policy)) yield fieldNotSupported(field, policy, supported);
}

/** Always is what a template has that says nothing. */
function* restartPolicy(spec: JobSpec, field: string): Findings {
  const policy = spec.template.spec.restartPolicy ?? '';
  if (policy === '' || policy === 'Always') {
    yield fieldRequired(field, 'valid values: "OnFailure", "Never"');
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    yield fieldNotSupported(field, policy, ['OnFailure', 'Never']);
  } else if (spec.podFailurePolicy !== undefined && policy !== 'Never') {
    yield fieldInvalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

export function* jobUpdate(next: Job, old: Job): Findings {
  yield* job(next);
  yield* completionsUpdate(next.spec, old.spec);
  yield* validateImmutable(next.spec.selector, old.spec.selector, 'spec.selector');
  yield* validateImmutable(next.spec.template, mutableTemplate(next, old), 'spec.template');
  for (const name of [
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const) {
    yield* validateImmutable(next.spec[name], old.spec[name], `spec.${name}`);
  }
}

function* completionsUpdate(spec: JobSpec, old: JobSpec): Findings {
  if (spec.completionMode !== 'Indexed') {
    yield* validateImmutable(spec.completions, old.completions, 'spec.completions');
  } else if (spec.completions !== undefined && spec.completions !== old.completions) {
    if (spec.completions === spec.parallelism) return;
    yield fieldInvalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
}

/** The old template, with what may change of a suspended job that has not begun as the new one has it. */
function mutableTemplate({ spec: { template } }: Job, { spec, status }: Job): PodTemplateSpec {
  if (spec.suspend !== true || status?.startTime !== undefined) return spec.template;
  const old = clone(spec.template);
  const next = template.spec;
  const node = next.affinity?.nodeAffinity;
  const affinity = { ...old.spec.affinity, nodeAffinity: node };
  const isEmpty = Object.values(affinity).every((value) => value === undefined);
  old.spec.affinity = isEmpty && next.affinity === undefined ? undefined : affinity;
  for (const name of ['nodeSelector', 'tolerations', 'schedulingGates'] as const) {
    (old.spec as Record<string, unknown>)[name] = next[name];
  }
  for (const [index, container] of next.containers.entries()) {
    const before = old.spec.containers[index];
    if (before !== undefined) before.resources = container.resources;
  }
  if (template.metadata !== undefined || old.metadata !== undefined) {
    const { labels, annotations } = template.metadata ?? {};
    old.metadata = { ...old.metadata, labels, annotations } as PodTemplateSpec['metadata'];
  }
  return old;
}
