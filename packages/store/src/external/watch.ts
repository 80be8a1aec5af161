import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import {
  EventType,
  type Decoded,
  type Input,
  watchService,
  type watchRequest,
  type watchResponse,
} from '../etcd-proto/index.ts';
import { StorageError, type Watch, type WatchBatch, type WatchEvent, type WatchHandlers } from '../storage.ts';
import type { Connections } from './connections.ts';
import { Delivery, type DeliveryLimits } from './delivery.ts';
import { storageErrorOf } from './errors.ts';
import type { Keys } from './keys.ts';

type Request = Input<typeof watchRequest>;
type Response = Decoded<typeof watchResponse>;
type StoredEvent = Response['events'][number];

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
/** While it catches up, a handler that is behind is waited for instead of being cut off. */
const CATCH_UP_EVENTS = 500;

export interface WatchParts {
  connections: Connections;
  keys: Keys;
  limits: DeliveryLimits;
  prefix: string;
  /** 0: from now on. */
  fromRevision: number;
  handlers: WatchHandlers;
  onEnded(watch: ExternalWatch): void;
}

/**
 * A watch on all of etcd, of which the handlers see what is under their prefix. Every revision has an event, so how far
 * the watch is follows from the events alone: etcd's progress notifications may overtake events (etcd issue 15220) or
 * not come at all (17507), in versions that are still in use. It outlives connections and members of etcd.
 */
export class ExternalWatch implements Watch {
  readonly #parts: WatchParts;
  readonly #delivery: Delivery;
  readonly #range: string;
  readonly #fromNow: boolean;
  /** Nothing before it is wanted. */
  #from: number;
  /** Events of one revision, the rest of which comes with the next fragment. */
  #held: StoredEvent[] = [];
  /** As far as the member was when it took the watch: until there it catches up. */
  #caughtUpAt = Number.POSITIVE_INFINITY;
  /** It was as far as anything that was heard of, and nobody has waited for it in vain since. */
  #isInStep = false;
  #call: ClientDuplexStream<Request, Response> | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { connections, keys, fromRevision, handlers, limits } = parts;
    this.#range = keys.stored(parts.prefix);
    this.#fromNow = fromRevision === 0;
    this.#from = fromRevision > 0 ? fromRevision : connections.seenRevision + 1;
    const paced: WatchHandlers = {
      onBatch: (batch) => this.#pace(handlers.onBatch(batch)),
      onEnd: (error) => handlers.onEnd(error),
    };
    this.#delivery = new Delivery(paced, limits, () => this.#ended());
    this.#connect();
  }

  close(): void {
    this.#delivery.close();
  }

  end(error: StorageError): void {
    this.#delivery.end(error);
  }

  /**
   * Resolves when the handler has it, or `withinMs` are over. At once while the watch is not in step: one that is new,
   * or has no connection, may take long to become so, and nobody should wait for it again and again.
   */
  async reached(revision: number, withinMs: number): Promise<void> {
    if (!this.#isInStep || revision < this.#from) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#isInStep = false;
        resolve();
      }, withinMs);
    });
    await Promise.race([this.#delivery.reached(revision), late]);
    clearTimeout(timer);
  }

  #ended(): void {
    clearTimeout(this.#retry);
    const call = this.#call;
    this.#call = undefined;
    call?.cancel();
    this.#parts.onEnded(this);
  }

  #connect(): void {
    void this.#open().catch((error: unknown) => this.#broken(undefined, error));
  }

  async #open(): Promise<void> {
    const { connections } = this.#parts;
    const client = await connections.connect();
    if (this.#delivery.ended) return;
    const call: ClientDuplexStream<Request, Response> = connections.stream(client, watchService.watch);
    this.#call = call;
    this.#held = [];
    let over = false;
    const broken = (error: unknown): void => {
      if (over) return;
      over = true;
      call.cancel();
      if (this.#call === call) this.#call = undefined;
      this.#isInStep = false;
      this.#broken(client, error);
    };
    call.on('data', (response: Response) => {
      if (over || this.#delivery.ended) return;
      try {
        this.#take(response);
      } catch (error) {
        broken(error);
      }
    });
    call.on('error', broken);
    call.on('end', () => broken(new Error('the watch was ended by etcd')));
    // From the revision before: etcd forgets, at a compaction, the deletions of just that revision, and would not tell
    // that they are missing (etcd issue 18089).
    const startRevision = Math.max(1, this.#next - 1);
    call.write({ create: { key: '\0', rangeEnd: '\0', startRevision, prevKv: true, fragment: true } });
  }

  get #next(): number {
    return Math.max(this.#from, this.#delivery.revision + 1);
  }

  #take(response: Response): void {
    const { header, created, canceled, compactRevision, cancelReason, fragment, events } = response;
    this.#parts.connections.check(header);
    if (canceled) {
      if (compactRevision === 0) throw new Error(`etcd canceled the watch: ${cancelReason}`);
      this.#compacted(compactRevision);
      return;
    }
    const revision = header?.revision ?? 0;
    if (created) {
      this.#retryMs = FIRST_RETRY_MS;
      this.#caughtUpAt = Math.min(revision, this.#next - 1);
      if (revision >= this.#next) this.#caughtUpAt = revision;
      // Nothing that is wanted has happened yet, so nothing would tell.
      else this.#push({ revision, events: [] });
    }
    if (events.length > 0) this.#takeEvents(events, fragment);
  }

  #takeEvents(events: readonly StoredEvent[], isFragment: boolean): void {
    let whole = this.#held.concat(events);
    this.#held = [];
    if (isFragment) {
      const last = revisionOf(whole.at(-1));
      const at = whole.findIndex((event) => revisionOf(event) === last);
      this.#held = whole.slice(at);
      whole = whole.slice(0, at);
    }
    const revision = revisionOf(whole.at(-1));
    if (revision === 0) return;
    const next = this.#next;
    const wanted = whole.filter((event) => revisionOf(event) >= next && event.kv?.key.startsWith(this.#range));
    this.#push({ revision, events: wanted.map((event) => this.#eventOf(event)) });
    const behind = this.#delivery.busy && this.#delivery.waitingEvents > CATCH_UP_EVENTS;
    if (behind && revision < this.#caughtUpAt) this.#call?.pause();
  }

  #push(batch: WatchBatch): void {
    this.#delivery.push(batch);
    if (batch.revision >= this.#parts.connections.seenRevision) this.#isInStep = true;
  }

  #eventOf({ type, kv, prevKv }: StoredEvent): WatchEvent {
    const { keys } = this.#parts;
    // Of a deletion etcd tells the key and the revision alone, as Storage does.
    const read = keys.read(kv as NonNullable<typeof kv>);
    return {
      type: type === EventType.delete ? 'delete' : 'put',
      kv: read,
      ...(prevKv === undefined ? {} : { previous: keys.read(prevKv) }),
    };
  }

  /** A call that was paused goes on when the handler is done. */
  #pace(done: void | Promise<void>): void | Promise<void> {
    return done?.finally(() => this.#call?.resume());
  }

  #compacted(compactRevision: number): void {
    if (!this.#fromNow || this.#delivery.revision > 0) {
      this.#delivery.end(new StorageError('compacted', 'required revision has been compacted'));
      return;
    }
    // "Now" was taken from an answer of some time ago.
    this.#from = Math.max(this.#from, compactRevision + 1);
    throw new Error('compacted before the watch began');
  }

  #broken(client: Client | undefined, cause: unknown): void {
    if (this.#delivery.ended) return;
    const error = storageErrorOf(cause, false);
    if (error instanceof StorageError && (error.code === 'corrupt' || error.code === 'closed')) {
      this.#delivery.end(error);
      return;
    }
    if (client !== undefined) this.#parts.connections.failed(client, error);
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }
}

function revisionOf(event: StoredEvent | undefined): number {
  return event?.kv?.modRevision ?? 0;
}
