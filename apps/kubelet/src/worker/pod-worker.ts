import { deepEqual } from '@wherry/apimachinery';
import type { Pod, PodStatus } from '@wherry/api';
import type { PodHistory } from '../pod/history.ts';
import { newHistory } from '../pod/history.ts';
import { deadlineMs, isHostNetwork, readySandbox, runningContainers } from '../pod/facts.ts';
import type { ObservedPod } from '../pod/observed.ts';
import { hostPorts } from '../pod/host-ports.ts';
import { planPod } from '../pod/plan.ts';
import { podStatus } from '../pod/status.ts';
import { statusEvents } from '../pod/status-events.ts';
import { VolumeSetupError } from '../volumes/volumes.ts';
import { perform } from './perform.ts';
import { recordContainerEvent, recordPodEvent } from './record.ts';
import { setUpVolumes } from './start-container.ts';
import type { NodeParts } from './node.ts';

const retryMs = 2_000;
/** Longer timers would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * One pod's serial worker. Whatever happens only wakes it; each round reads the world, reports the status, plans, and
 * performs the plan. Nothing in a round waits for long: pulls, stops and hooks go on beside it and wake it at their end.
 */
export class PodWorker {
  readonly uid: string;
  readonly history: PodHistory;
  readonly parts: NodeParts;
  readonly #gone: (uid: string) => void;
  #pod: Pod;
  #removed = false;
  #dirty = false;
  /** At the start too: what changed while no kubelet ran was not seen, and tokens are held by none. */
  #volumesStale = true;
  #running = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #wakeAtMs = 0;
  #reported: PodStatus | undefined;

  constructor(parts: NodeParts, pod: Pod, gone: (uid: string) => void) {
    this.parts = parts;
    this.uid = pod.metadata.uid ?? '';
    this.#pod = pod;
    this.#gone = gone;
    const startTime = pod.status?.startTime;
    this.history = newHistory(startTime === undefined ? parts.now() : Date.parse(startTime));
  }

  get pod(): Pod {
    return this.#pod;
  }

  get removed(): boolean {
    return this.#removed;
  }

  update(pod: Pod): void {
    // Labels and annotations may be shown in a downward API volume.
    if (pod.metadata.generation !== this.#pod.metadata.generation || !sameShown(pod, this.#pod))
      this.#volumesStale = true;
    this.#pod = pod;
    this.parts.statuses.observe(pod);
    this.wake();
  }

  /** The pod is gone from the API: nothing of it may stay. */
  remove(pod: Pod): void {
    this.#pod = pod;
    this.#removed = true;
    this.wake();
  }

  wake(): void {
    this.#dirty = true;
    if (this.#running || this.#ended) return;
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
    });
  }

  /** What the pod's volumes show has changed, or what it waits for has come. */
  refreshVolumes(): void {
    this.#volumesStale = true;
    for (const [name, hold] of Object.entries(this.history.holds)) {
      if (hold.reason === 'CreateContainerConfigError' || hold.reason === 'ContainerCreating')
        delete this.history.holds[name];
    }
    this.wake();
  }

  /** The earliest of all the times asked for counts; each round asks anew. */
  wakeIn(delayMs: number): void {
    const atMs = this.parts.now() + Math.max(delayMs, 0);
    if (this.#timer !== undefined && this.#wakeAtMs <= atMs) return;
    clearTimeout(this.#timer);
    this.#wakeAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.wake();
      },
      Math.min(Math.max(delayMs, 0), maxTimerMs),
    );
  }

  /** Every trace is gone: the worker ends. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.parts.prober.keepOnly(this.uid, new Set());
    this.parts.objects.unwatch(this.uid);
    this.parts.tokens.forget(this.uid);
    this.parts.statuses.forget(this.uid);
    this.#gone(this.uid);
  }

  /** The status of this moment; also what is in the API after the next write. */
  status(): PodStatus {
    const { parts } = this;
    const observed = parts.world.pod(this.uid);
    const pod = { ...this.#pod, status: this.#knownStatus() };
    const input = { pod, observed, history: this.history, nowMs: parts.now() };
    return podStatus(input, { hostIPs: parts.hostIPs });
  }

  report(): void {
    if (this.#removed) return;
    const status = this.status();
    if (!deepEqual(status, this.#reported)) {
      for (const { container, type, reason, message } of statusEvents(this.#pod, this.#reported, status)) {
        recordContainerEvent(this.parts, this.#pod, container, type, reason, message);
      }
      this.#reported = status;
    }
    this.parts.statuses.set(this.#pod, status);
  }

  async #run(): Promise<void> {
    while (this.#dirty && !this.#ended) {
      this.#dirty = false;
      try {
        await this.#round();
      } catch (error) {
        const { name, namespace } = this.#pod.metadata;
        this.parts.log.error({ event: 'podRoundFailed', pod: name, namespace, err: error });
        this.wakeIn(retryMs);
      }
    }
  }

  async #round(): Promise<void> {
    const { parts, history } = this;
    const observed = parts.world.pod(this.uid);
    this.#tidy(observed);
    this.#checkDeadline();
    this.#probe(observed);
    const pod = { ...this.#pod, status: this.#knownStatus() };
    const nowMs = parts.now();
    const plan = planPod(pod, observed, history, nowMs, this.#removed);
    this.report();
    if (plan.wakeAtMs !== undefined) this.wakeIn(plan.wakeAtMs - nowMs);
    await this.#expose(observed);
    await perform(this, pod, observed, plan.actions);
    if (this.#volumesStale) await this.#showChanges(pod, observed);
  }

  /** Volumes of running containers follow the objects they show; an object that is gone leaves them as they are. */
  async #showChanges(pod: Pod, observed: ObservedPod): Promise<void> {
    this.#volumesStale = false;
    const sandbox = readySandbox(observed);
    const ending = this.#removed || pod.metadata.deletionTimestamp !== undefined || this.history.released;
    if (sandbox === undefined || ending || runningContainers(observed).length === 0) return;
    try {
      await setUpVolumes(this, pod, sandbox.ip);
    } catch (error) {
      if (!(error instanceof VolumeSetupError)) throw error;
      recordPodEvent(this.parts, pod, 'Warning', 'FailedMount', error.message);
    }
  }

  /** Our own last word counts before the informer has heard it; others' conditions come from the informer. */
  #knownStatus(): PodStatus | undefined {
    const stored = this.parts.statuses.stored(this.#pod);
    if (this.#reported === undefined) return stored;
    const own = (this.#reported.conditions ?? []).filter(({ type }) => ownConditions.has(type));
    const foreign = (stored?.conditions ?? []).filter(({ type }) => !ownConditions.has(type));
    return { ...this.#reported, conditions: [...own, ...foreign] };
  }

  /** After a restart of the kubelet too: which ports lead where is not kept on disk. */
  async #expose(observed: ObservedPod): Promise<void> {
    const sandbox = readySandbox(observed);
    if (sandbox === undefined || isHostNetwork(this.#pod) || this.#removed || this.history.released) return;
    await this.parts.network()?.expose({ podUid: this.uid, attempt: sandbox.attempt }, hostPorts(this.#pod));
  }

  #probe(observed: ObservedPod): void {
    const { parts, history } = this;
    const ending = this.#removed || this.#pod.metadata.deletionTimestamp !== undefined;
    const ip = isHostNetwork(this.#pod) ? (parts.hostIPs[0] ?? '') : readySandbox(observed)?.ip;
    const alive = runningContainers(observed).filter((instance) => history.kills[instance.id] === undefined);
    parts.prober.keepOnly(this.uid, new Set(ending ? [] : alive.map((instance) => instance.id)));
    if (ending || ip === undefined) return;
    const containers = [...this.#pod.spec.containers, ...(this.#pod.spec.initContainers ?? [])];
    for (const instance of alive) {
      const container = containers.find((candidate) => candidate.name === instance.name);
      if (container === undefined || history.hooks[instance.id] === 'running') continue;
      const known = [
        ...(this.#pod.status?.containerStatuses ?? []),
        ...(this.#pod.status?.initContainerStatuses ?? []),
      ].find((status) => status.containerID === `docker://${instance.id}`);
      parts.prober.ensure({ pod: this.#pod, container, instance, ip }, parts.now(), known?.ready === true);
      const verdict = parts.prober.verdict(instance.id);
      if (verdict !== undefined) history.probes[instance.id] = verdict;
    }
  }

  #checkDeadline(): void {
    const deadline = deadlineMs(this.#pod, this.history.acceptedAtMs);
    if (deadline === undefined || this.history.failed !== undefined || this.history.released) return;
    const left = deadline - this.parts.now();
    if (left > 0) return this.wakeIn(left);
    const message = 'Pod was active on the node longer than the specified deadline';
    this.history.failed = { reason: 'DeadlineExceeded', message };
    recordPodEvent(this.parts, this.#pod, 'Normal', 'DeadlineExceeded', message);
  }

  /** What is remembered of containers that are gone is forgotten, so that memory stays bounded. */
  #tidy(observed: ObservedPod): void {
    const ids = new Set(observed.containers.map((instance) => instance.id));
    for (const record of [this.history.kills, this.history.hooks, this.history.probes]) {
      for (const id of Object.keys(record)) if (!ids.has(id)) delete record[id];
    }
  }
}

function sameShown(a: Pod, b: Pod): boolean {
  const { labels, annotations } = a.metadata;
  return deepEqual(labels, b.metadata.labels) && deepEqual(annotations, b.metadata.annotations);
}

const ownConditions = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);
