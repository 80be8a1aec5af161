import type { PodDisruptionBudget } from '@wherry/api';
import {
  clone,
  forbidden,
  labelSelectorRequirements,
  matchesLabels,
  statusError,
  type Labels,
} from '@wherry/apimachinery';
import { timeOf } from '../registry/object-meta.ts';

/** As many evictions as may wait for the disruption controller to notice them. */
const maxDisruptedPods = 2000;
const budgets = { group: 'policy', resource: 'poddisruptionbudget' };

/** The budgets that guard a pod with these labels. An absent or empty selector guards nothing here, as upstream. */
export function budgetsOf(
  labels: Labels | undefined,
  candidates: readonly PodDisruptionBudget[],
): PodDisruptionBudget[] {
  return candidates.filter(({ spec }) => {
    const requirements = labelSelectorRequirements(spec.selector) ?? [];
    return requirements.length > 0 && matchesLabels(requirements, labels);
  });
}

/**
 * The budget after one more disruption, that of `podName`. Pure.
 * Throws 429 when the budget allows none, 403 when its status cannot be right.
 */
export function withDisruption(budget: PodDisruptionBudget, podName: string, now: Date): PodDisruptionBudget {
  const { name } = budget.metadata;
  const next = clone(budget);
  const status = (next.status ??= {});
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw stillProcessed(name);
  const allowed = status.disruptionsAllowed ?? 0;
  if (allowed < 0) throw forbidden(budgets, name, 'pdb disruptions allowed is negative');
  const disrupted = { ...status.disruptedPods };
  if (Object.keys(disrupted).length > maxDisruptedPods) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw forbidden(budgets, name, why);
  }
  if (allowed === 0) throw refused(explain(budget));
  status.disruptionsAllowed = allowed - 1;
  if (allowed === 1) noneAllowed(next, now);
  disrupted[podName] = timeOf(now);
  status.disruptedPods = disrupted;
  return next;
}

/** 429 for what may be right in a moment. */
export function stillProcessed(name: string) {
  return refused(`The disruption budget ${name} is still being processed by the server.`, 10);
}

function refused(message: string, retryAfterSeconds?: number) {
  const causes = [{ reason: 'DisruptionBudget', message }];
  const text = "Cannot evict pod as it would violate the pod's disruption budget.";
  return statusError(429, 'TooManyRequests', text, { causes, retryAfterSeconds });
}

function explain({ metadata: { name }, status = {} }: PodDisruptionBudget): string {
  const { currentHealthy = 0, desiredHealthy = 0 } = status;
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  const condition = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const plain = `The disruption budget ${name} does not allow evicting pods currently`;
  const failed = condition?.status === 'False' && condition.reason === 'SyncFailed' && condition.message !== '';
  return failed ? `${plain} because it failed sync: ${condition.message}` : plain;
}

function noneAllowed({ status = {} }: PodDisruptionBudget, now: Date): void {
  const before = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    observedGeneration: status.observedGeneration,
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : timeOf(now),
  };
  status.conditions = [...(status.conditions ?? []).filter((other) => other !== before), condition];
}
