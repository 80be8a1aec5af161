import { getCondition, toleratesTaint, type Node, type Pod, type Taint } from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { Plan } from '../runner/plan.ts';

export interface TaintEvictionView {
  readonly pod: Pod;
  readonly node: Node;
  readonly memory: TaintMemory | undefined;
}
/** When taints that do not say so themselves were first seen, by key. */
export interface TaintMemory {
  readonly seen: Readonly<Record<string, number>>;
}

/** Deletes a pod whose node has a taint NoExecute that it does not tolerate, or not for this long. */
export function reconcileTaintEviction({ pod, node, memory }: TaintEvictionView, now: number): Plan<TaintMemory> {
  if (pod.metadata.deletionTimestamp !== undefined) return {};
  const taints = (node.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
  if (taints.length === 0) return {};
  const seen = Object.fromEntries(taints.map(({ key }) => [key, memory?.seen[key] ?? now]));
  const at = evictionTime(pod, taints, seen, now);
  if (at === Infinity) return {};
  if (at > now) return { requeueAfterMs: at - now, remember: { seen } };
  const { namespace, name, uid } = pod.metadata;
  const reason = 'TaintManagerEviction';
  const message = `Marking for deletion Pod ${namespace ?? ''}/${name}`;
  return {
    patch: [
      { resource: 'pods', namespace, name, uid, type: 'strategic', subresource: 'status', patch: disruption(pod, now) },
    ],
    delete: [{ resource: 'pods', namespace, name, uid, announce: { about: pod, done: { reason, message } } }],
  };
}

/**
 * Milliseconds since the epoch; Infinity for never. Counted from when the taint was put on or the pod was made,
 * whichever was later, so that a restart of this process does not start the time anew.
 */
export function evictionTime(
  pod: Pod,
  taints: readonly Taint[],
  seen: Readonly<Record<string, number>>,
  now: number,
): number {
  const added = taints.map(({ key, timeAdded }) => timeOf(timeAdded, seen[key] ?? now));
  const since = Math.max(...added, timeOf(pod.metadata.creationTimestamp, 0));
  let shortestMs = Infinity;
  for (const taint of taints) {
    const tolerations = (pod.spec.tolerations ?? []).filter((toleration) => toleratesTaint(toleration, taint));
    if (tolerations.length === 0) return now;
    for (const { tolerationSeconds } of tolerations) {
      if (tolerationSeconds !== undefined) shortestMs = Math.min(shortestMs, Math.max(0, tolerationSeconds) * 1000);
    }
  }
  return shortestMs === Infinity ? Infinity : since + shortestMs;
}

function timeOf(text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : Date.parse(text);
}

function disruption(pod: Pod, now: number): unknown {
  const current = getCondition(pod.status?.conditions, 'DisruptionTarget');
  const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : formatTime(now);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime,
  };
  return { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } };
}
