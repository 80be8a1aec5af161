import { getCondition, isPodReady, type Pod } from '@wherry/api';

/** A pod, and how many pods of related ReplicaSets run on its node. */
export interface RankedPod {
  readonly pod: Pod;
  readonly related: number;
}

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';
const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * Orders pods so that those to be deleted first come first, as upstream's ActivePodsWithRanks: not assigned, not
 * running, not ready, cheap by annotation, crowded on their node, ready or created for the shorter time (on a
 * logarithmic scale, so that pods of one rollout are chosen at random), restarted more often.
 */
export function compareForDeletion(a: RankedPod, b: RankedPod, now: number): number {
  const ready = isPodReady(a.pod);
  return (
    Number(isAssigned(a.pod)) - Number(isAssigned(b.pod)) ||
    phase(a.pod) - phase(b.pod) ||
    Number(ready) - Number(isPodReady(b.pod)) ||
    cost(a.pod) - cost(b.pod) ||
    b.related - a.related ||
    (ready ? compareAges(a.pod, b.pod, readySince(a.pod), readySince(b.pod), now) : 0) ||
    restarts(b.pod, 'containerStatuses') - restarts(a.pod, 'containerStatuses') ||
    restarts(b.pod, 'initContainerStatuses') - restarts(a.pod, 'initContainerStatuses') ||
    compareAges(a.pod, b.pod, createdAt(a.pod), createdAt(b.pod), now)
  );
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') !== '';
}

function phase(pod: Pod): number {
  return phases[pod.status?.phase ?? 'Pending'] ?? 0;
}

/** Zero when absent or not an integer. */
function cost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCost];
  return text !== undefined && /^(0|-?[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}

function compareAges(a: Pod, b: Pod, sinceA: number, sinceB: number, now: number): number {
  if (sinceA === sinceB) return 0;
  if (Number.isNaN(sinceA) || Number.isNaN(sinceB)) return Number.isNaN(sinceA) ? -1 : 1;
  const difference = magnitude(now - sinceA) - magnitude(now - sinceB);
  if (difference !== 0) return difference;
  return (a.metadata.uid ?? '') < (b.metadata.uid ?? '') ? -1 : 1;
}

function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}

function readySince(pod: Pod): number {
  return Date.parse(getCondition(pod.status?.conditions, 'Ready')?.lastTransitionTime ?? '');
}

function createdAt(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '');
}

/** Sidecars are the init containers that restart. */
function restarts(pod: Pod, list: 'containerStatuses' | 'initContainerStatuses'): number {
  const counted = (pod.status?.[list] ?? []).filter(
    ({ name }) =>
      list === 'containerStatuses' ||
      pod.spec.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always'),
  );
  return Math.max(0, ...counted.map((status) => status.restartCount));
}
