import type { NodeInfo } from '../framework/node-info.ts';
import { maxNodeScore, type Plugin, type Rejection } from '../framework/plugin.ts';
import type { PodInfo } from '../framework/pod-info.ts';

/** Leaves out nodes without room for the pod's requests; prefers those with the most left (LeastAllocated). */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  filter(_cycle, info, node) {
    return fits(info, node) ? undefined : explain(info, node);
  },
  score(_cycle, info, node) {
    const cpu = leastAllocated(node.nonZero.cpuMilli + info.nonZero.cpuMilli, node.allocatable.cpuMilli);
    const memory = leastAllocated(node.nonZero.memoryBytes + info.nonZero.memoryBytes, node.allocatable.memoryBytes);
    const weights = Number(node.allocatable.cpuMilli > 0) + Number(node.allocatable.memoryBytes > 0);
    return weights === 0 ? 0 : Math.trunc((cpu + memory) / weights);
  },
  mayHelp(event, info) {
    switch (event.type) {
      case 'pod-freed':
        return true;
      case 'node-added':
        return fits(info, event.node);
      case 'node-updated':
        return event.changes.has('allocatable') && fits(info, event.node);
    }
  },
};

function fits(info: PodInfo, node: NodeInfo): boolean {
  if (node.pods.size + 1 > node.allowedPods) return false;
  const { requests } = info;
  const { allocatable, requested } = node;
  if (requests.cpuMilli > 0 && requests.cpuMilli > allocatable.cpuMilli - requested.cpuMilli) return false;
  if (requests.memoryBytes > 0 && requests.memoryBytes > allocatable.memoryBytes - requested.memoryBytes) return false;
  const storage = requests.ephemeralStorageBytes;
  if (storage > 0 && storage > allocatable.ephemeralStorageBytes - requested.ephemeralStorageBytes) return false;
  for (const name in requests.other) {
    const wanted = requests.other[name] ?? 0;
    if (wanted > 0 && wanted > (allocatable.other[name] ?? 0) - (requested.other[name] ?? 0)) return false;
  }
  return true;
}

/** Every shortage, in upstream's order; unresolvable when the empty node would be too small. */
function explain(info: PodInfo, node: NodeInfo): Rejection {
  const reasons: string[] = [];
  let unresolvable = false;
  const check = (name: string, wanted: number, allocatable: number, requested: number): void => {
    if (wanted <= 0 || wanted <= allocatable - requested) return;
    reasons.push(`Insufficient ${name}`);
    unresolvable ||= wanted > allocatable;
  };
  if (node.pods.size + 1 > node.allowedPods) reasons.push('Too many pods');
  const { requests } = info;
  const { allocatable, requested } = node;
  check('cpu', requests.cpuMilli, allocatable.cpuMilli, requested.cpuMilli);
  check('memory', requests.memoryBytes, allocatable.memoryBytes, requested.memoryBytes);
  const storage = requests.ephemeralStorageBytes;
  check('ephemeral-storage', storage, allocatable.ephemeralStorageBytes, requested.ephemeralStorageBytes);
  for (const [name, wanted] of Object.entries(requests.other)) {
    check(name, wanted, allocatable.other[name] ?? 0, requested.other[name] ?? 0);
  }
  return { unresolvable, reasons };
}

function leastAllocated(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0;
  return Math.trunc(((capacity - requested) * maxNodeScore) / capacity);
}
