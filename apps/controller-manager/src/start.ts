import { EventRecorder, type RestClient } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import type { Controller } from './runner/controller.ts';
import { Informers } from './runner/informers.ts';
import { liveReader } from './runner/live.ts';
import { Runner, type QueueMeter } from './runner/runner.ts';

export interface StartOptions {
  readonly client: RestClient;
  readonly controllers: readonly Controller[];
  readonly log: Logger;
  readonly watchQueue?: ((controller: string, queue: { readonly length: number }) => QueueMeter) | undefined;
  readonly now?: (() => number) | undefined;
}

const noMeter: QueueMeter = { added: () => undefined, started: () => () => undefined };

/** Runs the controllers until aborted; their informers are shared. `ready` is called when all caches are filled. */
export async function runControllers(options: StartOptions, signal: AbortSignal, ready?: () => void): Promise<void> {
  const { client, log } = options;
  const now = options.now ?? Date.now;
  const informers = new Informers({
    client,
    onError: (resource, error, delayMs) => log.warn({ resource, err: error, delayMs }, 'cannot list or watch'),
  });
  const recorders = new Map<string, EventRecorder>();
  const recorder = (component: string): EventRecorder => {
    let one = recorders.get(component);
    if (one === undefined) {
      one = new EventRecorder(client, component, { onError: (error) => log.warn({ err: error }, 'event not written') });
      recorders.set(component, one);
    }
    return one;
  };
  const runners = options.controllers.map(
    (controller) =>
      new Runner(controller, {
        client,
        informers,
        live: liveReader(client),
        say: (component, { about, type, reason, message }) => recorder(component).event(about, type, reason, message),
        watchQueue: options.watchQueue ?? (() => noMeter),
        onError: (name, key, error) => log.warn({ controller: name, key, err: error }, 'reconcile failed'),
        now,
      }),
  );
  await informers.start(signal);
  log.info({ controllers: options.controllers.map(({ name }) => name) }, 'controllers started');
  ready?.();
  await Promise.all([...runners.map((runner) => runner.run(signal)), informers.stopped()]);
  await Promise.all([...recorders.values()].map((one) => one.flush()));
}
