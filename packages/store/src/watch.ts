import type { Clock } from '@wherry/raft';
import { inRange } from './byte-string.ts';
import type { KeyRange } from './etcd-store.ts';
import type { Current } from './read.ts';
import { readEvents } from './replay.ts';
import type { Version } from './state.ts';
import { StorageError, type Watch, type WatchBatch, type WatchEvent, type WatchHandlers } from './storage.ts';
import { asStorageError } from './storage-error.ts';

export interface WatchLimits {
  /** Events, and bytes of their values, that may wait for one watcher. */
  watchQueueEvents: number;
  watchQueueBytes: number;
}

/** Watchers of one range share the picking of events. */
interface Watched {
  range: KeyRange;
  watchers: Set<Watcher>;
}

/** All watches of a store. */
export class Watchers {
  readonly #current: Current;
  readonly #clock: Clock;
  readonly #limits: WatchLimits;
  readonly #byRange = new Map<string, Watched>();
  #closed: StorageError | undefined;

  constructor(current: Current, clock: Clock, limits: WatchLimits) {
    this.#current = current;
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    let size = 0;
    for (const { watchers } of this.#byRange.values()) size += watchers.size;
    return size;
  }

  add(range: KeyRange, fromRevision: number, handlers: WatchHandlers): Watch {
    const from = fromRevision > 0 ? fromRevision : this.#current.state.revision + 1;
    const name = `${range.key.length} ${range.key}${range.rangeEnd ?? ''}`;
    const watched = this.#byRange.get(name) ?? { range: { ...range }, watchers: new Set() };
    this.#byRange.set(name, watched);
    const watcher = new Watcher(from, handlers, this.#limits, () => {
      watched.watchers.delete(watcher);
      if (watched.watchers.size === 0) this.#byRange.delete(name);
    });
    watched.watchers.add(watcher);
    this.#follow(range, watcher);
    return { close: () => watcher.close() };
  }

  /** Events of whole revisions, the last of which is `revision`, that were just applied. */
  publish(revision: number, events: WatchEvent[]): void {
    for (const { range, watchers } of this.#byRange.values()) {
      let picked: WatchEvent[] | undefined;
      for (const watcher of watchers) {
        if (!watcher.live) continue;
        picked ??= events.filter((event) => inRange(event.kv.key, range));
        watcher.push(revision, picked);
      }
    }
  }

  /** The state is another one, further on: what lies between is read from its disk. */
  resume(): void {
    for (const { range, watchers } of this.#byRange.values()) {
      for (const watcher of watchers) if (watcher.pause()) this.#follow(range, watcher);
    }
  }

  closeAll(error: StorageError): void {
    this.#closed = error;
    for (const { watchers } of this.#byRange.values()) for (const watcher of watchers) watcher.end(error);
  }

  #follow(range: KeyRange, watcher: Watcher): void {
    this.#catchUp(range, watcher).catch((error: unknown) => watcher.end(asStorageError(error)));
  }

  /** From disk until nothing newer is there, then in the same turn over to live. */
  async #catchUp(range: KeyRange, watcher: Watcher): Promise<void> {
    await this.#clock.turn();
    if (this.#closed !== undefined) watcher.end(this.#closed);
    while (!watcher.ended && watcher.next <= this.#current.state.revision) {
      const { state, values } = this.#current;
      if (watcher.next < state.compactedRevision) {
        throw new StorageError('compacted', 'required revision has been compacted');
      }
      await watcher.deliver(readEvents(state, values, range, watcher.next, state.revision));
      await this.#clock.turn();
    }
    watcher.goLive(this.#current.state.revision);
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
  /** Until the handler's promise is settled. */
  #busy: Promise<void> | undefined;
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

  /** Out of step until it has caught up once more; false when it is on its way already. */
  pause(): boolean {
    const { live } = this;
    this.live = false;
    // Will be read again.
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#waitingRevision = 0;
    return live;
  }

  push(revision: number, events: WatchEvent[]): void {
    // Only while a watch from a future revision waits for it.
    const wanted = revision < this.next ? [] : this.#notBefore(this.next, events);
    if (this.#busy === undefined) {
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
    await this.#busy;
    if (this.ended) return;
    this.#hand(batch);
    await this.#busy;
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
      this.#busy = done.then(
        () => this.#handOverWaiting(),
        (error: unknown) => this.end(handlerFailed(error)),
      );
    } catch (error) {
      this.end(handlerFailed(error));
    }
  }

  #handOverWaiting(): void {
    this.#busy = undefined;
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
