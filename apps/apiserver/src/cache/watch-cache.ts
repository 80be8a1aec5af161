import type { KubeObject } from '@wherry/apimachinery';
import { entryFromStorage, unreadable, writtenObject, type Encoding, type Entry } from './entry.ts';
import { LabelIndexes } from './label-index.ts';
import type { Watcher } from './watcher.ts';

/** A change of one object. `entry` is the new state, or of a deletion the last state under the deletion's revision. */
export interface CacheEvent {
  readonly revision: number;
  readonly deleted: boolean;
  readonly entry: Entry;
  readonly previous: Entry | undefined;
}

/** Recent events kept for watches that resume; older ones are read from the store's history. */
const RING_EVENTS = 2_000;
const RING_BYTES = 2 * 1024 * 1024;
/** How long watchers are written to before others have their turn. */
const SLICE_MS = 8;
const SLICE_WATCHERS = 16;

export interface CacheIndex {
  readonly field: string;
  of(object: KubeObject): string;
}

/** Keeps something of its own in step with a cache. Called while the cache changes: it must not wait nor fail. */
export interface CacheObserver {
  /** The cache is empty now and will be filled anew. */
  reset(): void;
  changed(key: string, entry: Entry | undefined, previous: Entry | undefined): void;
}

/** Every object of one storage, sorted by key, with the events that led here. */
export class WatchCache {
  readonly encoding: Encoding;
  readonly index: CacheIndex | undefined;
  #entries = new Map<string, Entry>();
  #sorted: Entry[] = [];
  /** Why the newest state of an object cannot be read. Nobody may take it for one that does not exist. */
  readonly #lost = new Map<string, string>();
  #byIndex = new Map<string, Map<string, Entry>>();
  #ring: CacheEvent[] = [];
  #ringBytes = 0;
  /** All events after this revision are in the ring. */
  #ringFloor = 0;
  #lastChange = 0;
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #observers: CacheObserver[] = [];
  readonly #labels = new LabelIndexes();
  /** Watchers that have something to write. */
  #due: Watcher[] = [];
  #nextDue = 0;
  #draining = false;

  constructor(encoding: Encoding, index?: CacheIndex) {
    this.encoding = encoding;
    this.index = index;
  }

  get size(): number {
    return this.#entries.size;
  }

  get ringFloor(): number {
    return this.#ringFloor;
  }

  /** The revision of the newest change seen. */
  get lastChange(): number {
    return this.#lastChange;
  }

  get watcherCount(): number {
    let count = 0;
    for (const set of this.#watchers.values()) count += set.size;
    return count;
  }

  /** Throws 500 for an object whose newest state cannot be read, as lists do that it may belong to. */
  get(key: string): Entry | undefined {
    if (this.#lost.size > 0) this.#refuseLost((lost) => lost === key);
    return this.#entries.get(key);
  }

  /** A snapshot in key order; of one namespace if given. */
  list(namespace?: string): Entry[] {
    if (this.#lost.size > 0) this.#refuseLost((lost) => namespace === undefined || lost.startsWith(`${namespace}/`));
    if (namespace === undefined) return this.#sorted.slice();
    const from = this.#position(`${namespace}/`);
    // '0' follows '/', so this is the first key after the namespace's own.
    return this.#sorted.slice(from, this.#position(`${namespace}0`));
  }

  /** A snapshot of the entries whose indexed field has this value, in key order. */
  listByIndex(value: string): Entry[] {
    this.#refuseLost(() => true);
    const found = this.#byIndex.get(value);
    return found ? [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1)) : [];
  }

  /** A snapshot of the entries with one of these values of a label, in key order; undefined when a walk is as good. */
  listByLabel(label: string, values: readonly string[]): Entry[] | undefined {
    const found = this.#labels.find(label, values, () => this.#sorted.slice(), this.#sorted.length);
    return found?.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Events after `revision`, oldest first. The caller has checked `revision >= ringFloor`. */
  eventsAfter(revision: number): CacheEvent[] {
    let low = 0;
    let high = this.#ring.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ring[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#ring.slice(low);
  }

  /** Whether an event can be of concern to a watcher of this bucket. */
  concerns(bucket: string, event: CacheEvent): boolean {
    return bucket === '' || this.#bucketsOf(event).has(bucket);
  }

  /** From the start on: to be called before the cache is filled. */
  observe(observer: CacheObserver): void {
    this.#observers.push(observer);
  }

  reset(revision: number): void {
    for (const observer of this.#observers) observer.reset();
    this.#labels.reset();
    this.#entries.clear();
    this.#lost.clear();
    this.#sorted = [];
    this.#byIndex.clear();
    this.#ring = [];
    this.#ringBytes = 0;
    this.#ringFloor = revision;
    this.#lastChange = revision;
  }

  /** Initial fill, in key order. */
  load(key: string, revision: number, value: Uint8Array): void {
    const entry = entryFromStorage(key, revision, value, this.encoding);
    entry.keep();
    this.#entries.set(key, entry);
    this.#sorted.push(entry);
    this.#reindex(key, undefined, entry);
    for (const observer of this.#observers) observer.changed(key, entry, undefined);
  }

  apply(key: string, revision: number, value: Uint8Array | undefined): void {
    const previous = this.#entries.get(key);
    this.#lastChange = revision;
    this.#lost.delete(key);
    if (value === undefined) {
      if (previous === undefined) return;
      this.#remove(key, previous);
      this.#publish({ revision, deleted: true, entry: previous.at(revision), previous });
      return;
    }
    // Only where it is looked at now: of all others the bytes are enough.
    const isRead = this.index !== undefined || this.#observers.length > 0;
    const known = isRead ? writtenObject(this.encoding.keyPrefix + key, value) : undefined;
    const entry = entryFromStorage(key, revision, value, this.encoding, known);
    entry.keep();
    this.#entries.set(key, entry);
    const at = this.#position(key);
    if (previous === undefined) this.#sorted.splice(at, 0, entry);
    else this.#sorted[at] = entry;
    this.#reindex(key, previous, entry);
    this.#labels.changed(key, entry, previous);
    for (const observer of this.#observers) observer.changed(key, entry, previous);
    this.#publish({ revision, deleted: false, entry, previous });
  }

  /**
   * The object has a state now that cannot be read. Watches that it may concern end, and cannot be taken up again from
   * before: its clients have to list, and are told then.
   */
  lose(key: string, revision: number, why: string): void {
    const previous = this.#entries.get(key);
    if (previous !== undefined) this.#remove(key, previous);
    this.#lost.set(key, why);
    this.#lastChange = Math.max(this.#lastChange, revision);
    this.#ring = [];
    this.#ringBytes = 0;
    this.#ringFloor = Math.max(this.#ringFloor, revision);
    const slash = key.indexOf('/');
    const own = slash > 0 ? namespaceBucket(key.slice(0, slash)) : '';
    for (const [bucket, watchers] of this.#watchers) {
      const elsewhere = bucket.startsWith(namespaceBucket('')) && bucket !== own;
      if (!elsewhere) for (const watcher of watchers) watcher.end();
    }
  }

  addWatcher(watcher: Watcher): void {
    const set = this.#watchers.get(watcher.bucket);
    if (set) set.add(watcher);
    else this.#watchers.set(watcher.bucket, new Set([watcher]));
  }

  removeWatcher(watcher: Watcher): void {
    const set = this.#watchers.get(watcher.bucket);
    if (set?.delete(watcher) && set.size === 0) this.#watchers.delete(watcher.bucket);
  }

  /** Writes out what the watchers collected during a batch; to many of them, not all at once. */
  flush(): void {
    if (!this.#draining) this.#drain();
  }

  #drain(): void {
    const until = performance.now() + SLICE_MS;
    while (this.#nextDue < this.#due.length) {
      this.#due[this.#nextDue++]!.flush();
      if (this.#nextDue % SLICE_WATCHERS !== 0 || performance.now() < until) continue;
      this.#draining = true;
      setImmediate(() => this.#drain());
      return;
    }
    this.#due = [];
    this.#nextDue = 0;
    this.#draining = false;
  }

  endWatchers(): void {
    // Ending a watcher removes it from its set.
    const all = [...this.#watchers.values()].flatMap((set) => [...set]);
    for (const watcher of all) watcher.end();
  }

  #remove(key: string, previous: Entry): void {
    this.#entries.delete(key);
    this.#sorted.splice(this.#position(key), 1);
    this.#reindex(key, previous, undefined);
    this.#labels.changed(key, undefined, previous);
    for (const observer of this.#observers) observer.changed(key, undefined, previous);
  }

  #refuseLost(concerns: (key: string) => boolean): void {
    for (const [key, why] of this.#lost) if (concerns(key)) throw unreadable(this.encoding.keyPrefix + key, why);
  }

  #publish(event: CacheEvent): void {
    this.#ring.push(event);
    this.#ringBytes += event.entry.byteLength;
    if (this.#ring.length > RING_EVENTS || this.#ringBytes > RING_BYTES) this.#trim();
    if (this.#watchers.size === 0) return;
    const frames = new Map<string, Buffer>();
    for (const bucket of this.#bucketsOf(event)) {
      const set = this.#watchers.get(bucket);
      if (set) for (const watcher of set) if (watcher.offer(event, frames)) this.#due.push(watcher);
    }
  }

  /** Drops the older half, so that the cost of it is spread over many events. */
  #trim(): void {
    const keep = this.#ring.length >>> 1;
    const dropped = this.#ring.splice(0, this.#ring.length - keep);
    for (const event of dropped) this.#ringBytes -= event.entry.byteLength;
    this.#ringFloor = dropped.at(-1)?.revision ?? this.#ringFloor;
  }

  #bucketsOf(event: CacheEvent): Set<string> {
    const buckets = new Set(['']);
    const slash = event.entry.key.indexOf('/');
    if (slash > 0) buckets.add(namespaceBucket(event.entry.key.slice(0, slash)));
    if (this.index) {
      buckets.add(indexBucket(this.#indexed(event.entry)));
      if (event.previous) buckets.add(indexBucket(this.#indexed(event.previous)));
    }
    return buckets;
  }

  #reindex(key: string, previous: Entry | undefined, entry: Entry | undefined): void {
    if (!this.index) return;
    const before = previous && this.#indexed(previous);
    const after = entry && this.#indexed(entry);
    if (before !== undefined && before !== after) {
      const map = this.#byIndex.get(before);
      map?.delete(key);
      if (map?.size === 0) this.#byIndex.delete(before);
    }
    if (after === undefined || entry === undefined) return;
    const map = this.#byIndex.get(after);
    if (map) map.set(key, entry);
    else this.#byIndex.set(after, new Map([[key, entry]]));
  }

  /** Read once: the object need not be parsed again for it. */
  #indexed(entry: Entry): string {
    return (entry.indexed ??= this.index?.of(entry.object) ?? '');
  }

  /** The index of the first key not below `key`. Keys compare by code unit, as the store's do for ASCII keys. */
  #position(key: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sorted[middle]!.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function namespaceBucket(namespace: string): string {
  return `namespace:${namespace}`;
}

export function indexBucket(value: string): string {
  return `index:${value}`;
}
