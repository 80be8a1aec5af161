export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Nothing is kept longer than this, in seconds. */
  readonly maxTtl: number;
}

interface Entry<V> {
  readonly value: V;
  readonly bytes: number;
  readonly storedMs: number;
  readonly expiresMs: number;
}

/** Values that grow old; when there is no room, those that nobody asked for the longest go. */
export class Cache<V> {
  readonly #limits: CacheLimits;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry<V>>();
  #bytes = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string, nowMs: number): { readonly value: V; readonly ageSeconds: number } | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#drop(key, entry);
    if (nowMs >= entry.expiresMs) return undefined;
    this.#keep(key, entry);
    return { value: entry.value, ageSeconds: Math.floor((nowMs - entry.storedMs) / 1_000) };
  }

  set(key: string, value: V, of: { readonly ttl: number; readonly bytes: number }, nowMs: number): void {
    const old = this.#entries.get(key);
    if (old !== undefined) this.#drop(key, old);
    const ttl = Math.min(of.ttl, this.#limits.maxTtl);
    const bytes = of.bytes + 2 * key.length;
    if (ttl <= 0 || bytes > this.#limits.maxBytes) return;
    this.#keep(key, { value, bytes, storedMs: nowMs, expiresMs: nowMs + ttl * 1_000 });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) return;
      this.#drop(oldest, entry);
    }
  }

  #keep(key: string, entry: Entry<V>): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #drop(key: string, entry: Entry<V>): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}
