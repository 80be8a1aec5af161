import {
  StorageError,
  type Consistency,
  type KeyValue,
  type Lease,
  type ListOptions,
  type ListResult,
  type Operation,
  type Storage,
  type TxnRequest,
  type TxnResult,
  type Watch,
  type WatchBatch,
  type WatchHandlers,
} from '@wherry/store';
import type { Transformers } from './transformer.ts';

interface OpenWatch {
  watch: Watch;
  handlers: WatchHandlers;
}

/**
 * A store whose values are encrypted on the way in and decrypted on the way out, by the resource their key is of. What
 * cannot be decrypted comes as `unreadable`, with no value: whoever reads must refuse it, and see it is there.
 */
export class EncryptedStorage implements Storage {
  readonly #storage: Storage;
  #transformers: Transformers;
  readonly #watches = new Set<OpenWatch>();
  /** Somebody was told so; with other keys it may be otherwise. */
  #toldUnreadable = false;

  readonly #onUnreadable: (key: string, why: string) => void;

  /** `onUnreadable` is told the first time, and the first time again under other keys. */
  constructor(storage: Storage, transformers: Transformers, onUnreadable: (key: string, why: string) => void) {
    this.#storage = storage;
    this.#transformers = transformers;
    this.#onUnreadable = onUnreadable;
  }

  /**
   * From now on these. If something could not be read until now watches end with `unavailable`, so that whoever follows
   * the store reads it again.
   */
  use(transformers: Transformers): void {
    this.#transformers = transformers;
    if (!this.#toldUnreadable) return;
    this.#toldUnreadable = false;
    const open = Array.from(this.#watches);
    this.#watches.clear();
    for (const { watch, handlers } of open) {
      watch.close();
      handlers.onEnd(new StorageError('unavailable', 'the encryption keys have changed'));
    }
  }

  /** Whether the stored bytes are not as they would be written now: under another key, or not encrypted. */
  async isStale(key: string): Promise<boolean> {
    if (this.#transformers.of(key)?.isIdentityOnly !== false) return false;
    const { kv } = await this.#storage.get(key);
    if (kv === undefined) return false;
    try {
      return this.#transformers.of(key)?.fromStorage(kv.value, key).stale ?? false;
    } catch {
      // Whoever asks has read it: it was another value then, and a write will find that out.
      return false;
    }
  }

  async get(key: string, options?: { revision?: number; consistency?: Consistency }) {
    const { kv, revision } = await this.#storage.get(key, options);
    return { kv: kv && this.#open(kv), revision };
  }

  async list(prefix: string, options?: ListOptions): Promise<ListResult> {
    const result = await this.#storage.list(prefix, options);
    return { ...result, items: result.items.map((kv) => this.#open(kv)) };
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    const { compares, success, failure } = request;
    const seal = (operation: Operation): Operation => this.#seal(operation);
    const result = await this.#storage.txn({
      compares,
      success: success.map(seal),
      ...(failure === undefined ? {} : { failure: failure.map(seal) }),
    });
    return { ...result, results: result.results.map(({ kvs }) => ({ kvs: kvs.map((kv) => this.#open(kv)) })) };
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch {
    const watch = this.#storage.watch(prefix, fromRevision, {
      onBatch: (batch) => handlers.onBatch(this.#openBatch(batch)),
      onEnd: (error) => {
        this.#watches.delete(opened);
        handlers.onEnd(error);
      },
    });
    const opened: OpenWatch = { watch, handlers };
    this.#watches.add(opened);
    return {
      close: () => {
        this.#watches.delete(opened);
        watch.close();
      },
    };
  }

  grantLease(ttlSeconds: number): Promise<Lease> {
    return this.#storage.grantLease(ttlSeconds);
  }

  keepAliveLease(id: number): Promise<Lease> {
    return this.#storage.keepAliveLease(id);
  }

  revokeLease(id: number): Promise<void> {
    return this.#storage.revokeLease(id);
  }

  compact(revision: number): Promise<void> {
    return this.#storage.compact(revision);
  }

  currentRevision(consistency?: Consistency): Promise<number> {
    return this.#storage.currentRevision(consistency);
  }

  /** The store below stays its owner's. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #seal(operation: Operation): Operation {
    if (operation.type !== 'put') return operation;
    const transformer = this.#transformers.of(operation.key);
    // What is not bytes is refused by the store, in its words.
    if (transformer === undefined || !(operation.value instanceof Uint8Array)) return operation;
    const value = transformer.toStorage(operation.value, operation.key);
    return value === operation.value ? operation : { ...operation, value };
  }

  #open(kv: KeyValue): KeyValue {
    const transformer = this.#transformers.of(kv.key);
    if (transformer === undefined) return kv;
    try {
      const { plain } = transformer.fromStorage(kv.value, kv.key);
      return plain === kv.value ? kv : { ...kv, value: plain };
    } catch (error) {
      const why = (error as Error).message;
      if (!this.#toldUnreadable) this.#onUnreadable(kv.key, why);
      this.#toldUnreadable = true;
      return { ...kv, value: noBytes, unreadable: why };
    }
  }

  #openBatch(batch: WatchBatch): WatchBatch {
    if (batch.events.length === 0) return batch;
    const events = batch.events.map((event) => {
      const kv = event.type === 'put' ? this.#open(event.kv) : event.kv;
      const previous = event.previous && this.#open(event.previous);
      return kv === event.kv && previous === event.previous ? event : { ...event, kv, previous };
    });
    return { ...batch, events };
  }
}

const noBytes = new Uint8Array(0);

/** Whether the bytes under the key should be written again though their meaning is the same. */
export async function isStale(storage: Storage, key: string): Promise<boolean> {
  return storage instanceof EncryptedStorage && storage.isStale(key);
}
