import { StorageError, type KeyValue, type Storage, type Watch, type WatchBatch } from '@wherry/store';
import { timeout as timeoutError } from '@wherry/apimachinery';
import type { WatchCache } from './watch-cache.ts';

const ROOT = '/registry/';
const PAGE = 500;
const OPENING_PAGE = 100;
/** How long a read waits for the cache to reach a revision, as upstream's cacher does. */
const WAIT_MS = 3_000;
const REFILL_MS = 1_000;

interface Change {
  key: string;
  revision: number;
  value: Uint8Array | undefined;
  unreadable: string | undefined;
}

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
  /** Changes that came while a cache was being filled. */
  readonly #opening = new Map<string, Change[]>();
  /** Counts the times that everything was read anew. */
  #epoch = 0;
  #revision = 0;
  #watch: Watch | undefined;
  #waiters: Waiter[] = [];
  #closed = false;
  #ready = false;
  #reachable = true;

  readonly #onTrouble: (error: unknown) => void;

  constructor(storage: Storage, onTrouble: (error: unknown) => void) {
    this.storage = storage;
    this.#onTrouble = onTrouble;
  }

  get revision(): number {
    return this.#revision;
  }

  /** False while the store has no leader: what is here may be old, and nobody should wait here for what is new. */
  get reachable(): boolean {
    return this.#reachable;
  }

  /** When the store is out of reach all watches end, so that their clients go to a server that is better off. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
    if (!reachable) for (const cache of this.#caches.values()) cache.endWatchers();
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

  /**
   * Fills a cache while the others are followed, and follows it from then on, in place of the one that had its name.
   * Resolves when it is as fresh as the others.
   */
  async open(storageName: string, cache: WatchCache): Promise<void> {
    try {
      await this.#open(storageName, cache);
    } finally {
      this.#opening.delete(storageName);
    }
  }

  async #open(storageName: string, cache: WatchCache): Promise<void> {
    for (;;) {
      const epoch = this.#epoch;
      const changes: Change[] = [];
      this.#opening.set(storageName, changes);
      const revision = await this.storage.currentRevision('linearizable');
      cache.reset(revision);
      // In small pages with turns for others between them: what is read may have to be renewed.
      await this.#read(
        `${ROOT}${storageName}/`,
        revision,
        (kv) => load(cache, kv.key.slice(cache.encoding.keyPrefix.length), kv),
        OPENING_PAGE,
      );
      await this.waitFor(revision);
      if (this.#closed) return;
      // Everything was read anew meanwhile: changes may have passed unseen.
      if (epoch !== this.#epoch || !this.#ready) continue;
      for (const change of changes) {
        if (change.revision > revision) apply(cache, change);
      }
      const before = this.#caches.get(storageName);
      this.#caches.set(storageName, cache);
      before?.endWatchers();
      return;
    }
  }

  /** Forgets a cache; its watchers end. */
  remove(storageName: string): void {
    const cache = this.#caches.get(storageName);
    this.#caches.delete(storageName);
    cache?.endWatchers();
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
    await this.#read(ROOT, revision, (kv) => {
      const target = this.#target(kv.key);
      if (target?.cache) load(target.cache, target.key, kv);
      else target?.listener?.(target.key, kv.value);
    });
    this.#revision = revision;
    this.#epoch++;
  }

  async #read(prefix: string, revision: number, each: (kv: KeyValue) => void, limit = PAGE): Promise<void> {
    let startKey: string | undefined;
    for (;;) {
      const page = await this.storage.list(prefix, {
        ...(revision > 0 ? { revision } : {}),
        limit,
        ...(startKey === undefined ? {} : { startKey }),
      });
      for (const kv of page.items) each(kv);
      const last = page.items.at(-1);
      if (!page.more || last === undefined) return;
      if (limit < PAGE) await new Promise((resolve) => setImmediate(resolve));
      startKey = `${last.key}\0`;
    }
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
      const { key } = target;
      const { modRevision: revision, unreadable } = event.kv;
      const value = event.type === 'put' ? event.kv.value : undefined;
      const change: Change = { key, revision, value, unreadable };
      target.opening?.push(change);
      if (target.cache) {
        apply(target.cache, change);
        touched.add(target.cache);
      } else {
        target.listener?.(key, value);
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
    const opening = this.#opening.size === 0 ? undefined : this.#opening.get(name);
    return cache || listener || opening ? { cache, listener, opening, key: key.slice(slash + 1) } : undefined;
  }
}

function load(cache: WatchCache, key: string, kv: KeyValue): void {
  if (kv.unreadable === undefined) cache.load(key, kv.modRevision, kv.value);
  else cache.lose(key, kv.modRevision, kv.unreadable);
}

function apply(cache: WatchCache, { key, revision, value, unreadable }: Change): void {
  if (unreadable === undefined) cache.apply(key, revision, value);
  else cache.lose(key, revision, unreadable);
}
