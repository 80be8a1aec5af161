import type { Container, Pod, Probe } from '@wherry/api';
import type Docker from 'dockerode';
import type { ObservedContainer } from '../pod/observed.ts';
import type { ProbeVerdict } from '../pod/history.ts';
import { initialProbeState, isProbeDone, stepProbe, type ProbeKind, type ProbeState } from './probe-state.ts';
import { runProbe } from './run-probe.ts';

export interface ProbedContainer {
  readonly pod: Pod;
  readonly container: Container;
  readonly instance: ObservedContainer;
  readonly ip: string;
}

export interface ProbeEvents {
  /** A container's verdict is another one now. */
  changed(podUid: string): void;
  failed(target: ProbedContainer, kind: ProbeKind, message: string): void;
}

interface Running {
  readonly target: ProbedContainer;
  readonly states: Map<ProbeKind, ProbeState>;
  readonly timers: Map<ProbeKind, NodeJS.Timeout>;
  stopped: boolean;
}

/** Timers around the probes of every running container; what an outcome means is probe-state.ts. */
export class Prober {
  readonly #docker: Docker;
  readonly #events: ProbeEvents;
  readonly #byId = new Map<string, Running>();

  constructor(docker: Docker, events: ProbeEvents) {
    this.#docker = docker;
    this.#events = events;
  }

  /** Begins to probe a running container, unless it is probed already or has no probes. */
  ensure(target: ProbedContainer, nowMs: number, wasReady: boolean): void {
    const { container, instance } = target;
    if (this.#byId.has(instance.id)) return;
    const kinds = (['startup', 'liveness', 'readiness'] as const).filter((kind) => probeOf(container, kind));
    if (kinds.length === 0) return;
    const running: Running = { target, states: new Map(), timers: new Map(), stopped: false };
    for (const kind of kinds) running.states.set(kind, adopted(initialProbeState(kind), kind, wasReady));
    this.#byId.set(instance.id, running);
    // Liveness and readiness wait for startup.
    const first = this.#started(running) ? kinds.filter((kind) => kind !== 'startup') : (['startup'] as const);
    for (const kind of first) this.#arm(running, kind, this.#firstDelay(running, kind, nowMs));
  }

  verdict(containerId: string): ProbeVerdict | undefined {
    const running = this.#byId.get(containerId);
    if (running === undefined) return undefined;
    const startup = running.states.get('startup');
    const liveness = running.states.get('liveness');
    const readiness = running.states.get('readiness');
    const started = startup === undefined || (startup.decided && startup.healthy);
    const failed =
      startup?.decided && !startup.healthy ? 'startup' : liveness?.healthy === false ? 'liveness' : undefined;
    return { started, ready: readiness?.healthy, failed };
  }

  /** Probes of containers that no longer run have nothing to ask. */
  keepOnly(podUid: string, containerIds: ReadonlySet<string>): void {
    for (const [id, running] of this.#byId) {
      if (running.target.pod.metadata.uid === podUid && !containerIds.has(id)) this.#stop(id, running);
    }
  }

  #stop(id: string, running: Running): void {
    running.stopped = true;
    for (const timer of running.timers.values()) clearTimeout(timer);
    this.#byId.delete(id);
  }

  #started(running: Running): boolean {
    const startup = running.states.get('startup');
    return startup === undefined || (startup.decided && startup.healthy);
  }

  #firstDelay(running: Running, kind: ProbeKind, nowMs: number): number {
    const probe = probeOf(running.target.container, kind);
    const due = running.target.instance.startedAtMs + (probe?.initialDelaySeconds ?? 0) * 1000;
    return Math.max(due - nowMs, 0);
  }

  #arm(running: Running, kind: ProbeKind, delayMs: number): void {
    if (running.stopped) return;
    const timer = setTimeout(() => {
      this.#probe(running, kind).catch((error: unknown) => this.#events.failed(running.target, kind, String(error)));
    }, delayMs);
    timer.unref();
    running.timers.set(kind, timer);
  }

  async #probe(running: Running, kind: ProbeKind): Promise<void> {
    const { container, instance, ip, pod } = running.target;
    const probe = probeOf(container, kind);
    const state = running.states.get(kind);
    if (probe === undefined || state === undefined) return;
    const target = { docker: this.#docker, containerId: instance.id, container, ip };
    const { ok, message } = await runProbe(target, probe);
    if (running.stopped) return;
    if (!ok) this.#events.failed(running.target, kind, message);
    const after = stepProbe(state, probe, ok);
    running.states.set(kind, after);
    if (after.healthy !== state.healthy || after.decided !== state.decided)
      this.#events.changed(pod.metadata.uid ?? '');
    if (!isProbeDone(kind, after)) return this.#arm(running, kind, (probe.periodSeconds ?? 10) * 1000);
    if (kind === 'startup' && after.healthy) {
      for (const next of ['liveness', 'readiness'] as const) if (running.states.has(next)) this.#arm(running, next, 0);
    }
  }
}

export function probeOf(container: Container, kind: ProbeKind): Probe | undefined {
  return container[`${kind}Probe`];
}

/** A container that was ready before this kubelet started stays so until its probe says otherwise. */
function adopted(state: ProbeState, kind: ProbeKind, wasReady: boolean): ProbeState {
  return wasReady && kind !== 'liveness' ? { ...state, healthy: true, decided: true } : state;
}
