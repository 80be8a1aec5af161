import type { Reader } from './read.ts';
import type { State, Version } from './state.ts';
import { StorageError, type Watch, type WatchBatch, type WatchEvent, type WatchHandlers } from './storage.ts';
import { readEvents } from './replay.ts';
import { nextTurn } from './turn.ts';
import type { Values } from './values.ts';

export interface WatchLimits {
  /** Events, and bytes of their values, that may wait for one watcher. */
  watchQueueEvents: number;
  watchQueueBytes: number;
}

/** All watches of a store. */
export class Watchers {
  readonly #state: State;
  readonly #reader: Reader;
  readonly #values: Values;
  readonly #limits: WatchLimits;
  /** Watchers of one prefix share the picking of events. */
  readonly #byPrefix = new Map<string, Set<Watcher>>();
  #closed: StorageError | undefined;

  constructor(state: State, reader: Reader, values: Values, limits: WatchLimits) {
    this.#state = state;
    this.#reader = reader;
    this.#values = values;
    this.#limits = limits;
  }

  get size(): number {
    let size = 0;
    for (const watchers of this.#byPrefix.values()) size += watchers.size;
    return size;
  }

  add(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch {
    const from = fromRevision > 0 ? fromRevision : this.#reader.durableRevision + 1;
    const watcher = new Watcher(from, handlers, this.#limits, () => this.#remove(prefix, watcher));
    const watchers = this.#byPrefix.get(prefix);
    if (watchers === undefined) this.#byPrefix.set(prefix, new Set([watcher]));
    else watchers.add(watcher);
    this.#catchUp(prefix, watcher).catch((error: unknown) => watcher.end(asStorageError(error)));
    return { close: () => watcher.close() };
  }

  /** Events of whole revisions, the last of which is `revision`, that have just become durable. */
  publish(revision: number, events: WatchEvent[]): void {
    for (const [prefix, watchers] of this.#byPrefix) {
      let picked: WatchEvent[] | undefined;
      for (const watcher of watchers) {
        if (!watcher.live) continue;
        picked ??= events.filter((event) => event.kv.key.startsWith(prefix));
        watcher.push(revision, picked);
      }
    }
  }

  closeAll(error: StorageError): void {
    this.#closed = error;
    for (const watchers of this.#byPrefix.values()) for (const watcher of watchers) watcher.end(error);
  }

  #remove(prefix: string, watcher: Watcher): void {
    const watchers = this.#byPrefix.get(prefix);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#byPrefix.delete(prefix);
  }

  /** From disk until nothing newer is there, then in the same turn over to live. */
  async #catchUp(prefix: string, watcher: Watcher): Promise<void> {
    await nextTurn();
    if (this.#closed !== undefined) watcher.end(this.#closed);
    while (!watcher.ended && watcher.next <= this.#reader.durableRevision) {
      if (watcher.next < this.#state.compactedRevision) {
        throw new StorageError('compacted', 'required revision has been compacted');
      }
      const batch = readEvents(this.#state, this.#values, prefix, watcher.next, this.#reader.durableRevision);
      await watcher.deliver(batch);
      await nextTurn();
    }
    watcher.goLive(this.#reader.durableRevision);
  }
}

class Watcher {
  /** The next revision that has not been handed over. */
  next: number;
  live = false;
  ended = false;
  readonly #handlers: WatchHandlers;
  readonly #limits: WatchLimits;
  readonly #onEnded: () => void;
  #reported = 0;
  /** A handler's promise is not settled yet. */
  #busy = false;
  #waiting: WatchEvent[] = [];
  #waitingBytes = 0;
  #waitingRevision = 0;

  constructor(from: number, handlers: WatchHandlers, limits: WatchLimits, onEnded: () => void) {
    this.next = from;
    this.#handlers = handlers;
    this.#limits = limits;
    this.#onEnded = onEnded;
  }

  goLive(revision: number): void {
    if (this.ended) return;
    this.live = true;
    // Tells the consumer that it is in step, even when nothing happened.
    if (this.#reported < revision) this.#hand({ revision, events: [] });
  }

  push(revision: number, events: WatchEvent[]): void {
    // Only while a watch from a future revision waits for it.
    const wanted = revision < this.next ? [] : this.#notBefore(this.next, events);
    if (!this.#busy) {
      this.#hand({ revision, events: wanted });
      return;
    }
    this.#waitingRevision = revision;
    for (const event of wanted) {
      this.#waiting.push(event);
      this.#waitingBytes += event.kv.value.length + (event.previous?.value.length ?? 0);
    }
    const { watchQueueEvents, watchQueueBytes } = this.#limits;
    if (this.#waiting.length > watchQueueEvents || this.#waitingBytes > watchQueueBytes) {
      this.end(new StorageError('slow-consumer', `the watcher is more than ${this.#waiting.length - 1} events behind`));
    }
  }

  /** While catching up: resolves when the consumer is done with the batch. */
  async deliver(batch: WatchBatch): Promise<void> {
    if (this.ended) return;
    this.next = batch.revision + 1;
    this.#reported = batch.revision;
    await this.#handlers.onBatch(batch);
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.live = false;
    this.#waiting = [];
    this.#onEnded();
  }

  end(error: StorageError): void {
    if (this.ended) return;
    this.close();
    this.#handlers.onEnd(error);
  }

  #hand(batch: WatchBatch): void {
    this.next = Math.max(this.next, batch.revision + 1);
    this.#reported = batch.revision;
    try {
      const done = this.#handlers.onBatch(batch);
      if (!(done instanceof Promise)) return;
      this.#busy = true;
      done.then(
        () => this.#handOverWaiting(),
        (error: unknown) => this.end(handlerFailed(error)),
      );
    } catch (error) {
      this.end(handlerFailed(error));
    }
  }

  #handOverWaiting(): void {
    this.#busy = false;
    if (this.ended || this.#waitingRevision <= this.#reported) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hand({ revision: this.#waitingRevision, events });
  }

  #notBefore(revision: number, events: WatchEvent[]): WatchEvent[] {
    const first = events[0];
    return first === undefined || first.kv.modRevision >= revision
      ? events
      : events.filter((event) => event.kv.modRevision >= revision);
  }
}

export function deletedKeyValue(key: string, version: Version): WatchEvent['kv'] {
  return { key, value: noBytes, createRevision: 0, modRevision: version.mod, version: 0, lease: 0 };
}

const noBytes = new Uint8Array(0);

function handlerFailed(error: unknown): StorageError {
  return new StorageError('closed', `the watcher's own handler failed: ${String(error)}`, { cause: error });
}

function asStorageError(error: unknown): StorageError {
  return error instanceof StorageError ? error : handlerFailed(error);
}
