import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired, type Condition } from '@wherry/apimachinery';
import type { PodDisruptionBudget } from '../policy/pod-disruption-budget.ts';
import { labelSelector } from './label-selector.ts';
import { isPathSegmentName } from './qualified-names.ts';
import type { Validator } from './validator.ts';
import { nonNegative, oneOf, qualifiedName, type Findings } from './value-rules.ts';
import { atMostAll, intOrPercent } from './workload.ts';

/** Its name is anything that can stand in a path, as upstream has no rule of its own for it. */
export const policyValidators: Readonly<Record<string, Validator>> = {
  'policy/PodDisruptionBudget': { name: isPathSegmentName, create: budget, status: budgetStatus },
};

function* budget({ spec }: PodDisruptionBudget): Findings {
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    yield fieldInvalid('spec', spec, 'minAvailable and maxUnavailable cannot be both set');
  }
  yield* intOrPercent(minAvailable, 'spec.minAvailable');
  yield* atMostAll(minAvailable, 'spec.minAvailable');
  yield* intOrPercent(maxUnavailable, 'spec.maxUnavailable');
  yield* atMostAll(maxUnavailable, 'spec.maxUnavailable');
  yield* labelSelector(spec.selector, 'spec.selector');
  if (policy !== undefined && policy !== 'IfHealthyBudget' && policy !== 'AlwaysAllow') {
    yield fieldNotSupported('spec.unhealthyPodEvictionPolicy', policy, ['AlwaysAllow', 'IfHealthyBudget']);
  }
}

function* budgetStatus({ status }: PodDisruptionBudget): Findings {
  yield* conditions(status?.conditions ?? [], 'status.conditions');
  for (const name of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
    yield* nonNegative(status?.[name], `status.${name}`);
  }
}

const reasonPattern = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';

/** metav1.Condition, wherever a status has a list of them. */
export function* conditions(list: readonly Condition[], field: string): Findings {
  const seen = new Set<string>();
  for (const [index, condition] of list.entries()) {
    const at = `${field}[${index}]`;
    if (seen.has(condition.type)) yield fieldDuplicate(`${at}.type`, condition.type);
    seen.add(condition.type);
    yield* qualifiedName(condition.type, `${at}.type`);
    yield* oneOf(condition.status, ['False', 'True', 'Unknown'], `${at}.status`);
    yield* nonNegative(condition.observedGeneration, `${at}.observedGeneration`);
    if (condition.lastTransitionTime === undefined) yield fieldRequired(`${at}.lastTransitionTime`, 'must be set');
    if (condition.reason === '') yield fieldRequired(`${at}.reason`);
    else if (!new RegExp(`^${reasonPattern}$`).test(condition.reason)) {
      const example =
        "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '";
      const detail = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' ${example}${reasonPattern}')`;
      yield fieldInvalid(`${at}.reason`, condition.reason, detail);
    }
  }
}
