import type { Pod } from '@wherry/api';
import { graceSeconds, initContainers, isSidecar, runningContainers } from './facts.ts';
import type { PodHistory } from './history.ts';
import type { ObservedContainer, ObservedPod } from './observed.ts';
import type { Action, PodPlan } from './action.ts';

/** It will not start again; it is marked as deleted; it has left the API already. */
export type EndReason = 'ended' | 'deleted' | 'removed';

/** The way down: stop what runs (sidecars after the apps), then give back, then, if deleted, remove every trace. */
export function planEnd(pod: Pod, observed: ObservedPod, history: PodHistory, nowMs: number, why: EndReason): PodPlan {
  const running = runningContainers(observed);
  if (running.length > 0) {
    // Who deletes by force does not wait: neither do we.
    const grace = why === 'removed' ? 1 : graceSeconds(pod);
    return { actions: nextToStop(pod, running).flatMap((instance) => stop(instance, history, grace, nowMs)) };
  }
  if (why !== 'ended') return { actions: [{ type: 'tearDown' }] };
  return { actions: history.released ? [] : [{ type: 'release' }] };
}

function stop(instance: ObservedContainer, history: PodHistory, grace: number, nowMs: number): Action[] {
  const under = history.kills[instance.id];
  // A second delete may only shorten what the first one gave.
  if (under !== undefined && under.deadlineMs <= nowMs + grace * 1000) return [];
  return [
    {
      type: 'killContainer',
      id: instance.id,
      name: instance.name,
      graceSeconds: grace,
      message: `Stopping container ${instance.name}`,
    },
  ];
}

/** All but sidecars at once; then sidecars, last started first, each after the one before is gone. */
function nextToStop(pod: Pod, running: readonly ObservedContainer[]): ObservedContainer[] {
  const sidecars = initContainers(pod)
    .filter(isSidecar)
    .map((container) => container.name);
  const others = running.filter((instance) => !sidecars.includes(instance.name));
  if (others.length > 0) return others;
  const last = sidecars.findLast((name) => running.some((instance) => instance.name === name));
  return running.filter((instance) => instance.name === last);
}
