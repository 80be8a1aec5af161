import type { ContainerStatus, Pod } from '@wherry/api';
import { isSidecar } from './facts.ts';

/** The pod's phase from its containers' statuses, as upstream's getPhase. `ended`: no container will start again. */
export function podPhase(
  pod: Pod,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  ended: boolean,
): 'Pending' | 'Running' | 'Succeeded' | 'Failed' {
  const init = countInit(pod, initStatuses);
  if (init.failed > 0 && pod.spec.restartPolicy === 'Never') return 'Failed';
  const count = { waiting: 0, running: 0, stopped: 0, succeeded: 0, unknown: 0 };
  for (const container of pod.spec.containers) {
    const state = statuses.find((status) => status.name === container.name);
    if (state?.state?.running) count.running++;
    else if (state?.state?.terminated) {
      count.stopped++;
      if (state.state.terminated.exitCode === 0) count.succeeded++;
    } else if (state?.state?.waiting) {
      if (state.lastState?.terminated) count.stopped++;
      else count.waiting++;
    } else count.unknown++;
  }
  if (init.pending > 0 && count.running + count.stopped === 0 && !ended) return 'Pending';
  if (count.waiting > 0) return ended ? 'Failed' : 'Pending';
  if (count.running > 0 && count.unknown === 0) return 'Running';
  if (count.running === 0 && count.stopped > 0 && count.unknown === 0) {
    if (ended || pod.spec.restartPolicy === 'Never') return count.stopped === count.succeeded ? 'Succeeded' : 'Failed';
    if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return 'Running';
    return count.stopped === count.succeeded ? 'Succeeded' : 'Running';
  }
  return 'Pending';
}

function countInit(pod: Pod, statuses: readonly ContainerStatus[]): { pending: number; failed: number } {
  let pending = 0;
  let failed = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const status = statuses.find((candidate) => candidate.name === container.name);
    if (isSidecar(container)) {
      if (status?.started !== true) pending++;
      continue;
    }
    const ended = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
    if (ended === undefined) pending++;
    else if (ended.exitCode !== 0) failed++;
  }
  return { pending: pending + failed, failed };
}
