import { setTimeout as sleep } from 'node:timers/promises';
import { isExpired, StatusError, type KubeObject, type WatchEvent } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { deadline } from './deadline.ts';
import { firstState, stepInformer, type Failure, type InformerInput, type InformerState } from './informer-state.ts';
import { ObjectStore, type Delta, type Indexers } from './object-store.ts';
import type { ResourceClient } from './resource-client.ts';
import type { RestClient } from './rest-client.ts';

export interface InformerOptions<T> {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly indexers?: Indexers<T> | undefined;
  /** Makes what is kept of an object, for instance without the fields nobody reads. */
  readonly transform?: ((object: T) => T) | undefined;
  /** Told of every failed list or watch, before the pause of `delayMs`. */
  readonly onError?: ((error: unknown, delayMs: number) => void) | undefined;
}

export interface Handler<T> {
  onAdd?(object: T): void;
  onUpdate?(old: T, object: T): void;
  onDelete?(object: T): void;
}

/** How long the server is asked to keep a watch, spread so that they do not all end together. */
const minWatchSeconds = 300;
/**
 * A server sends a bookmark about once a minute; without any frame for this long the watch is opened again from where
 * it was, which costs one request and loses nothing. (A dead HTTP/2 connection is noticed much sooner, by its pings.)
 */
const silenceMs = 180_000;

/** A local copy of a resource, kept current by list and watch, and its handlers called in the order of events. */
export class Informer<T extends KubeObject> {
  readonly store: Omit<ObjectStore<T>, 'replace' | 'apply'>;
  readonly resource: Resource<T>;
  readonly #store: ObjectStore<T>;
  readonly #client: ResourceClient<T>;
  readonly #options: InformerOptions<T>;
  readonly #type: { readonly apiVersion: string; readonly kind: string };
  readonly #handlers: Handler<T>[] = [];
  readonly #synced = Promise.withResolvers<void>();
  #state: InformerState = firstState;
  #hasSynced = false;
  #running = false;
  #lastError: unknown;

  constructor(client: RestClient, resource: Resource<T>, options: InformerOptions<T> = {}) {
    this.#client = client.resource(resource);
    this.resource = resource;
    this.#options = options;
    this.#store = new ObjectStore<T>(options.indexers);
    this.store = this.#store;
    const { group, version, kind } = resource;
    this.#type = { apiVersion: group === '' ? version : `${group}/${version}`, kind };
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }
  get lastResourceVersion(): string {
    return this.#state.resourceVersion;
  }
  get state(): InformerState['name'] {
    return this.#state.name;
  }

  /** A handler added later is told of all that is there. It must not throw: that ends `run`. */
  addHandler(handler: Handler<T>): void {
    this.#handlers.push(handler);
    if (handler.onAdd === undefined) return;
    for (const object of this.#store.list()) handler.onAdd(object);
  }

  /** Resolves when the first list is in the store and the handlers have been told. Rejects when aborted. */
  async waitForSync(signal?: AbortSignal): Promise<void> {
    if (this.#hasSynced) return;
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#synced.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Keeps the store current until aborted; every failure is retried. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`the informer of ${this.resource.plural} is already running`);
    this.#running = true;
    try {
      while (!signal.aborted) {
        const input = await this.#perform(this.#state, signal);
        if (signal.aborted) return;
        this.#step(input);
        if (this.#state.name === 'waiting') this.#options.onError?.(this.#lastError, this.#state.delayMs);
      }
    } finally {
      this.#running = false;
    }
  }

  #step(input: InformerInput): void {
    this.#state = stepInformer(this.#state, input, performance.now(), Math.random());
  }

  async #perform(state: InformerState, signal: AbortSignal): Promise<InformerInput> {
    switch (state.name) {
      case 'listing':
        return this.#list(state.resourceVersion, signal);
      case 'watching':
        return this.#watch(state.resourceVersion, signal);
      case 'waiting':
        await sleep(state.delayMs, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
        return { type: 'waited' };
    }
  }

  async #list(resourceVersion: string, signal: AbortSignal): Promise<InformerInput> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    let list;
    try {
      list = await this.#client.list({
        namespace,
        labelSelector,
        fieldSelector,
        resourceVersion: resourceVersion === '' ? undefined : resourceVersion,
        signal,
      });
      if (list.metadata.resourceVersion === undefined) throw new Error('the list has no resourceVersion');
    } catch (error) {
      return { type: 'listFailed', failure: this.#classify(error) };
    }
    for (const delta of this.#store.replace(list.items.map((item) => this.#adopt(item)))) this.#tell(delta);
    if (!this.#hasSynced) {
      this.#hasSynced = true;
      this.#synced.resolve();
    }
    return { type: 'listed', resourceVersion: list.metadata.resourceVersion };
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<InformerInput> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const silence = deadline(signal, silenceMs, () => new Error('the watch was silent'));
    const batches = this.#client.watchBatches({
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion,
      timeoutSeconds: Math.round(minWatchSeconds * (1 + Math.random())),
      allowWatchBookmarks: true,
      signal: silence.signal,
    });
    try {
      for (;;) {
        const next = await batches.next().catch((error: unknown) => this.#classify(error));
        if (typeof next === 'string') return { type: 'watchEnded', failure: next };
        if (next.done === true) return { type: 'watchEnded' };
        silence.refresh();
        // Outside the catch above: what a handler throws is a defect, not a reason to try again.
        this.#apply(next.value);
      }
    } finally {
      silence.done();
      await batches.return();
    }
  }

  #apply(batch: readonly WatchEvent<T>[]): void {
    for (const event of batch) {
      if (event.type !== 'BOOKMARK') {
        const delta = this.#store.apply({ type: event.type, object: this.#adopt(event.object) });
        if (delta !== undefined) this.#tell(delta);
      }
      const version = event.object.metadata.resourceVersion;
      if (version !== undefined) this.#step({ type: 'progress', resourceVersion: version });
    }
  }

  /** Items of a list come without their kind. */
  #adopt(object: T): T {
    object.apiVersion ??= this.#type.apiVersion;
    object.kind ??= this.#type.kind;
    return this.#options.transform === undefined ? object : this.#options.transform(object);
  }

  #tell(delta: Delta<T>): void {
    for (const handler of this.#handlers) {
      if (delta.type === 'add') handler.onAdd?.(delta.object);
      else if (delta.type === 'update') handler.onUpdate?.(delta.old, delta.object);
      else handler.onDelete?.(delta.object);
    }
  }

  #classify(error: unknown): Failure {
    this.#lastError = error;
    if (isExpired(error)) return 'expired';
    if (error instanceof StatusError && error.code >= 400 && error.code < 500 && error.code !== 429) return 'rejected';
    return 'unavailable';
  }
}
