import type { Container, Pod } from '@wherry/api';
import type { Action, ContainerKind, PodPlan } from './action.ts';
import { heldUntilMs } from './back-off.ts';
import { graceSeconds, specHash } from './facts.ts';
import type { Hold, PodHistory } from './history.ts';
import { newestOf, type ObservedContainer, type ObservedPod } from './observed.ts';

/** One pass over a pod: the facts, and the actions found so far. */
export class Round {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly history: PodHistory;
  readonly nowMs: number;
  readonly sandboxId: string;
  readonly actions: Action[] = [];
  #wakeAtMs: number | undefined;

  constructor(pod: Pod, observed: ObservedPod, history: PodHistory, nowMs: number, sandboxId: string) {
    this.pod = pod;
    this.observed = observed;
    this.history = history;
    this.nowMs = nowMs;
    this.sandboxId = sandboxId;
  }

  wakeAt(atMs: number): void {
    this.#wakeAtMs = Math.min(this.#wakeAtMs ?? Number.POSITIVE_INFINITY, atMs);
  }

  /** Starts a container, unless a hold, a pull or the restart back-off says to wait. */
  start(kind: ContainerKind, container: Container): void {
    const { history, nowMs } = this;
    if (history.pulling[container.name]) return;
    const hold = history.holds[container.name];
    if (hold !== undefined && nowMs < hold.untilMs) return this.wakeAt(nextLook(hold, nowMs));
    const last = newestOf(this.observed, container.name);
    const afterExitMs = last?.state === 'exited' ? last.finishedAtMs : undefined;
    if (afterExitMs !== undefined) {
      const until = heldUntilMs(history.restarts[container.name], afterExitMs, nowMs);
      if (until > 0) return this.wakeAt(until);
    }
    const attempt = last === undefined ? 0 : last.attempt + 1;
    this.actions.push({ type: 'startContainer', kind, name: container.name, attempt, afterExitMs });
  }

  /** True when the container must not go on: the kill is planned. */
  killIfBroken(container: Container, instance: ObservedContainer): boolean {
    const message = whyBroken(container, instance, this.history);
    if (message === undefined) return false;
    if (this.history.kills[instance.id] === undefined) {
      this.actions.push(killAction(instance, probeGrace(this.pod, container, instance, this.history), message));
    }
    return true;
  }

  plan(): PodPlan {
    return { actions: this.actions, wakeAtMs: this.#wakeAtMs };
  }
}

/** A failed pull is shown as ErrImagePull for this long, then as ImagePullBackOff: worth one more look. */
export const pullErrorShownMs = 2_000;

function nextLook(hold: Hold, nowMs: number): number {
  const flip = hold.sinceMs + pullErrorShownMs;
  return hold.reason === 'ErrImagePull' && nowMs < flip ? flip : hold.untilMs;
}

export function killAction(instance: ObservedContainer, grace: number, message: string): Action {
  return { type: 'killContainer', id: instance.id, name: instance.name, graceSeconds: grace, message };
}

function whyBroken(container: Container, instance: ObservedContainer, history: PodHistory): string | undefined {
  const { name } = container;
  if (history.hooks[instance.id] === 'failed') return `FailedPostStartHook`;
  const failed = history.probes[instance.id]?.failed;
  if (failed !== undefined) return `Container ${name} failed ${failed} probe, will be restarted`;
  if (instance.specHash !== specHash(container)) return `Container ${name} definition changed, will be restarted`;
  return undefined;
}

function probeGrace(pod: Pod, container: Container, instance: ObservedContainer, history: PodHistory): number {
  const failed = history.probes[instance.id]?.failed;
  const probe = failed === 'liveness' ? container.livenessProbe : failed && container.startupProbe;
  return probe?.terminationGracePeriodSeconds ?? graceSeconds(pod);
}
