import { getCondition, type Node, type Taint } from '@wherry/api';
import { formatTime } from '@wherry/client';

export const notReady = 'node.kubernetes.io/not-ready';
export const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';

/** Condition, its status, and the taint that follows from it. */
const byCondition: readonly (readonly [string, string, string])[] = [
  ['Ready', 'False', notReady],
  ['Ready', 'Unknown', unreachable],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];

const managed = new Set([...byCondition.map(([, , key]) => key), unschedulable]);

/** The taint NoExecute that its condition Ready asks for. */
export function evictionTaint(ready: string | undefined): string | undefined {
  if (ready === 'False') return notReady;
  return ready === 'Unknown' ? unreachable : undefined;
}

/**
 * The taints of a node as its conditions want them. NoExecute ones are only ever put on when `mayEvict`; those that
 * are there stay as long as their reason does, with the time they were put on. Undefined when nothing changes.
 */
export function taintsOf(node: Node, mayEvict: boolean, keepEviction: boolean, now: number): Taint[] | undefined {
  const current = node.spec.taints ?? [];
  const wanted = wantedNoSchedule(node);
  const eviction = evictionTaint(getCondition(node.status?.conditions, 'Ready')?.status);
  const timeAdded = formatTime(now);
  const kept = current.filter((taint) => {
    if (taint.effect === 'NoSchedule' && managed.has(taint.key)) return wanted.has(taint.key);
    if (taint.effect === 'NoExecute' && (taint.key === notReady || taint.key === unreachable)) {
      return keepEviction && taint.key === eviction;
    }
    return true;
  });
  const has = (key: string, effect: string): boolean =>
    kept.some((taint) => taint.key === key && taint.effect === effect);
  const result = [...kept];
  for (const key of wanted) if (!has(key, 'NoSchedule')) result.push({ key, effect: 'NoSchedule', timeAdded });
  if (eviction !== undefined && keepEviction && !has(eviction, 'NoExecute')) {
    // Of one reason to the other: the node has been tainted already.
    const swap = current.some(
      (taint) => taint.effect === 'NoExecute' && (taint.key === notReady || taint.key === unreachable),
    );
    if (mayEvict || swap) result.push({ key: eviction, effect: 'NoExecute', timeAdded });
  }
  return kept.length === current.length && result.length === current.length ? undefined : result;
}

function wantedNoSchedule(node: Node): Set<string> {
  const wanted = new Set<string>();
  for (const [type, status, key] of byCondition) {
    if (getCondition(node.status?.conditions, type)?.status === status) wanted.add(key);
  }
  if (node.spec.unschedulable === true) wanted.add(unschedulable);
  return wanted;
}
