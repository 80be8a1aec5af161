import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { runWorkers, WorkQueue, type RestClient } from '@wherry/client';
import type { Controller, Discovered, Input, Live } from './controller.ts';
import { Execution, isRace, StepFailed, type ExecutorOptions } from './execute.ts';
import { Expectations } from './expectations.ts';
import type { Informers } from './informers.ts';
import type { Failure, Plan, PlannedEvent } from './plan.ts';
import { resourceName } from './resource-name.ts';

export interface RunnerOptions {
  readonly client: RestClient;
  readonly informers: Informers;
  readonly live: Live;
  /** Every known resource by the name that plans use. */
  readonly resources: ReadonlyMap<string, Resource>;
  readonly say: (component: string, event: PlannedEvent) => void;
  readonly watchQueue: (controller: string, queue: { readonly length: number }) => QueueMeter;
  readonly onError: (controller: string, key: string, error: unknown) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Told of a work queue's life, for metrics. */
export interface QueueMeter {
  added(key: string): void;
  /** @returns called when the work is done */
  started(key: string): (failed: boolean) => void;
}

/** How soon a key is looked at again whose own writes have not come back through the cache. Events come sooner. */
const expectationPollMs = 1_000;

/** Runs one controller: events wake keys, a key is viewed and reconciled, its plan carried out. */
export class Runner {
  readonly controller: Controller;
  readonly #options: RunnerOptions;
  readonly #queue = new WorkQueue();
  readonly #meter: QueueMeter;
  readonly #memories = new Map<string, unknown>();
  readonly #expectations: Expectations;
  readonly #executor: ExecutorOptions;
  readonly #watched = new Set<string>();

  constructor(controller: Controller, options: RunnerOptions) {
    this.controller = controller;
    this.#options = options;
    this.#meter = options.watchQueue(controller.name, this.#queue);
    this.#expectations = new Expectations({
      resourceVersion: (name) => Number(options.informers.byName(name)?.lastResourceVersion ?? Infinity),
      goneOrLeaving: (name, key, uid) => isGone(options.informers.byName(name)?.store.get(key), uid),
    });
    this.#executor = {
      client: options.client,
      live: options.live,
      expectations: this.#expectations,
      outputs: controller.outputs,
      resource: (name) => options.resources.get(name),
      say: (event) => options.say(controller.component, event),
      now: options.now,
    };
    for (const source of controller.inputs) this.watch(source);
  }

  /** Adds the inputs that follow from what is served, if they are new; also while running. */
  discovered(found: Discovered): void {
    for (const source of this.controller.inputsOf?.(found) ?? []) {
      const name = resourceName(source.resource);
      if (this.#watched.has(name)) continue;
      this.#watched.add(name);
      this.watch(source);
    }
  }

  watch({ resource, wakes }: Input): void {
    const { informers } = this.#options;
    const wake = (old: KubeObject | undefined, object: KubeObject | undefined): void => {
      for (const key of wakes(old, object, informers)) this.wake(key);
    };
    informers.addHandler(resource, {
      onAdd: (object) => wake(undefined, object),
      onUpdate: (old, object) => wake(old, object),
      onDelete: (object) => wake(object, undefined),
    });
  }

  wake(key: string): void {
    this.#meter.added(key);
    this.#queue.add(key);
  }

  /** Until aborted; call when the informers have synced. */
  async run(signal: AbortSignal): Promise<void> {
    for (const key of this.controller.keys ?? []) this.wake(key);
    const onError = (key: string, error: unknown): void => {
      if (!isRace(error)) this.#options.onError(this.controller.name, key, error);
    };
    try {
      await runWorkers(this.#queue, this.controller.workers, (key, stop) => this.#measured(key, stop), signal, onError);
    } finally {
      this.#queue.shutDown();
    }
  }

  async #measured(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number | undefined }> {
    const finished = this.#meter.started(key);
    let failed = true;
    try {
      const result = await this.#process(key, signal);
      failed = false;
      return result;
    } finally {
      finished(failed);
    }
  }

  async #process(key: string, signal: AbortSignal): Promise<{ requeueAfterMs?: number | undefined }> {
    const { now } = this.#options;
    if (!this.#expectations.satisfied(key, now())) return { requeueAfterMs: expectationPollMs };
    const plan = await this.#plan(key, undefined);
    if (plan === undefined) {
      this.#memories.delete(key);
      return {};
    }
    const execution = new Execution(this.#executor, key, signal);
    try {
      await execution.run(plan);
    } catch (error) {
      if (this.controller.reportsFailures === true && error instanceof StepFailed && !signal.aborted) {
        await this.#report(key, error.failure, execution);
      }
      throw error;
    }
    if (plan.remember === undefined) this.#memories.delete(key);
    else this.#memories.set(key, plan.remember);
    return { requeueAfterMs: plan.requeueAfterMs };
  }

  /** Says in the status what went wrong; the attempt itself is repeated after the back-off. */
  async #report(key: string, failure: Failure, execution: Execution): Promise<void> {
    if (failure.verb === 'status' || failure.reason === 'Conflict') return;
    const plan = await this.#plan(key, failure);
    if (plan !== undefined) await execution.status(plan);
  }

  async #plan(key: string, failure: Failure | undefined): Promise<Plan | undefined> {
    const { informers, live, now } = this.#options;
    const view = await this.controller.view(key, { cache: informers, live, memory: this.#memories.get(key), failure });
    return view === undefined ? undefined : this.controller.reconcile(view, now());
  }
}

function isGone(cached: KubeObject | undefined, uid: string | undefined): boolean {
  return (
    cached === undefined ||
    (uid !== undefined && cached.metadata.uid !== uid) ||
    cached.metadata.deletionTimestamp !== undefined
  );
}
