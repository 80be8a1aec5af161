import { checkNumber, checkTransaction } from '../check-request.ts';
import { kvService } from '../etcd-proto/index.ts';
import {
  StorageError,
  type Consistency,
  type KeyValue,
  type Lease,
  type ListOptions,
  type ListResult,
  type Storage,
  type TxnRequest,
  type TxnResult,
  type Watch,
  type WatchHandlers,
} from '../storage.ts';
import { widenTxn } from '../widen.ts';
import { Connections } from './connections.ts';
import { Keys } from './keys.ts';
import { grantLease, keepAliveLease, revokeLease } from './leases.ts';
import { defaultExternalLimits, type ExternalLimits, type ExternalStoreOptions } from './options.ts';
import { Shared } from './shared.ts';
import { fromEtcd, toEtcd } from './txn.ts';
import { ExternalWatch } from './watch.ts';

/** Of a list, in one answer of etcd. */
const PAGE = 500;
/** A list of the newest state begins again when what it is of is compacted meanwhile. */
const LIST_ATTEMPTS = 3;

/**
 * A real etcd v3 as Storage. Resolves when one of the endpoints has answered, and so knows a leader.
 * @throws {StorageError} `unavailable` @throws {TypeError} for endpoints that are none
 */
export async function openExternalStore(options: ExternalStoreOptions): Promise<Storage> {
  const store = new ExternalStore(options, { ...defaultExternalLimits, ...options.limits });
  try {
    await store.currentRevision('linearizable');
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
  return store;
}

class ExternalStore implements Storage {
  readonly #connections: Connections;
  readonly #keys: Keys;
  readonly #limits: ExternalLimits;
  readonly #watches = new Set<ExternalWatch>();
  readonly #revision: Shared<number>;
  #closing: Promise<void> | undefined;

  constructor(options: ExternalStoreOptions, limits: ExternalLimits) {
    this.#connections = new Connections(options, limits);
    this.#keys = new Keys(options.keyPrefix ?? '');
    this.#limits = limits;
    this.#revision = new Shared(() => this.#readRevision(false));
  }

  async get(
    key: string,
    options: { revision?: number; consistency?: Consistency } = {},
  ): Promise<{ kv?: KeyValue | undefined; revision: number }> {
    this.#refuseIfClosed();
    const { revision = 0, consistency } = options;
    checkNumber('revision', revision);
    const { items, revision: at } = await this.#range({ key: this.#keys.stored(key), revision }, consistency);
    return { kv: items[0], revision: at };
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    this.#refuseIfClosed();
    checkNumber('revision', options.revision ?? 0);
    checkNumber('limit', options.limit ?? 0);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#list(prefix, options);
      } catch (error) {
        const compacted = error instanceof StorageError && error.code === 'compacted';
        if (!compacted || (options.revision ?? 0) > 0 || attempt === LIST_ATTEMPTS) throw error;
      }
    }
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    checkTransaction(widenTxn(request), this.#limits);
    this.#refuseIfClosed();
    const response = await this.#connections.call(kvService.txn, toEtcd(request, this.#keys), { isWrite: true });
    const result = fromEtcd(response, this.#keys);
    await this.#inStep(result.revision);
    return result;
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch {
    this.#refuseIfClosed();
    checkNumber('revision', fromRevision);
    const watch = new ExternalWatch({
      connections: this.#connections,
      keys: this.#keys,
      limits: this.#limits,
      prefix,
      fromRevision,
      handlers,
      onEnded: (ended) => this.#watches.delete(ended),
    });
    this.#watches.add(watch);
    return watch;
  }

  async grantLease(ttlSeconds: number): Promise<Lease> {
    this.#refuseIfClosed();
    return grantLease(this.#connections, ttlSeconds);
  }

  async keepAliveLease(id: number): Promise<Lease> {
    this.#refuseIfClosed();
    return keepAliveLease(this.#connections, id, this.#limits.requestTimeoutMs);
  }

  async revokeLease(id: number): Promise<void> {
    this.#refuseIfClosed();
    await revokeLease(this.#connections, id);
    await this.#inStep(this.#connections.seenRevision);
  }

  async compact(revision: number): Promise<void> {
    checkNumber('revision', revision);
    this.#refuseIfClosed();
    await this.#connections.call(kvService.compact, { revision }, { isWrite: true });
  }

  async currentRevision(consistency: Consistency = 'linearizable'): Promise<number> {
    this.#refuseIfClosed();
    return consistency === 'serializable' ? this.#readRevision(true) : this.#revision.get();
  }

  /** What was asked before is answered; then watches end with `closed`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#connections.close();
    for (const watch of Array.from(this.#watches)) watch.end(closed());
  }

  async #list(prefix: string, { revision = 0, limit = 0, startKey, consistency }: ListOptions): Promise<ListResult> {
    const range = this.#keys.range(prefix);
    const start = startKey === undefined ? range.key : this.#keys.stored(startKey);
    let key = start > range.key ? start : range.key;
    const items: KeyValue[] = [];
    let first: { revision: number; count: number } | undefined;
    for (;;) {
      const page = limit === 0 ? PAGE : Math.min(PAGE, limit - items.length);
      const request = { key, rangeEnd: range.rangeEnd, revision: first?.revision ?? revision, limit: page };
      const answer = await this.#range(request, consistency);
      first ??= answer;
      for (const item of answer.items) items.push(item);
      const last = answer.items.at(-1);
      if (!answer.more || last === undefined || items.length === limit) {
        return { items, revision: first.revision, more: answer.more, count: first.count };
      }
      key = `${this.#keys.stored(last.key)}\0`;
    }
  }

  async #range(
    request: { key: string; rangeEnd?: string; revision: number; limit?: number },
    consistency: Consistency | undefined,
  ): Promise<ListResult> {
    const serializable = consistency === 'serializable';
    const options = { isWrite: false, serializable };
    const { header, kvs, more, count } = await this.#connections.call(
      kvService.range,
      { ...request, serializable },
      options,
    );
    const items = kvs.map((kv) => this.#keys.read(kv));
    return { items, revision: request.revision || (header?.revision ?? 0), more, count };
  }

  async #readRevision(serializable: boolean): Promise<number> {
    const request = { key: '\0', countOnly: true, serializable };
    const { header } = await this.#connections.call(kvService.range, request, { isWrite: false, serializable });
    return header?.revision ?? 0;
  }

  /** Watches that keep up have what was written before the write is answered, as those of the embedded store do. */
  async #inStep(revision: number): Promise<void> {
    await Promise.all(Array.from(this.#watches, (watch) => watch.reached(revision, this.#limits.inStepMs)));
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): StorageError {
  return new StorageError('closed', 'the store is closed');
}
