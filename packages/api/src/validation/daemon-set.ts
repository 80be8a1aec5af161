import { fieldInvalid, fieldNotSupported, fieldRequired, selectorMatches } from '@wherry/apimachinery';
import type { DaemonSet, DaemonSetUpdateStrategy } from '../apps/daemonset.ts';
import { labelSelector } from './label-selector.ts';
import { validateImmutable } from './metadata.ts';
import { podTemplate } from './pod-spec.ts';
import { nonNegative, type Findings } from './value-rules.ts';
import { amount, atMostAll, intOrPercent, restartsAlways } from './workload.ts';

export function* daemonSet({ spec }: DaemonSet): Findings {
  const { selector, template } = spec;
  const labels = template.metadata?.labels;
  yield* labelSelector(selector, 'spec.selector');
  if ([...labelSelector(selector, '')].length === 0 && !selectorMatches(selector, labels)) {
    yield fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  if (selector !== undefined && isEmptySelector(selector)) {
    yield fieldInvalid('spec.selector', selector, 'empty selector is invalid for daemonset');
  }
  yield* podTemplate(template, 'spec.template');
  yield* restartsAlways(template.spec, 'spec.template.spec', 'DaemonSet');
  yield* nonNegative(spec.minReadySeconds, 'spec.minReadySeconds');
  yield* updateStrategy(spec.updateStrategy, 'spec.updateStrategy');
  yield* nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit');
}

export function* daemonSetUpdate(next: DaemonSet, old: DaemonSet): Findings {
  yield* daemonSet(next);
  yield* validateImmutable(next.spec.selector, old.spec.selector, 'spec.selector');
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const;

export function* daemonSetStatus({ status }: DaemonSet, old: DaemonSet): Findings {
  for (const name of counts) yield* nonNegative(status?.[name], `status.${name}`);
  yield* notDecremented(status?.collisionCount, old.status?.collisionCount);
}

/** Counts the names that were taken already; what it counted is not forgotten. */
export function* notDecremented(count: number | undefined, old: number | undefined): Findings {
  if (old !== undefined && (count ?? 0) < old) {
    yield fieldInvalid('status.collisionCount', count ?? 0, 'cannot be decremented');
  }
}

export function isEmptySelector(selector: DaemonSet['spec']['selector']): boolean {
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
}

function* updateStrategy(strategy: DaemonSetUpdateStrategy | undefined, field: string): Findings {
  if (strategy?.type === 'OnDelete') return;
  if (strategy?.type !== 'RollingUpdate') {
    yield fieldNotSupported(field, strategy, ['RollingUpdate', 'OnDelete']);
    return;
  }
  const rolling = strategy.rollingUpdate;
  const at = `${field}.rollingUpdate`;
  if (rolling === undefined) {
    yield fieldRequired(at);
    return;
  }
  const { maxUnavailable, maxSurge } = rolling;
  yield* intOrPercent(maxUnavailable, `${at}.maxUnavailable`);
  yield* intOrPercent(maxSurge, `${at}.maxSurge`);
  yield* atMostAll(maxUnavailable, `${at}.maxUnavailable`);
  yield* atMostAll(maxSurge, `${at}.maxSurge`);
  const [unavailable, surge] = [amount(maxUnavailable) !== 0, amount(maxSurge) !== 0];
  if (unavailable && surge) {
    yield fieldInvalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  } else if (!unavailable && !surge) {
    yield fieldRequired(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  }
}
