import type { ClusterEvent } from './cluster-event.ts';
import { Heap } from './heap.ts';
import type { Plugin } from './plugin.ts';
import type { PodInfo } from './pod-info.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

/** A pod that waits, or is being decided on or bound (`undefined` queue). */
export interface QueuedPod {
  info: PodInfo;
  queue: QueueName | undefined;
  attempts: number;
  /** When it came to its present queue; when it first came; when the last attempt failed. */
  queuedMs: number;
  firstMs: number;
  failedMs: number;
  rejectedBy: ReadonlySet<string>;
}

export interface QueueTiming {
  readonly initialBackoffMs: number;
  readonly maxBackoffMs: number;
  /** After this an unschedulable pod is tried again, whatever the hints say. */
  readonly maxUnschedulableMs: number;
}
export const queueTiming: QueueTiming = { initialBackoffMs: 1_000, maxBackoffMs: 10_000, maxUnschedulableMs: 300_000 };

interface Entry {
  readonly pod: QueuedPod;
  /** The pod's `queuedMs` and queue when it was put in: an entry that differs is stale. */
  readonly queuedMs: number;
  readonly readyMs: number;
}

/**
 * The pods without a node. `active` ones are tried next; those that failed wait out their back-off; unschedulable ones
 * wait for an event of which a plugin that rejected them says that it may help. Pure: the time is given.
 */
export class SchedulingQueue {
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: Heap<Entry>;
  readonly #backoff = new Heap<Entry>((a, b) => a.readyMs - b.readyMs);
  readonly #plugins: ReadonlyMap<string, Plugin>;
  readonly #gatekeepers: readonly Plugin[];
  readonly #timing: QueueTiming;
  readonly #counts = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };

  constructor(plugins: readonly Plugin[], timing: QueueTiming = queueTiming) {
    const sort = plugins.find((plugin) => plugin.compare !== undefined);
    if (sort === undefined) throw new Error('no plugin sorts the queue');
    this.#active = new Heap<Entry>((a, b) => sort.compare?.(a.pod, b.pod) ?? 0);
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.#gatekeepers = plugins.filter((plugin) => plugin.preEnqueue !== undefined);
    this.#timing = timing;
  }

  get counts(): Readonly<Record<QueueName, number>> {
    return this.#counts;
  }
  get(key: string): QueuedPod | undefined {
    return this.#pods.get(key);
  }

  add(info: PodInfo, nowMs: number): void {
    const pod: QueuedPod = {
      info,
      queue: undefined,
      attempts: 0,
      queuedMs: nowMs,
      firstMs: nowMs,
      failedMs: 0,
      rejectedBy: new Set(),
    };
    this.delete(info.key);
    this.#pods.set(info.key, pod);
    this.#enqueue(pod, 'active', nowMs);
  }

  /** A pod that changed. `relevant`: more of it than its status. */
  update(info: PodInfo, relevant: boolean, nowMs: number): void {
    const pod = this.#pods.get(info.key);
    if (pod === undefined || pod.info.uid !== info.uid) return this.add(info, nowMs);
    const samePriority = pod.info.priority === info.priority;
    pod.info = info;
    if (!relevant || pod.queue === undefined) return;
    if (pod.queue === 'gated' || (pod.queue === 'active' && !samePriority)) this.#enqueue(pod, 'active', nowMs);
    // Rare enough to need no hint.
    else if (pod.queue === 'unschedulable') this.#wake(pod, nowMs);
  }

  /** The pod is bound, or gone. */
  delete(key: string): void {
    const pod = this.#pods.get(key);
    if (pod === undefined) return;
    this.#leave(pod);
    this.#pods.delete(key);
  }

  /** The next pod to decide on. It stays known until `delete` or `fail`. */
  pop(nowMs: number): QueuedPod | undefined {
    this.flush(nowMs);
    for (let entry = this.#active.pop(); entry !== undefined; entry = this.#active.pop()) {
      if (!isCurrent(entry, 'active')) continue;
      const { pod } = entry;
      this.#leave(pod);
      pod.attempts++;
      return pod;
    }
    return undefined;
  }

  /** A popped pod found no node, for which these plugins are named; an error (nobody named) only backs off. */
  fail(pod: QueuedPod, rejectedBy: ReadonlySet<string> | 'error', nowMs: number): void {
    if (this.#pods.get(pod.info.key) !== pod) return;
    pod.failedMs = nowMs;
    pod.rejectedBy = rejectedBy === 'error' ? new Set() : rejectedBy;
    this.#enqueue(pod, rejectedBy === 'error' ? 'backoff' : 'unschedulable', nowMs);
  }

  /** @returns how many pods the event woke */
  wake(event: ClusterEvent, nowMs: number): number {
    if (this.#counts.unschedulable === 0) return 0;
    let woken = 0;
    for (const pod of this.#pods.values()) {
      if (pod.queue !== 'unschedulable' || !this.#mayHelp(pod, event)) continue;
      this.#wake(pod, nowMs);
      woken++;
    }
    return woken;
  }

  /** Moves on what has waited long enough. */
  flush(nowMs: number): void {
    for (let entry = this.#backoff.peek(); entry !== undefined; entry = this.#backoff.peek()) {
      if (isCurrent(entry, 'backoff')) {
        if (entry.readyMs > nowMs) return;
        this.#enqueue(entry.pod, 'active', nowMs);
      }
      this.#backoff.pop();
    }
  }

  /** To be called now and then: looks at every pod. */
  flushUnschedulable(nowMs: number): void {
    for (const pod of this.#pods.values()) {
      if (pod.queue === 'unschedulable' && nowMs - pod.queuedMs >= this.#timing.maxUnschedulableMs)
        this.#wake(pod, nowMs);
    }
  }

  /** When the next back-off ends; undefined when none is waited for. */
  nextReadyMs(): number | undefined {
    return this.#counts.backoff === 0 ? undefined : this.#backoff.peek()?.readyMs;
  }

  #mayHelp(pod: QueuedPod, event: ClusterEvent): boolean {
    // Rejected without any plugin: there was no node at all.
    if (pod.rejectedBy.size === 0) return true;
    for (const name of pod.rejectedBy) {
      // A plugin without hints is taken to hope for anything.
      if (this.#plugins.get(name)?.mayHelp?.(event, pod.info) !== false) return true;
    }
    return false;
  }

  #wake(pod: QueuedPod, nowMs: number): void {
    this.#enqueue(pod, this.#readyMs(pod) > nowMs ? 'backoff' : 'active', nowMs);
  }

  #readyMs(pod: QueuedPod): number {
    const { initialBackoffMs, maxBackoffMs } = this.#timing;
    return pod.failedMs + Math.min(maxBackoffMs, initialBackoffMs * 2 ** Math.min(20, Math.max(0, pod.attempts - 1)));
  }

  #enqueue(pod: QueuedPod, to: QueueName, nowMs: number): void {
    this.#leave(pod);
    const gated = to === 'active' && this.#gatekeepers.some((plugin) => plugin.preEnqueue?.(pod.info) !== undefined);
    const queue = gated ? 'gated' : to;
    pod.queue = queue;
    pod.queuedMs = nowMs;
    this.#counts[queue]++;
    if (queue === 'active') this.#active.push({ pod, queuedMs: nowMs, readyMs: nowMs });
    if (queue === 'backoff') this.#backoff.push({ pod, queuedMs: nowMs, readyMs: this.#readyMs(pod) });
  }

  #leave(pod: QueuedPod): void {
    if (pod.queue !== undefined) this.#counts[pod.queue]--;
    pod.queue = undefined;
  }
}

function isCurrent(entry: Entry, queue: QueueName): boolean {
  return entry.pod.queue === queue && entry.pod.queuedMs === entry.queuedMs;
}
