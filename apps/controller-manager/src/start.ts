import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@wherry/apimachinery';
import { customResourceDefinitions, resources, type CustomResourceDefinition, type Resource } from '@wherry/api';
import { EventRecorder, type RestClient } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import type { Controller, Live } from './runner/controller.ts';
import { StepFailed } from './runner/execute.ts';
import { Informers } from './runner/informers.ts';
import { liveReader } from './runner/live.ts';
import { resourceName } from './runner/resource-name.ts';
import { Runner, type QueueMeter } from './runner/runner.ts';

export interface StartOptions {
  readonly client: RestClient;
  readonly controllers: readonly Controller[];
  readonly log: Logger;
  readonly watchQueue?: ((controller: string, queue: { readonly length: number }) => QueueMeter) | undefined;
  readonly now?: (() => number) | undefined;
}

const noMeter: QueueMeter = { added: () => undefined, started: () => () => undefined };
const discoveryPeriodMs = 30_000;
const discoveryRetryMs = 1_000;
/** Definitions often come many at a time. */
const discoveryGapMs = 500;

/** Runs the controllers until aborted; their informers are shared. `ready` is called when all caches are filled. */
export async function runControllers(options: StartOptions, signal: AbortSignal, ready?: () => void): Promise<void> {
  const { client, log } = options;
  const known = new Map<string, Resource>(resources.map((resource) => [resourceName(resource), resource]));
  const live = liveReader(client, known);
  const informers = new Informers({
    client,
    onError: (resource, error, delayMs) => log.warn({ resource, err: error, delayMs }, 'cannot list or watch'),
  });
  const recorders = new Recorders(client, log);
  const runners = options.controllers.map(
    (controller) =>
      new Runner(controller, {
        client,
        informers,
        live,
        resources: known,
        say: (component, { about, type, reason, message }) =>
          recorders.of(component).event(about, type, reason, message),
        watchQueue: options.watchQueue ?? (() => noMeter),
        onError: (controller, key, error) => logFailure(log, controller, key, error),
        now: options.now ?? Date.now,
      }),
  );
  const discovering = runners.filter(({ controller }) => controller.inputsOf !== undefined);
  const definitions = new Definitions();
  if (discovering.length > 0) {
    informers.addHandler(customResourceDefinitions, definitions);
    await discoverOnce(live, discovering, log, signal);
  }
  await informers.start(signal);
  log.info({ controllers: options.controllers.map(({ name }) => name) }, 'controllers started');
  ready?.();
  const rediscovering = discovering.length > 0 ? rediscover(live, discovering, definitions, log, signal) : undefined;
  await Promise.all([...runners.map((runner) => runner.run(signal)), informers.stopped(), rediscovering]);
  await recorders.flush();
}

/** One for each component that speaks. */
class Recorders {
  readonly #client: RestClient;
  readonly #log: Logger;
  readonly #recorders = new Map<string, EventRecorder>();

  constructor(client: RestClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  of(component: string): EventRecorder {
    let one = this.#recorders.get(component);
    if (one === undefined) {
      const onError = (error: unknown): void => this.#log.warn({ component, err: error }, 'event not written');
      one = new EventRecorder(this.#client, component, { onError });
      this.#recorders.set(component, one);
    }
    return one;
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#recorders.values()].map((one) => one.flush()));
  }
}

/** Kinds come and go while we run. Of those of definitions we are told; what else is served is looked up at times. */
async function rediscover(
  live: Live,
  runners: readonly Runner[],
  definitions: Definitions,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await definitions.changed(discoveryPeriodMs, signal);
    if (!(await pause(discoveryGapMs, signal))) return;
    definitions.seen();
    await discoverOnce(live, runners, log, signal);
  }
}

/** Tells when the kinds that custom resource definitions serve may be others. */
class Definitions {
  #changed = false;
  #bell = new AbortController();

  onAdd(): void {
    this.#ring();
  }
  onUpdate(old: KubeObject, object: KubeObject): void {
    if (servedBy(old) !== servedBy(object)) this.#ring();
  }
  onDelete(): void {
    this.#ring();
  }

  /** Resolves at a change that was not seen, after `timeoutMs`, or when aborted. */
  async changed(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#changed) await pause(timeoutMs, AbortSignal.any([signal, this.#bell.signal]));
  }

  /** Whatever has changed up to now is looked at next. */
  seen(): void {
    this.#changed = false;
    this.#bell = new AbortController();
  }

  #ring(): void {
    this.#changed = true;
    this.#bell.abort();
  }
}

function servedBy(object: KubeObject): string {
  const { metadata, status } = object as CustomResourceDefinition;
  const established = status?.conditions?.find(({ type }) => type === 'Established')?.status;
  return `${metadata.generation} ${established}`;
}

/** A refused step is the world's; anything else may be a defect of ours, and tells where it was thrown. */
function logFailure(log: Logger, controller: string, key: string, error: unknown): void {
  if (error instanceof StepFailed) log.warn({ controller, key, ...error.failure }, 'step failed');
  else log.warn({ controller, key, err: error }, 'reconcile failed');
}

/** Until it has succeeded: without it nobody knows what to watch. */
async function discoverOnce(live: Live, runners: readonly Runner[], log: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const discovered = await live.discover();
      for (const failure of discovered.failures) log.warn(failure, 'discovery failed for a group');
      for (const runner of runners) runner.discovered(discovered);
      return;
    } catch (error) {
      log.warn({ err: error }, 'discovery failed');
      await pause(discoveryRetryMs, signal);
    }
  }
}

/** @returns false when aborted */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}
