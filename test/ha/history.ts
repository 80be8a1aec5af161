import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import { Informer, RestClient, type ClientConfig } from '@wherry/client';
import { EventType, watchService } from '@wherry/store/etcd-proto';
import type { EtcdClient } from './etcd-client.ts';

/** One change: `put NAME REVISION` or `delete NAME`. */
export type Change = string;

/** Every change under a prefix from a revision to another, from the store itself. */
export async function storeHistory(client: EtcdClient, prefix: string, from: number, to: number): Promise<Change[]> {
  const rangeEnd = `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`;
  const changes: Change[] = [];
  const stream = client.stream(watchService.watch);
  stream.write({ create: { key: prefix, rangeEnd, startRevision: from, progressNotify: true } });
  const asking = setInterval(() => stream.write({ progress: {} }), 100);
  try {
    for await (const answer of stream.answers) {
      if (answer.canceled) throw new Error(`the watch was cancelled: ${answer.cancelReason}`);
      for (const { type, kv } of answer.events) {
        if (kv === undefined || kv.modRevision > to) continue;
        const name = kv.key.slice(prefix.length);
        changes.push(type === EventType.delete ? `delete ${name}` : `put ${name} ${kv.modRevision}`);
      }
      if (!answer.created && (answer.header?.revision ?? 0) >= to && answer.events.length === 0) break;
    }
  } finally {
    clearInterval(asking);
    stream.cancel();
  }
  return changes;
}

/** An informer of a resource in one namespace, with every change that it told. */
export class Follower<T extends KubeObject> implements AsyncDisposable {
  readonly changes: Change[] = [];
  readonly informer: Informer<T>;
  readonly #client: RestClient;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  lists = 0;

  constructor(config: ClientConfig, resource: Resource<T>, namespace: string) {
    this.#client = new RestClient(config);
    const request = this.#client.request.bind(this.#client);
    this.#client.request = (asked) => {
      this.lists++;
      return request(asked);
    };
    this.informer = new Informer<T>(this.#client, resource, { namespace });
  }

  async start(): Promise<void> {
    this.#running = this.informer.run(this.#stop.signal);
    await this.informer.waitForSync();
    const put = (object: T): void =>
      void this.changes.push(`put ${object.metadata.name} ${object.metadata.resourceVersion}`);
    this.informer.addHandler({
      onAdd: put,
      onUpdate: (_old, object) => put(object),
      onDelete: (object) => void this.changes.push(`delete ${object.metadata.name}`),
    });
  }

  /** Waits until it has seen everything up to that revision. */
  async reach(count: number): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (this.changes.length < count && performance.now() < deadline) await sleep(20);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#client.close();
  }
}
