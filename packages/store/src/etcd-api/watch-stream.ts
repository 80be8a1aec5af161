import type { Decoded, Input, watchCreateRequest, watchRequest, watchResponse } from '../etcd-proto/index.ts';
import type { StorageError } from '../storage.ts';
import { etcdErrors, toRpcError, watchIdTooLarge } from './errors.ts';
import { ended } from './guard.ts';
import type { Stream } from './grpc/index.ts';
import { headerOf, type Service } from './service.ts';
import { StreamWatch, toWatched } from './stream-watch.ts';

export type WatchResponse = Input<typeof watchResponse>;

/** The id of what concerns no watch, or all. */
const noWatch = -1;

/** All watches of one stream. */
export class WatchStream {
  readonly #service: Service;
  readonly #stream: Stream<Decoded<typeof watchRequest>, WatchResponse>;
  readonly #watches = new Map<number, StreamWatch>();
  readonly #failed = Promise.withResolvers<void>();
  readonly #progressTimer: NodeJS.Timeout;
  #nextId = 0;
  /** The client wants to know when all its watches have come to this revision. */
  #progressWanted: number | undefined;

  constructor(service: Service, stream: Stream<Decoded<typeof watchRequest>, WatchResponse>) {
    this.#service = service;
    this.#stream = stream;
    this.#progressTimer = setInterval(() => this.#notifyAll(), service.limits.watchProgressMs);
  }

  /** Resolves when the call is over; rejects when it must end. */
  async serve(): Promise<void> {
    await Promise.race([this.#receive(), this.#failed.promise]);
  }

  close(): void {
    clearInterval(this.#progressTimer);
    for (const watch of this.#watches.values()) watch.close();
    this.#watches.clear();
  }

  async #receive(): Promise<void> {
    for await (const request of this.#stream.requests) {
      if (request.create !== undefined) this.#create(request.create);
      else if (request.cancel !== undefined) this.#cancel(request.cancel.watchId);
      else if (request.progress !== undefined) this.#wantProgress();
      // Whoever asks much and does not read the answers is not heard further.
      await this.#stream.ready();
    }
    await ended(this.#stream.signal);
  }

  #create(request: Decoded<typeof watchCreateRequest>): void {
    const range = toWatched(request);
    const refusal = this.#refuse(request, range);
    if (refusal !== undefined) {
      this.#send({ watchId: noWatch, created: true, canceled: true, cancelReason: refusal });
      return;
    }
    const id = this.#idFor(request);
    const watch = new StreamWatch(id, request, range, this.#service, {
      send: (response) => this.#send(response),
      backPressure: () => (this.#stream.writable ? undefined : this.#stream.ready()),
      onProgress: () => this.#answerProgress(),
      onCompacted: (compactRevision) => {
        this.#watches.delete(id);
        this.#send({
          header: { ...headerOf(this.#service), revision: 0 },
          watchId: id,
          canceled: true,
          compactRevision,
        });
        this.#answerProgress();
      },
      onFailed: (error: StorageError | undefined) => {
        this.#failed.reject((error && toRpcError(error)) ?? etcdErrors.stopped);
      },
    });
    this.#watches.set(id, watch);
    this.#send({ watchId: id, created: true });
    watch.start();
  }

  #refuse(request: Decoded<typeof watchCreateRequest>, range: { key: string; rangeEnd: string }): string | undefined {
    const { watchId, startRevision } = request;
    if (startRevision < 0) return etcdErrors.compacted.message;
    // Never beyond what was asked for, so never in the other direction either (GHSA-xg4h-6gfc-h4m8).
    if (range.rangeEnd !== '' && range.rangeEnd !== '\0' && range.key >= range.rangeEnd) {
      return 'mvcc: watcher range is empty';
    }
    if (typeof watchId === 'bigint') return watchIdTooLarge;
    if (watchId !== 0 && this.#watches.has(watchId)) return 'mvcc: duplicate watch ID provided on the WatchStream';
    return this.#watches.size >= this.#service.limits.maxWatches ? etcdErrors.tooManyRequests.message : undefined;
  }

  #idFor({ watchId }: Decoded<typeof watchCreateRequest>): number {
    if (watchId !== 0) return Number(watchId);
    while (this.#watches.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  /** As in etcd, nothing is said of a watch that is not there. */
  #cancel(watchId: number | bigint): void {
    const id = Number(watchId);
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    watch.close();
    this.#watches.delete(id);
    this.#send({ watchId: id, canceled: true });
    this.#answerProgress();
  }

  #wantProgress(): void {
    this.#progressWanted = this.#service.store.status().revision;
    this.#answerProgress();
  }

  /** One answer for all watches, once each has been told of everything up to the revision it names. */
  #answerProgress(): void {
    const wanted = this.#progressWanted;
    if (wanted === undefined || this.#watches.size === 0) return;
    let revision = Number.POSITIVE_INFINITY;
    for (const watch of this.#watches.values()) revision = Math.min(revision, watch.toldTo);
    if (revision < wanted) return;
    this.#progressWanted = undefined;
    this.#send({ header: headerOf(this.#service, revision), watchId: noWatch });
  }

  #notifyAll(): void {
    for (const watch of this.#watches.values()) watch.notify();
  }

  #send(response: WatchResponse): void {
    this.#stream.send(response.header === undefined ? { header: headerOf(this.#service), ...response } : response);
  }
}
