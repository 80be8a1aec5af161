import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { Informer, type Handler, type RestClient } from '@wherry/client';
import type { Cache } from './controller.ts';
import { indexersOf } from './indexes.ts';
import { resourceName } from './resource-name.ts';

export interface InformersOptions {
  readonly client: RestClient;
  readonly onError: (resource: string, error: unknown, delayMs: number) => void;
}

/** One informer per resource, shared by all controllers. */
export class Informers implements Cache {
  readonly #options: InformersOptions;
  readonly #informers = new Map<string, Informer<KubeObject>>();
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(options: InformersOptions) {
    this.#options = options;
  }

  /** The informer of a resource; made at the first call, and started if the others are. */
  of(resource: Resource): Informer<KubeObject> {
    const name = resourceName(resource);
    const known = this.#informers.get(name);
    if (known !== undefined) return known;
    const informer = new Informer<KubeObject>(this.#options.client, resource, {
      indexers: indexersOf(resource),
      onError: (error, delayMs) => this.#options.onError(name, error, delayMs),
    });
    this.#informers.set(name, informer);
    if (this.#signal !== undefined) this.#start(informer, this.#signal);
    return informer;
  }

  byName(name: string): Informer<KubeObject> | undefined {
    return this.#informers.get(name);
  }

  addHandler(resource: Resource, handler: Handler<KubeObject>): void {
    this.of(resource).addHandler(handler);
  }

  /** Starts what there is, and what is added later, and waits for the first lists. */
  async start(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const informer of this.#informers.values()) this.#start(informer, signal);
    await Promise.all([...this.#informers.values()].map((informer) => informer.waitForSync(signal)));
  }

  /** Resolves when all have ended, after the abort of the signal they were started with. */
  async stopped(): Promise<void> {
    await Promise.all(this.#running);
  }

  get<T extends KubeObject>(resource: Resource<T>, key: string): T | undefined {
    return this.#store(resource).get(key) as T | undefined;
  }
  list<T extends KubeObject>(resource: Resource<T>): T[] {
    return this.#store(resource).list() as T[];
  }
  byIndex<T extends KubeObject>(resource: Resource<T>, index: string, value: string): T[] {
    return this.#store(resource).byIndex(index, value) as T[];
  }

  isWatching<T extends KubeObject>(resource: Resource<T>): boolean {
    return this.#known(resource).state === 'watching';
  }

  #store<T extends KubeObject>(resource: Resource<T>): Informer<KubeObject>['store'] {
    return this.#known(resource).store;
  }

  #known<T extends KubeObject>(resource: Resource<T>): Informer<KubeObject> {
    const informer = this.#informers.get(resourceName(resource));
    if (informer === undefined) throw new Error(`${resourceName(resource)} is read but no input of any controller`);
    return informer;
  }

  #start(informer: Informer<KubeObject>, signal: AbortSignal): void {
    this.#running.push(informer.run(signal));
  }
}
