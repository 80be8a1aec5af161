import { StorageError, type WatchBatch, type WatchEvent, type WatchHandlers } from '../storage.ts';

export interface DeliveryLimits {
  watchQueueEvents: number;
  watchQueueBytes: number;
}

/**
 * Hands batches to the handlers of a watch, one at a time and in order. What comes while a handler is busy waits, up to
 * a bound. Ends once.
 */
export class Delivery {
  readonly #handlers: WatchHandlers;
  readonly #limits: DeliveryLimits;
  readonly #onEnded: () => void;
  #revision = 0;
  #busy = false;
  #ended = false;
  #waiting: WatchEvent[] = [];
  #waitingBytes = 0;
  #waitingRevision = 0;
  #inStep: { revision: number; resolve(): void }[] = [];

  constructor(handlers: WatchHandlers, limits: DeliveryLimits, onEnded: () => void) {
    this.#handlers = handlers;
    this.#limits = limits;
    this.#onEnded = onEnded;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get waitingEvents(): number {
    return this.#waiting.length;
  }

  /** What was handed over goes up to here. */
  get revision(): number {
    return this.#revision;
  }

  /** Events of whole revisions, later than all before; none tell how far it is. */
  push(batch: WatchBatch): void {
    if (this.#ended || batch.revision <= Math.max(this.#revision, this.#waitingRevision)) return;
    if (!this.#busy) {
      this.#hand(batch);
      return;
    }
    this.#waitingRevision = batch.revision;
    for (const event of batch.events) {
      this.#waiting.push(event);
      this.#waitingBytes += event.kv.value.length + (event.previous?.value.length ?? 0);
    }
    const { watchQueueEvents, watchQueueBytes } = this.#limits;
    if (this.#waiting.length > watchQueueEvents || this.#waitingBytes > watchQueueBytes) {
      this.end(new StorageError('slow-consumer', `the watcher is more than ${this.#waiting.length - 1} events behind`));
    }
  }

  /** Resolves when it is handed over, or no longer to be waited for as the handler is behind. */
  reached(revision: number): Promise<void> {
    if (this.#ended || this.#busy || this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve) => this.#inStep.push({ revision, resolve }));
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = [];
    this.#release(Number.POSITIVE_INFINITY);
    this.#onEnded();
  }

  end(error: StorageError): void {
    if (this.#ended) return;
    this.close();
    this.#handlers.onEnd(error);
  }

  #hand(batch: WatchBatch): void {
    this.#revision = batch.revision;
    try {
      const done = this.#handlers.onBatch(batch);
      if (done instanceof Promise) {
        this.#busy = true;
        done.then(
          () => this.#handOverWaiting(),
          (error: unknown) => this.end(handlerFailed(error)),
        );
      }
    } catch (error) {
      this.end(handlerFailed(error));
    }
    this.#release(this.#busy ? Number.POSITIVE_INFINITY : this.#revision);
  }

  #handOverWaiting(): void {
    this.#busy = false;
    if (this.#ended || this.#waitingRevision <= this.#revision) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#hand({ revision: this.#waitingRevision, events });
  }

  #release(revision: number): void {
    if (this.#inStep.length === 0) return;
    const waiting = this.#inStep;
    this.#inStep = waiting.filter((each) => each.revision > revision);
    for (const each of waiting) if (each.revision <= revision) each.resolve();
  }
}

function handlerFailed(error: unknown): StorageError {
  return new StorageError('closed', `the watcher's own handler failed: ${String(error)}`, { cause: error });
}
