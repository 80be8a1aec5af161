const firstDelayMs = 5;
const maxDelayMs = 1_000_000;

/**
 * Keys to be worked on, each at most once at a time: one added again while it is worked on is given out again only
 * after `done`. (Upstream's workqueue: a queue, a dirty and a processing set.) Bounded by the number of distinct keys.
 */
export class WorkQueue<K extends string = string> {
  #queue: K[] = [];
  #head = 0;
  readonly #dirty = new Set<K>();
  readonly #processing = new Set<K>();
  readonly #delayed = new Map<K, { readonly atMs: number; readonly timer: NodeJS.Timeout }>();
  readonly #failures = new Map<K, number>();
  readonly #takers: ((key: K | undefined) => void)[] = [];
  #shutDown = false;

  /** Keys that wait to be taken; not those delayed or worked on. */
  get length(): number {
    return this.#queue.length - this.#head;
  }

  add(key: K): void {
    if (this.#shutDown || this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#push(key);
  }

  /** Of several delays for one key the earliest holds. */
  addAfter(key: K, delayMs: number): void {
    if (this.#shutDown) return;
    if (delayMs <= 0) return this.add(key);
    const atMs = performance.now() + delayMs;
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined) {
      if (waiting.atMs <= atMs) return;
      clearTimeout(waiting.timer);
    }
    // A Node timer over 2^31-1 ms fires at once.
    const timer = setTimeout(() => this.#ready(key), Math.min(delayMs, 2 ** 31 - 1));
    this.#delayed.set(key, { atMs, timer });
  }

  /** After 5 ms, doubled with every failure up to 1,000 s, until `forget`. */
  addRateLimited(key: K): void {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(maxDelayMs, firstDelayMs * 2 ** Math.min(failures, 30)));
  }

  forget(key: K): void {
    this.#failures.delete(key);
  }
  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Waits for a key; undefined after shutDown, once the queue is empty, or when aborted. Call `done` with each key. */
  get(signal?: AbortSignal): Promise<K | undefined> {
    if (signal?.aborted) return Promise.resolve(undefined);
    if (this.length > 0) return Promise.resolve(this.#take());
    if (this.#shutDown) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const taker = (key: K | undefined): void => {
        signal?.removeEventListener('abort', abort);
        resolve(key);
      };
      const abort = (): void => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        taker(undefined);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#takers.push(taker);
    });
  }

  done(key: K): void {
    this.#processing.delete(key);
    if (this.#dirty.has(key)) this.#push(key);
  }

  /** Takes no more keys and forgets the delayed ones; those queued can still be taken. */
  shutDown(): void {
    this.#shutDown = true;
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #ready(key: K): void {
    this.#delayed.delete(key);
    this.add(key);
  }

  #push(key: K): void {
    this.#queue.push(key);
    const taker = this.#takers.shift();
    if (taker !== undefined) taker(this.#take());
  }

  #take(): K {
    const key = this.#queue[this.#head++] as K;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    this.#dirty.delete(key);
    this.#processing.add(key);
    return key;
  }
}

export type Reconcile<K extends string> = (
  key: K,
  signal: AbortSignal,
) => Promise<{ readonly requeueAfterMs?: number | undefined } | void>;

/**
 * Reconciles keys with `workers` at a time until aborted, then waits for those under way. A thrown error means back
 * off and try again; `requeueAfterMs` means look again then.
 */
export async function runWorkers<K extends string>(
  queue: WorkQueue<K>,
  workers: number,
  reconcile: Reconcile<K>,
  signal: AbortSignal,
  onError: (key: K, error: unknown) => void,
): Promise<void> {
  const work = async (): Promise<void> => {
    for (let key = await queue.get(signal); key !== undefined; key = await queue.get(signal)) {
      try {
        const result = await reconcile(key, signal);
        queue.forget(key);
        const delayMs = result?.requeueAfterMs;
        if (delayMs !== undefined) queue.addAfter(key, delayMs);
      } catch (error) {
        if (!signal.aborted) onError(key, error);
        queue.addRateLimited(key);
      } finally {
        queue.done(key);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}
