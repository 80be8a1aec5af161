import { isNotFound } from '@wherry/apimachinery';
import { configMaps, secrets, type ConfigMap, type Secret } from '@wherry/api';
import { Informer, type RestClient } from '@wherry/client';
import type { Logger } from '../logger.ts';

export interface References {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
}

export interface FoundObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

interface Watched {
  readonly informer: Informer<ConfigMap> | Informer<Secret>;
  readonly stop: AbortController;
  readonly users: Set<string>;
}

/** A pod may name many objects, but each costs a watch. */
const maxWatches = 2_000;

/** The ConfigMaps and Secrets that pods of this node refer to: read when needed, watched while a pod shows them. */
export class Objects {
  readonly #client: RestClient;
  readonly #log: Logger;
  readonly #onChange: (podUid: string) => void;
  readonly #watched = new Map<string, Watched>();

  constructor(client: RestClient, log: Logger, onChange: (podUid: string) => void) {
    this.#client = client;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** All at once; what does not exist is undefined. Throws when the API cannot be asked. */
  async fetch(namespace: string, references: References): Promise<FoundObjects> {
    const maps = new Map<string, ConfigMap | undefined>();
    const found = new Map<string, Secret | undefined>();
    await Promise.all([
      ...[...references.configMaps].map(async (name) => maps.set(name, await this.#configMap(namespace, name))),
      ...[...references.secrets].map(async (name) => found.set(name, await this.#secret(namespace, name))),
    ]);
    return { configMap: (name) => maps.get(name), secret: (name) => found.get(name) };
  }

  /** From now on the pod is told when one of these changes. */
  watch(podUid: string, namespace: string, references: References): void {
    for (const name of references.configMaps) this.#use(podUid, 'configmaps', namespace, name);
    for (const name of references.secrets) this.#use(podUid, 'secrets', namespace, name);
  }

  unwatch(podUid: string): void {
    for (const [key, watched] of this.#watched) {
      if (!watched.users.delete(podUid) || watched.users.size > 0) continue;
      watched.stop.abort();
      this.#watched.delete(key);
    }
  }

  async #configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    const known = this.#known<ConfigMap>('configmaps', namespace, name);
    return known ?? orUndefined(this.#client.resource(configMaps).get(name, { namespace }));
  }

  async #secret(namespace: string, name: string): Promise<Secret | undefined> {
    const known = this.#known<Secret>('secrets', namespace, name);
    return known ?? orUndefined(this.#client.resource(secrets).get(name, { namespace }));
  }

  #known<T>(kind: string, namespace: string, name: string): T | undefined {
    return this.#watched.get(`${kind}/${namespace}/${name}`)?.informer.store.get(`${namespace}/${name}`) as
      | T
      | undefined;
  }

  #use(podUid: string, kind: 'configmaps' | 'secrets', namespace: string, name: string): void {
    const key = `${kind}/${namespace}/${name}`;
    const known = this.#watched.get(key);
    if (known !== undefined) {
      known.users.add(podUid);
      return;
    }
    if (this.#watched.size >= maxWatches) {
      this.#log.warn({ event: 'tooManyWatches', key, limit: maxWatches });
      return;
    }
    const options = { namespace, fieldSelector: `metadata.name=${name}` };
    const users = new Set([podUid]);
    const wake = (): void => {
      for (const user of users) this.#onChange(user);
    };
    const handler = { onUpdate: wake, onDelete: wake, onAdd: wake };
    const stop = new AbortController();
    const informer =
      kind === 'configmaps'
        ? new Informer(this.#client, configMaps, options)
        : new Informer(this.#client, secrets, options);
    informer.addHandler(handler);
    this.#watched.set(key, { informer, stop, users });
    informer.run(stop.signal).catch((error: unknown) => this.#log.error({ event: 'watchEnded', key, err: error }));
  }
}

async function orUndefined<T>(get: Promise<T>): Promise<T | undefined> {
  try {
    return await get;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
