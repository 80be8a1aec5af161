import { labelsMatchMap, semanticEqual } from '@wherry/apimachinery';
import {
  getCondition,
  isPodAvailable,
  isPodReady,
  type Pod,
  type ReplicaSet,
  type ReplicaSetCondition,
  type ReplicaSetStatus,
} from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { Failure } from '../runner/plan.ts';

/** What is observed of the pods of a ReplicaSet, and that managing them failed, if it did. */
export function replicaSetStatus(
  set: ReplicaSet,
  active: readonly Pod[],
  terminating: number,
  failure: Failure | undefined,
  now: number,
): ReplicaSetStatus {
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const templateLabels = set.spec.template?.metadata?.labels ?? {};
  const all = Object.keys(templateLabels).length === 0;
  const at = new Date(now);
  // Upstream's type leaves zeros out of all but the first count.
  const count = (counts: (pod: Pod) => boolean): number | undefined => active.filter(counts).length || undefined;
  return {
    ...set.status,
    replicas: active.length,
    fullyLabeledReplicas: count((pod) => all || labelsMatchMap(templateLabels, pod.metadata.labels)),
    readyReplicas: count(isPodReady),
    availableReplicas: count((pod) => isPodAvailable(pod, minReadySeconds, at)),
    terminatingReplicas: terminating,
    observedGeneration: set.metadata.generation,
    conditions: conditions(set, active.length, failure, now),
  };
}

/** Whether a write is due. */
export function differs(set: ReplicaSet, status: ReplicaSetStatus): boolean {
  const old = set.status;
  const counts = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'] as const;
  return (
    old === undefined ||
    counts.some((count) => (old[count] ?? 0) !== (status[count] ?? 0)) ||
    (old.terminatingReplicas ?? -1) !== (status.terminatingReplicas ?? -1) ||
    old.observedGeneration !== status.observedGeneration ||
    !semanticEqual(old.conditions, status.conditions)
  );
}

/** When the next ready pod has been ready for long enough; undefined when there is none to wait for. */
export function nextAvailableMs(set: ReplicaSet, active: readonly Pod[], now: number): number | undefined {
  const minReadyMs = (set.spec.minReadySeconds ?? 0) * 1000;
  if (minReadyMs === 0) return undefined;
  let soonest = Infinity;
  for (const pod of active) {
    const ready = getCondition(pod.status?.conditions, 'Ready');
    if (ready?.status !== 'True' || ready.lastTransitionTime === undefined) continue;
    const inMs = Date.parse(ready.lastTransitionTime) + minReadyMs - now;
    if (inMs > 0) soonest = Math.min(soonest, inMs);
  }
  return soonest === Infinity ? undefined : soonest;
}

function conditions(
  set: ReplicaSet,
  active: number,
  failure: Failure | undefined,
  now: number,
): ReplicaSetCondition[] | undefined {
  const old = set.status?.conditions;
  const current = getCondition(old, 'ReplicaFailure');
  const others = old?.filter((condition) => condition.type !== 'ReplicaFailure');
  if (failure === undefined) return others?.length === 0 ? undefined : others;
  if (failure.verb !== 'create' && failure.verb !== 'delete') return old;
  if (current !== undefined) return old;
  const short = active < (set.spec.replicas ?? 1);
  const reason = short ? 'FailedCreate' : 'FailedDelete';
  const lastTransitionTime = formatTime(now);
  return [
    ...(others ?? []),
    { type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason, message: failure.message },
  ];
}
