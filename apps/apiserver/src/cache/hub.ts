import { StorageError, type Storage, type Watch, type WatchBatch } from '@wherry/store';
import { timeout as timeoutError } from '@wherry/apimachinery';
import type { WatchCache } from './watch-cache.ts';

const ROOT = '/registry/';
const PAGE = 500;
/** How long a read waits for the cache to reach a revision, as upstream's cacher does. */
const WAIT_MS = 3_000;
const REFILL_MS = 1_000;

interface Waiter {
  revision: number;
  resolve(): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * Feeds every cache from one watch on the store, so that all of them are always at the same revision and a read knows
 * with one number whether the cache is fresh.
 */
export class Hub {
  readonly storage: Storage;
  readonly #caches = new Map<string, WatchCache>();
  /** Told of changes of keys that belong to no cache, such as allocation records. */
  readonly #listeners = new Map<string, (key: string, value: Uint8Array | undefined) => void>();
  #revision = 0;
  #watch: Watch | undefined;
  #waiters: Waiter[] = [];
  #closed = false;
  #ready = false;

  readonly #onTrouble: (error: unknown) => void;

  constructor(storage: Storage, onTrouble: (error: unknown) => void) {
    this.storage = storage;
    this.#onTrouble = onTrouble;
  }

  get revision(): number {
    return this.#revision;
  }

  get ready(): boolean {
    return this.#ready;
  }

  add(storageName: string, cache: WatchCache): void {
    this.#caches.set(storageName, cache);
  }

  /** `listener` sees every key under /registry/<name>/ at start and after each change; undefined is a deletion. */
  listen(name: string, listener: (key: string, value: Uint8Array | undefined) => void): void {
    this.#listeners.set(name, listener);
  }

  async start(): Promise<void> {
    await this.#fill();
    this.#ready = true;
    this.#follow();
  }

  /** Resolves when the caches hold everything that was committed before the call. */
  async sync(): Promise<number> {
    const revision = await this.storage.currentRevision('linearizable');
    if (this.#revision < revision) await this.waitFor(revision);
    return this.#revision;
  }

  waitFor(revision: number, waitMs: number = WAIT_MS): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters = this.#waiters.filter((w) => w !== waiter);
        reject(timeoutError(`Too large resource version: ${revision}, current: ${this.#revision}`));
      }, waitMs);
      const waiter: Waiter = { revision, resolve, reject, timer };
      this.#waiters.push(waiter);
    });
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
    for (const cache of this.#caches.values()) cache.endWatchers();
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer);
      waiter.reject(new StorageError('closed', 'the apiserver is stopping'));
    }
  }

  async #fill(): Promise<void> {
    const revision = await this.storage.currentRevision('linearizable');
    for (const cache of this.#caches.values()) cache.reset(revision);
    let startKey: string | undefined;
    for (;;) {
      const page = await this.storage.list(ROOT, {
        ...(revision > 0 ? { revision } : {}),
        limit: PAGE,
        ...(startKey === undefined ? {} : { startKey }),
      });
      for (const kv of page.items) {
        const target = this.#target(kv.key);
        if (target?.cache) target.cache.load(target.key, kv.modRevision, kv.value);
        else target?.listener?.(target.key, kv.value);
      }
      const last = page.items.at(-1);
      if (!page.more || last === undefined) break;
      startKey = `${last.key}\0`;
    }
    this.#revision = revision;
  }

  #follow(): void {
    this.#watch = this.storage.watch(ROOT, this.#revision + 1, {
      onBatch: (batch) => this.#apply(batch),
      onEnd: (error) => {
        if (this.#closed) return;
        if (error?.code === 'slow-consumer') {
          // Everything since our revision is still in the store.
          setImmediate(() => {
            if (!this.#closed) this.#follow();
          });
          return;
        }
        this.#onTrouble(error);
        void this.#refill();
      },
    });
  }

  /** Begins anew, with no watch left that could have missed something; not ready until that is done. */
  async #refill(): Promise<void> {
    this.#ready = false;
    try {
      for (const cache of this.#caches.values()) cache.endWatchers();
      await this.start();
    } catch (error) {
      if (this.#closed) return;
      this.#onTrouble(error);
      setTimeout(() => void this.#refill(), REFILL_MS).unref();
    }
  }

  #apply(batch: WatchBatch): void {
    const touched = new Set<WatchCache>();
    for (const event of batch.events) {
      const target = this.#target(event.kv.key);
      if (target === undefined) continue;
      if (target.cache) {
        target.cache.apply(target.key, event.kv.modRevision, event.type === 'put' ? event.kv.value : undefined);
        touched.add(target.cache);
      } else {
        target.listener?.(target.key, event.type === 'put' ? event.kv.value : undefined);
      }
    }
    this.#revision = Math.max(this.#revision, batch.revision);
    for (const cache of touched) cache.flush();
    this.#wake();
  }

  #wake(): void {
    if (this.#waiters.length === 0) return;
    const waiting: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.revision > this.#revision) waiting.push(waiter);
      else {
        clearTimeout(waiter.timer);
        waiter.resolve();
      }
    }
    this.#waiters = waiting;
  }

  #target(key: string) {
    const slash = key.indexOf('/', ROOT.length);
    if (slash < 0) return undefined;
    const name = key.slice(ROOT.length, slash);
    const cache = this.#caches.get(name);
    const listener = cache ? undefined : this.#listeners.get(name);
    return cache || listener ? { cache, listener, key: key.slice(slash + 1) } : undefined;
  }
}
