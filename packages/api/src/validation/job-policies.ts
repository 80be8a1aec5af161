import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  fieldTooMany,
  omittedValue,
} from '@wherry/apimachinery';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../batch/job.ts';
import { countIndexes } from './index-list.ts';
import { nonNegative, qualifiedName, type Findings } from './value-rules.ts';

const maxRules = 20;
const maxPatterns = 20;
const maxExitCodes = 255;
const maxIndexesLength = 64 * 1024;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];

/** Go's %q of a list. */
const quoted = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(' ')}]`;

function* choice(value: string | undefined, supported: readonly string[], field: string): Findings {
  if (value === undefined || value === '') yield fieldRequired(field, `valid values: ${quoted(supported)}`);
  else if (!supported.includes(value)) yield fieldNotSupported(field, value, supported);
}

export function* podFailurePolicy(spec: JobSpec, field: string): Findings {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > maxRules) yield fieldTooMany(`${field}.rules`, rules.length, maxRules);
  for (const [index, rule] of rules.entries()) yield* failureRule(spec, rule, `${field}.rules[${index}]`);
}

function* failureRule(spec: JobSpec, rule: PodFailurePolicyRule, at: string): Findings {
  if (rule.action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      yield fieldInvalid(`${at}.action`, rule.action, 'requires the backoffLimitPerIndex to be set');
    }
  } else {
    yield* choice(rule.action, actions, `${at}.action`);
  }
  const { onExitCodes } = rule;
  const conditions = rule.onPodConditions ?? [];
  if (onExitCodes !== undefined) yield* exitCodes(spec, onExitCodes, `${at}.onExitCodes`);
  if (conditions.length > 0) yield* podConditions(conditions, `${at}.onPodConditions`);
  if (onExitCodes !== undefined && conditions.length > 0) {
    yield fieldInvalid(at, omittedValue, 'specifying both OnExitCodes and OnPodConditions is not supported');
  }
  if (onExitCodes === undefined && conditions.length === 0) {
    yield fieldInvalid(at, omittedValue, 'specifying one of OnExitCodes and OnPodConditions is required');
  }
}

function* podConditions(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], field: string): Findings {
  if (patterns.length > maxPatterns) yield fieldTooMany(field, patterns.length, maxPatterns);
  for (const [index, pattern] of patterns.entries()) {
    yield* qualifiedName(pattern.type, `${field}[${index}].type`);
    yield* choice(pattern.status, statuses, `${field}[${index}].status`);
  }
}

function* exitCodes({ template }: JobSpec, rule: PodFailurePolicyOnExitCodesRequirement, field: string): Findings {
  yield* choice(rule.operator, operators, `${field}.operator`);
  const { containerName, values } = rule;
  const containers = [...template.spec.containers, ...(template.spec.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    yield fieldInvalid(`${field}.containerName`, containerName, detail);
  }
  if (values.length === 0) yield fieldInvalid(`${field}.values`, values, 'at least one value is required');
  else if (values.length > maxExitCodes) yield fieldTooMany(`${field}.values`, values.length, maxExitCodes);
  const seen = new Set<number>();
  for (const [index, value] of values.entries()) {
    const at = `${field}.values[${index}]`;
    if (rule.operator === 'In' && value === 0) yield fieldInvalid(at, value, 'must not be 0 for the In operator');
    if (seen.has(value)) yield fieldDuplicate(at, value);
    seen.add(value);
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)) {
    yield fieldInvalid(`${field}.values`, values, 'must be ordered');
  }
}

export function* successPolicy(spec: JobSpec, field: string): Findings {
  const rules = spec.successPolicy?.rules ?? [];
  const at = `${field}.rules`;
  if (rules.length === 0) {
    yield fieldRequired(at, 'at least one rules must be specified when the successPolicy is specified');
  }
  if (rules.length > maxRules) yield fieldTooMany(at, rules.length, maxRules);
  for (const [index, rule] of rules.entries()) yield* successRule(rule, spec.completions ?? 0, `${at}[${index}]`);
}

function* successRule(
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
  at: string,
): Findings {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    yield fieldRequired(at, 'at least one of succeededCount or succeededIndexes must be specified');
  }
  let total = 0;
  if (succeededIndexes !== undefined) {
    const field = `${at}.succeededIndexes`;
    if (succeededIndexes.length > maxIndexesLength) yield fieldTooLong(field, maxIndexesLength);
    const counted = countIndexes(succeededIndexes, completions);
    if (typeof counted === 'number') total = counted;
    else yield fieldInvalid(field, succeededIndexes, `error parsing succeededIndexes: ${counted}`);
  }
  if (succeededCount === undefined) return;
  const field = `${at}.succeededCount`;
  yield* nonNegative(succeededCount, field);
  const most = 'must be less than or equal to';
  if (succeededCount > completions) {
    yield fieldInvalid(field, succeededCount, `${most} ${completions} (the number of specified completions)`);
  }
  if (succeededIndexes !== undefined && succeededCount > total) {
    const detail = `${most} ${total} (the number of indexes in the specified succeededIndexes field)`;
    yield fieldInvalid(field, succeededCount, detail);
  }
}
