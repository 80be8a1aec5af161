import {
  type Decoded,
  EventType,
  event,
  type Input,
  type watchCreateRequest,
  WatchFilter,
} from '../etcd-proto/index.ts';
import { StorageError, type Watch, type WatchBatch, type WatchEvent } from '../storage.ts';
import { headerOf, type Service } from './service.ts';
import type { WatchResponse } from './watch-stream.ts';

type Request = Decoded<typeof watchCreateRequest>;

/** What a watch needs of its stream. */
export interface Outlet {
  send(response: WatchResponse): void;
  /** What to wait for before more is sent. */
  backPressure(): Promise<void> | undefined;
  onProgress(): void;
  /** The watch is over: what it wanted is forgotten up to this revision. */
  onCompacted(compactRevision: number): void;
  /** The store ended it. */
  onFailed(error: StorageError | undefined): void;
}

/** The range of a watch: without a key it starts at the smallest one. */
export function toWatched({ key, rangeEnd }: Request): { key: string; rangeEnd: string } {
  return { key: key === '' ? '\0' : key, rangeEnd };
}

/** One watch of a stream. Whatever it falls behind by, it catches up with: only compaction ends it. */
export class StreamWatch {
  /** Everything up to this revision has been sent. */
  toldTo: number;
  readonly #id: number;
  readonly #request: Request;
  readonly #range: { key: string; rangeEnd: string };
  readonly #service: Service;
  readonly #outlet: Outlet;
  #next: number;
  #watch: Watch | undefined;
  #closed = false;
  /** No event has been sent since the last notice of progress. */
  #quiet = true;

  constructor(
    id: number,
    request: Request,
    range: { key: string; rangeEnd: string },
    service: Service,
    outlet: Outlet,
  ) {
    this.#id = id;
    this.#request = request;
    this.#range = range;
    this.#service = service;
    this.#outlet = outlet;
    const { revision } = service.store.status();
    this.#next = request.startRevision === 0 ? revision + 1 : request.startRevision;
    this.toldTo = Math.min(this.#next - 1, revision);
  }

  start(): void {
    if (this.#closed) return;
    this.#watch = this.#service.store.watchRange(this.#range, this.#next, {
      onBatch: (batch) => this.#onBatch(batch),
      onEnd: (error) => this.#onEnd(error),
    });
  }

  close(): void {
    this.#closed = true;
    this.#watch?.close();
  }

  /** Tells the client how far it is, if it wants to know and has heard nothing for a while. */
  notify(): void {
    if (!this.#request.progressNotify) return;
    // Who has not read what there is hears of progress later.
    if (this.#quiet && this.#outlet.backPressure() === undefined)
      this.#outlet.send({ header: headerOf(this.#service, this.toldTo), watchId: this.#id });
    this.#quiet = true;
  }

  #onBatch({ revision, events }: WatchBatch): Promise<void> | undefined {
    if (this.#closed) return undefined;
    const wanted = events.length === 0 ? [] : this.#wanted(events);
    if (wanted.length > 0) {
      this.#quiet = false;
      const response = { header: headerOf(this.#service, revision), watchId: this.#id, events: wanted };
      if (this.#request.fragment) this.#sendFragments(response);
      else this.#outlet.send(response);
    }
    this.toldTo = Math.max(this.toldTo, revision);
    this.#next = Math.max(this.#next, revision + 1);
    this.#outlet.onProgress();
    return this.#outlet.backPressure();
  }

  #onEnd(error: StorageError | undefined): void {
    if (this.#closed) return;
    if (error?.code === 'slow-consumer') {
      void this.#startAgain();
      return;
    }
    this.#fail(error);
  }

  /** From where it is, when the client has taken what was sent. */
  async #startAgain(): Promise<void> {
    try {
      await this.#outlet.backPressure();
      this.start();
    } catch (error) {
      this.#fail(error instanceof StorageError ? error : undefined);
    }
  }

  #fail(error: StorageError | undefined): void {
    this.close();
    if (error?.code === 'compacted') this.#outlet.onCompacted(this.#service.store.status().compactedRevision);
    else this.#outlet.onFailed(error);
  }

  #wanted(events: WatchEvent[]): Input<typeof event>[] {
    const { filters, prevKv } = this.#request;
    const wanted: Input<typeof event>[] = [];
    for (const { type, kv, previous } of events) {
      if (filters.includes(type === 'put' ? WatchFilter.noPut : WatchFilter.noDelete)) continue;
      wanted.push({ type: EventType[type], kv, prevKv: prevKv ? previous : undefined });
    }
    return wanted;
  }

  /** In several responses, all but the last marked as fragments; what is too large by itself still goes in one. */
  #sendFragments(response: WatchResponse & { events: Input<typeof event>[] }): void {
    const { fragmentBytes } = this.#service.limits;
    let first = 0;
    let bytes = 0;
    const { events } = response;
    for (const [i, each] of events.entries()) {
      const size = event.size(each);
      if (i > first && bytes + size > fragmentBytes) {
        this.#outlet.send({ ...response, events: events.slice(first, i), fragment: true });
        first = i;
        bytes = 0;
      }
      bytes += size;
    }
    this.#outlet.send(first === 0 ? response : { ...response, events: events.slice(first) });
  }
}
