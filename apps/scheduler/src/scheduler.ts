import { isNotFound } from '@wherry/apimachinery';
import type { Node, Pod } from '@wherry/api';
import type { EventRecorder } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import { isSamePodSpec, nodeChanges, type ClusterEvent } from './framework/cluster-event.ts';
import { ClusterState } from './framework/cluster-state.ts';
import { fitErrorMessage, type Diagnosis } from './framework/diagnosis.ts';
import type { Plugin } from './framework/plugin.ts';
import { podInfo, type PodInfo } from './framework/pod-info.ts';
import { schedulePod } from './framework/schedule-pod.ts';
import { SchedulingQueue, type QueuedPod } from './framework/scheduling-queue.ts';
import type { SchedulerMetrics } from './metrics.ts';
import type { WriteBack } from './write-back.ts';

export const schedulerName = 'default-scheduler';

export interface SchedulerOptions {
  readonly plugins: readonly Plugin[];
  readonly write: WriteBack;
  readonly recorder: Pick<EventRecorder, 'event'>;
  readonly metrics: SchedulerMetrics;
  readonly log: Logger;
}

/** Others must have their turn too. */
const sliceMs = 10;
/** Decisions wait while so many writes are under way. */
const maxWrites = 128;
const flushPeriodMs = 30_000;

/**
 * Takes pods from the queue one after another, decides on each at once, and lets the binding go on by itself: the
 * node counts the pod as assumed meanwhile.
 */
export class Scheduler {
  readonly state = new ClusterState();
  readonly queue: SchedulingQueue;
  readonly #options: SchedulerOptions;
  readonly #writes = new Set<Promise<void>>();
  #signal = AbortSignal.abort();
  #startIndex = 0;
  #scheduled = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.queue = new SchedulingQueue(options.plugins);
  }

  /** Decides until aborted, then waits for the writes under way. May be run again: what is known stays. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    const flusher = setInterval(() => {
      this.queue.flushUnschedulable(performance.now());
      this.#kick();
    }, flushPeriodMs);
    this.#kick();
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    clearInterval(flusher);
    clearTimeout(this.#timer);
    await Promise.all(this.#writes);
  }

  setNode(old: Node | undefined, node: Node): void {
    const info = this.state.setNode(node);
    if (old === undefined) return this.#wake({ type: 'node-added', node: info });
    const changes = nodeChanges(old, node);
    if (changes.size > 0) this.#wake({ type: 'node-updated', node: info, changes });
  }
  removeNode(node: Node): void {
    this.state.removeNode(node.metadata.name);
  }

  setPod(old: Pod | undefined, pod: Pod): void {
    if (isTerminal(pod)) return this.removePod(pod);
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
    if (pod.spec.nodeName) {
      this.queue.delete(key);
      // Status changes often, and counts for nothing here.
      const before =
        old?.spec.nodeName === pod.spec.nodeName && old.metadata.uid === pod.metadata.uid ? old : undefined;
      if (before !== undefined && isSamePodSpec(before, pod)) return;
      this.state.setPod(podInfo(pod), pod.spec.nodeName);
      // Resized in place, perhaps to less.
      if (before !== undefined) this.#wake({ type: 'pod-freed', freed: podInfo(before) });
      return;
    }
    if ((pod.spec.schedulerName || schedulerName) !== schedulerName) return;
    if (pod.metadata.deletionTimestamp !== undefined) return this.queue.delete(key);
    const relevant = old === undefined || !isSamePodSpec(old, pod);
    this.queue.update(podInfo(pod), relevant, performance.now());
    this.#kick();
  }

  removePod(pod: Pod): void {
    const key = `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
    this.queue.delete(key);
    const freed = this.state.removePod(key);
    if (freed !== undefined) this.#wake({ type: 'pod-freed', freed });
  }

  #wake(event: ClusterEvent): void {
    this.queue.wake(event, performance.now());
    this.#kick();
  }

  /** Soon, and once for many reasons. */
  #kick(): void {
    if (this.#scheduled || this.#signal.aborted) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#work();
    });
  }

  #work(): void {
    const endMs = performance.now() + sliceMs;
    while (!this.#signal.aborted && this.#writes.size < maxWrites) {
      const nowMs = performance.now();
      if (nowMs > endMs) return this.#kick();
      const pod = this.queue.pop(nowMs);
      if (pod === undefined) return this.#wakeLater(nowMs);
      this.#decide(pod, nowMs);
    }
  }

  #wakeLater(nowMs: number): void {
    clearTimeout(this.#timer);
    const readyMs = this.queue.nextReadyMs();
    if (readyMs !== undefined) this.#timer = setTimeout(() => this.#kick(), Math.max(1, readyMs - nowMs));
  }

  #decide(pod: QueuedPod, startMs: number): void {
    const { plugins } = this.#options;
    const { info } = pod;
    // Bound by someone, or by us, the answer having been lost.
    if (this.state.isPlaced(info.key)) return this.queue.delete(info.key);
    const decision = schedulePod(plugins, this.state, info, { startIndex: this.#startIndex, random: Math.random() });
    if ('diagnosis' in decision) return this.#reject(pod, decision.diagnosis, startMs);
    this.#startIndex = (this.#startIndex + decision.evaluatedNodes) % this.state.nodes.length;
    this.state.assume(info, decision.node);
    for (const plugin of plugins) plugin.reserve?.(info, decision.node);
    this.#write(this.#bind(pod, info, decision.node, startMs));
  }

  #reject(pod: QueuedPod, diagnosis: Diagnosis, startMs: number): void {
    const { plugins, recorder, metrics, log } = this.#options;
    let said: string | undefined;
    for (const plugin of plugins) said ??= plugin.postFilter?.(pod.info, diagnosis, this.state);
    const message = fitErrorMessage(diagnosis, said);
    const nowMs = performance.now();
    metrics.attempted('unschedulable', (nowMs - startMs) / 1000);
    log.debug({ pod: pod.info.key, reason: message }, 'no node for pod');
    this.queue.fail(pod, diagnosis.plugins, nowMs);
    recorder.event(pod.info.pod, 'Warning', 'FailedScheduling', message);
    this.#write(this.#mark(pod.info.pod, 'Unschedulable', message));
  }

  async #bind(pod: QueuedPod, info: PodInfo, nodeName: string, startMs: number): Promise<void> {
    const { plugins, recorder, metrics, log } = this.#options;
    try {
      for (const plugin of plugins) await plugin.permit?.(info, nodeName, this.#signal);
      for (const plugin of plugins) await plugin.preBind?.(info, nodeName, this.#signal);
      await this.#runBind(info, nodeName);
    } catch (error) {
      for (const plugin of plugins.toReversed()) plugin.unreserve?.(info, nodeName);
      this.state.forget(info);
      if (this.#signal.aborted) this.queue.fail(pod, 'error', performance.now());
      else this.#bindFailed(pod, info, error, startMs);
      return;
    }
    const nowMs = performance.now();
    metrics.attempted('scheduled', (nowMs - startMs) / 1000);
    metrics.bound(pod.attempts, (nowMs - pod.firstMs) / 1000);
    if (this.queue.get(info.key) === pod) this.queue.delete(info.key);
    for (const plugin of plugins) plugin.postBind?.(info, nodeName);
    const { namespace, name } = info.pod.metadata;
    recorder.event(info.pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${nodeName}`);
    log.info({ pod: info.key, node: nodeName, attempts: pod.attempts }, 'bound pod');
  }

  async #runBind(info: PodInfo, nodeName: string): Promise<void> {
    for (const plugin of this.#options.plugins) {
      if ((await plugin.bind?.(info, nodeName, this.#signal)) === true) return;
    }
    throw new Error('no plugin binds pods');
  }

  #bindFailed(pod: QueuedPod, info: PodInfo, error: unknown, startMs: number): void {
    const { recorder, metrics, log } = this.#options;
    const nowMs = performance.now();
    metrics.attempted('error', (nowMs - startMs) / 1000);
    // What the failed pod had taken is free again.
    this.queue.wake({ type: 'pod-freed', freed: info }, nowMs);
    if (isNotFound(error)) {
      if (this.queue.get(info.key) === pod) this.queue.delete(info.key);
      return this.#kick();
    }
    log.warn({ err: error, pod: info.key }, 'binding failed');
    this.queue.fail(pod, 'error', nowMs);
    this.#kick();
    const message = `running Bind plugin "DefaultBinder": ${(error as Error).message}`;
    recorder.event(info.pod, 'Warning', 'FailedScheduling', message);
    this.#write(this.#mark(info.pod, 'SchedulerError', message));
  }

  async #mark(pod: Pod, reason: 'Unschedulable' | 'SchedulerError', message: string): Promise<void> {
    try {
      await this.#options.write.markUnscheduled(pod, reason, message, this.#signal);
    } catch (error) {
      if (this.#signal.aborted || isNotFound(error)) return;
      // The next attempt writes it again.
      this.#options.log.warn({ err: error, pod: pod.metadata.name }, 'pod condition not written');
    }
  }

  #write(write: Promise<void>): void {
    const done = write.finally(() => {
      this.#writes.delete(done);
      this.#kick();
    });
    this.#writes.add(done);
  }
}

function isTerminal(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}
