import type { Container, Pod } from '@wherry/api';
import type { PodPlan } from './action.ts';
import { readySandbox, restartsAfter, runningContainers } from './facts.ts';
import type { PodHistory } from './history.ts';
import { newestOf, type ObservedPod } from './observed.ts';
import { planEnd } from './plan-end.ts';
import { planEphemeral } from './plan-ephemeral.ts';
import { planInit } from './plan-init.ts';
import { killAction, Round } from './round.ts';

/**
 * The difference between what a pod wants and what is there, as upstream's computePodActions. `removed`: the pod is
 * gone from the API, so that nothing of it may stay.
 */
export function planPod(pod: Pod, observed: ObservedPod, history: PodHistory, nowMs: number, removed = false): PodPlan {
  if (removed) return planEnd(pod, observed, history, nowMs, 'removed');
  const deleted = pod.metadata.deletionTimestamp !== undefined;
  if (deleted || history.failed !== undefined || history.released || hasEnded(pod)) {
    return planEnd(pod, observed, history, nowMs, deleted ? 'deleted' : 'ended');
  }
  const sandbox = readySandbox(observed);
  if (sandbox === undefined) return planSandbox(pod, observed, history, nowMs);

  const round = new Round(pod, observed, history, nowMs, sandbox.id);
  planEphemeral(round);
  const init = planInit(round);
  if (init === 'failed') return planEnd(pod, observed, history, nowMs, 'ended');
  if (init === 'done') {
    const kept = pod.spec.containers.filter((container) => planApp(round, container)).length;
    if (kept === 0) return planEnd(pod, observed, history, nowMs, 'ended');
  }
  planGarbage(round);
  return round.plan();
}

export function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** No sandbox to join: whatever still runs is stopped first, then a new one is made and the first wave started. */
function planSandbox(pod: Pod, observed: ObservedPod, history: PodHistory, nowMs: number): PodPlan {
  const running = runningContainers(observed);
  const stale = observed.sandboxes.find((sandbox) => sandbox.running);
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
  if (running.length > 0) {
    const fresh = running.filter((instance) => history.kills[instance.id] === undefined);
    return { actions: fresh.map((instance) => killAction(instance, grace, `Stopping container ${instance.name}`)) };
  }
  const wanted = pod.spec.containers.filter((container) => wantedInNewSandbox(pod, container, observed));
  if (wanted.length === 0) return planEnd(pod, observed, history, nowMs, 'ended');
  if (history.sandboxHold !== undefined && nowMs < history.sandboxHold.untilMs) {
    return { actions: [], wakeAtMs: history.sandboxHold.untilMs };
  }
  if (stale !== undefined) return { actions: [{ type: 'stopSandbox', id: stale.id }] };

  const attempt = observed.sandboxes.reduce((highest, sandbox) => Math.max(highest, sandbox.attempt), -1) + 1;
  const round = new Round(pod, observed, history, nowMs, '');
  round.actions.push({ type: 'createSandbox', attempt, changed: observed.sandboxes.length > 0 });
  const first = pod.spec.initContainers?.[0];
  if (first !== undefined) round.start('init', first);
  else for (const container of wanted) round.start('app', container);
  return round.plan();
}

function wantedInNewSandbox(pod: Pod, container: Container, observed: ObservedPod): boolean {
  const last = newestOf(observed, container.name);
  return last?.state !== 'exited' || restartsAfter(pod, last.exitCode);
}

/** Plans one app container; false when it has ended for good. */
function planApp(round: Round, container: Container): boolean {
  const { observed, pod, sandboxId } = round;
  const here = newestOf(observed, container.name, sandboxId);
  if (here?.state === 'running') {
    round.killIfBroken(container, here);
    return true;
  }
  const last = here ?? newestOf(observed, container.name);
  if (last?.state === 'exited' && !restartsAfter(pod, last.exitCode)) return false;
  // A container created but never started is left from a kubelet that died between the two calls.
  if (here?.state === 'created') round.actions.push({ type: 'removeContainer', id: here.id });
  round.start('app', container);
  return true;
}

/** Keeps, of each container, the running instance and one dead one: what `logs --previous` reads. */
function planGarbage(round: Round): void {
  const seen = new Map<string, number>();
  for (const instance of round.observed.containers) {
    if (instance.state !== 'exited') continue;
    const dead = (seen.get(instance.name) ?? 0) + 1;
    seen.set(instance.name, dead);
    if (dead > 1 && newestOf(round.observed, instance.name)?.id !== instance.id) {
      round.actions.push({ type: 'removeContainer', id: instance.id });
    }
  }
  for (const sandbox of round.observed.sandboxes.slice(1)) {
    if (!sandbox.running) round.actions.push({ type: 'removeContainer', id: sandbox.id });
  }
}
