import {
  CompareTarget,
  type Decoded,
  type keyValue,
  kvService,
  type rangeResponse,
  type watchResponse,
  watchService,
} from '../../etcd-proto/index.ts';
import type { Duplex } from './client.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * The requests of an upstream kube-apiserver, as go.etcd.io/etcd/client/v3/kubernetes and
 * k8s.io/apiserver/pkg/storage/etcd3 shape them.
 */
export class KubeClient {
  readonly #endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The key of a name under this endpoint's prefix. */
  key(name: string): string {
    return `${this.#endpoint.prefix}${name}`;
  }

  async get(name: string, revision = 0) {
    const answer = await this.#endpoint.client.call(kvService.range, { key: this.key(name), limit: 1, revision });
    return { kv: answer.kvs[0], revision: revisionOf(answer) };
  }

  /** A page of what is under a prefix; `from` is where the page before ended. */
  list(under: string, { limit = 0, revision = 0, from }: { limit?: number; revision?: number; from?: string } = {}) {
    const prefix = this.key(under);
    const request = { key: from ?? prefix, rangeEnd: endOf(prefix), limit, revision };
    return this.#endpoint.client.call(kvService.range, request);
  }

  async count(under: string): Promise<number> {
    const prefix = this.key(under);
    const request = { key: prefix, rangeEnd: endOf(prefix), countOnly: true };
    return (await this.#endpoint.client.call(kvService.range, request)).count;
  }

  /** Puts unless the key has changed since `revision` (0: unless it is there); gives what is there instead when asked. */
  async optimisticPut(name: string, value: string, revision: number, options: { get?: boolean; lease?: number } = {}) {
    const key = this.key(name);
    const { get = false, lease = 0 } = options;
    return this.#optimistic(key, revision, { put: { key, value: Buffer.from(value), lease } }, get);
  }

  async optimisticDelete(name: string, revision: number, { get = false } = {}) {
    const key = this.key(name);
    return this.#optimistic(key, revision, { deleteRange: { key } }, get);
  }

  /** One of several apiservers compacts: whoever changes the key first. Gives what the key holds when it was another one. */
  async compactOnce(round: number, revision: number) {
    const key = this.key('compact_rev_key');
    const answer = await this.#endpoint.client.call(kvService.txn, {
      compare: [{ key, target: CompareTarget.version, version: round }],
      success: [{ put: { key, value: Buffer.from(String(revision)) } }],
      failure: [{ range: { key } }],
    });
    if (!answer.succeeded) return { won: false, kv: answer.responses[0]?.range?.kvs[0] };
    if (revision > 0) await this.#endpoint.client.call(kvService.compact, { revision });
    return { won: true, kv: undefined };
  }

  /** What is under a prefix from after `revision` on. The stream has answered that the watch is created. */
  async watch(under: string, revision: number): Promise<Duplex<unknown, Decoded<typeof watchResponse>> & KubeWatch> {
    const key = this.key(under);
    const stream = this.#endpoint.client.open(watchService.watch, { hasleader: 'true' });
    stream.send({
      create: {
        key,
        rangeEnd: endOf(key),
        startRevision: revision + 1,
        prevKv: true,
        progressNotify: true,
        fragment: true,
      },
    });
    await stream.next();
    return Object.assign(stream, { requestProgress: () => stream.send({ progress: {} }) }) as never;
  }

  async #optimistic(key: string, revision: number, operation: object, get: boolean) {
    const answer = await this.#endpoint.client.call(kvService.txn, {
      compare: [{ key, target: CompareTarget.mod, modRevision: revision }],
      success: [operation],
      failure: get ? [{ range: { key } }] : [],
    });
    const kv: Decoded<typeof keyValue> | undefined = answer.responses[0]?.range?.kvs[0];
    return { succeeded: answer.succeeded, revision: revisionOf(answer), kv };
  }
}

export interface KubeWatch {
  /** Asks to hear how far the watches of this stream are. */
  requestProgress(): void;
}

/** The end of all that starts with `prefix`, whose last byte is not 0xff here. */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

export function revisionOf({ header }: Pick<Decoded<typeof rangeResponse>, 'header'>): number {
  return header?.revision ?? 0;
}
