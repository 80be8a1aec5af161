import type { KubeList, KubeObject, Status, WatchEvent } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { Query, RestClient } from './rest-client.ts';
import { watchBatches } from './watch-stream.ts';

export interface CallOptions {
  readonly namespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
export interface GetOptions extends CallOptions {
  readonly resourceVersion?: string | undefined;
}
export interface SelectOptions extends CallOptions {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}
export interface ListOptions extends SelectOptions {
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}
export interface WatchOptions extends SelectOptions {
  readonly resourceVersion?: string | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}
export interface WriteOptions extends CallOptions {
  readonly dryRun?: boolean | undefined;
  readonly fieldManager?: string | undefined;
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict' | undefined;
}
export interface PatchOptions extends WriteOptions {
  readonly type: 'json' | 'merge' | 'strategic' | 'apply';
  readonly subresource?: string | undefined;
  /** Takes fields over from other managers (apply). */
  readonly force?: boolean | undefined;
}
export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly dryRun?: boolean | undefined;
}

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** The verbs of one resource. Every method throws StatusError for an error answer and ConnectionError without one. */
export class ResourceClient<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly #client: RestClient;

  constructor(client: RestClient, resource: Resource<T>) {
    this.#client = client;
    this.resource = resource;
  }

  async get(name: string, options: GetOptions = {}): Promise<T> {
    const query = { resourceVersion: options.resourceVersion };
    return this.#client.request({
      method: 'GET',
      path: this.path(options.namespace, name),
      query,
      signal: options.signal,
    });
  }

  async list(options: ListOptions = {}): Promise<KubeList<T>> {
    return this.#client.request({
      method: 'GET',
      path: this.path(options.namespace),
      query: listQuery(options),
      signal: options.signal,
    });
  }

  /** Ends when the server ends the watch or the signal aborts; an ERROR frame is thrown as its StatusError. */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void, undefined> {
    for await (const batch of this.watchBatches(options)) yield* batch;
  }

  /** As `watch`, with all the events that arrived together in one step. */
  async *watchBatches(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>[], void, undefined> {
    const { signal } = options;
    const query: Query = {
      watch: 'true',
      ...selection(options),
      resourceVersion: options.resourceVersion,
      allowWatchBookmarks: options.allowWatchBookmarks === undefined ? undefined : String(options.allowWatchBookmarks),
      timeoutSeconds: text(options.timeoutSeconds),
    };
    const path = this.path(options.namespace);
    let response;
    try {
      response = await this.#client.stream({ method: 'GET', path, query, signal });
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    yield* watchBatches<T>(response, signal);
  }

  /** The namespace is the object's own unless told. */
  async create(object: T, options: WriteOptions = {}): Promise<T> {
    const path = this.path(options.namespace ?? object.metadata.namespace);
    return this.#write('POST', path, this.#typed(object), options);
  }

  async update(object: T, options: WriteOptions = {}): Promise<T> {
    const path = this.path(options.namespace ?? object.metadata.namespace, object.metadata.name);
    return this.#write('PUT', path, this.#typed(object), options);
  }

  async updateStatus(object: T, options: WriteOptions = {}): Promise<T> {
    const path = this.path(options.namespace ?? object.metadata.namespace, object.metadata.name, 'status');
    return this.#write('PUT', path, this.#typed(object), options);
  }

  async patch(name: string, patch: unknown, options: PatchOptions): Promise<T> {
    const query = { ...writeQuery(options), force: options.force === undefined ? undefined : String(options.force) };
    return this.#client.request({
      method: 'PATCH',
      path: this.path(options.namespace, name, options.subresource),
      query,
      body: patch,
      contentType: patchTypes[options.type],
      signal: options.signal,
    });
  }

  /** The object, when finalizers or a grace period keep it for a while; else a Status of success or the last object. */
  async delete(name: string, options: DeleteOptions = {}): Promise<T | Status> {
    return this.#client.request({
      method: 'DELETE',
      path: this.path(options.namespace, name),
      body: deleteBody(options),
      signal: options.signal,
    });
  }

  async deleteCollection(options: DeleteOptions & ListOptions = {}): Promise<KubeList<T> | Status> {
    return this.#client.request({
      method: 'DELETE',
      path: this.path(options.namespace),
      query: listQuery(options),
      body: deleteBody(options),
      signal: options.signal,
    });
  }

  async getSubresource<S>(name: string, subresource: string, options: CallOptions = {}): Promise<S> {
    return this.#client.request({
      method: 'GET',
      path: this.path(options.namespace, name, subresource),
      signal: options.signal,
    });
  }

  async createSubresource<S>(name: string, subresource: string, body: unknown, options: WriteOptions = {}): Promise<S> {
    return this.#write('POST', this.path(options.namespace, name, subresource), body, options);
  }

  async updateSubresource<S>(name: string, subresource: string, body: unknown, options: WriteOptions = {}): Promise<S> {
    return this.#write('PUT', this.path(options.namespace, name, subresource), body, options);
  }

  /** Without a name: the collection, over all namespaces when none is given. */
  path(namespace?: string, name?: string, subresource?: string): string {
    const { group, version, plural, namespaced } = this.resource;
    let path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    if (namespaced) {
      if (namespace !== undefined && namespace !== '') path += `/namespaces/${encodeURIComponent(namespace)}`;
      else if (name !== undefined)
        throw new Error(`an empty namespace may not be set when a resource name is provided`);
    }
    path += `/${plural}`;
    if (name === '') throw new Error('resource name may not be empty');
    if (name !== undefined) path += `/${encodeURIComponent(name)}`;
    return subresource === undefined ? path : `${path}/${subresource}`;
  }

  #write<R>(method: 'POST' | 'PUT', path: string, body: unknown, options: WriteOptions): Promise<R> {
    return this.#client.request({ method, path, query: writeQuery(options), body, signal: options.signal });
  }

  #typed(object: T): T {
    if (object.apiVersion !== undefined && object.kind !== undefined) return object;
    const { group, version, kind } = this.resource;
    return { ...object, apiVersion: group === '' ? version : `${group}/${version}`, kind };
  }
}

function selection(options: SelectOptions): Query {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

function listQuery(options: ListOptions): Query {
  return {
    ...selection(options),
    limit: text(options.limit),
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    resourceVersionMatch: options.resourceVersionMatch,
  };
}

function writeQuery(options: WriteOptions): Query {
  return {
    dryRun: options.dryRun === true ? 'All' : undefined,
    fieldManager: options.fieldManager,
    fieldValidation: options.fieldValidation,
  };
}

function deleteBody(options: DeleteOptions): unknown {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = options;
  return {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds,
    propagationPolicy,
    preconditions,
    dryRun: options.dryRun === true ? ['All'] : undefined,
  };
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}
