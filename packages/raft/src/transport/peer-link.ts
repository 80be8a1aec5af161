import { type Client, type ClientWritableStream, Metadata } from '@grpc/grpc-js';
import type { Message, NodeId } from '../core/types.ts';
import { encodeMessages } from './codec.ts';
import { dial } from './dial.ts';
import type { LimitedLog } from './limited-log.ts';
import type { PeerTls } from './peer-tls.ts';
import { SendQueue } from './send-queue.ts';
import { asIs, metadataKeys, paths, removedStatus } from './service.ts';

const firstBackoffMs = 50;
const maxBackoffMs = 2000;
const connectLimitMs = 2000;
const batchBytes = 1 << 20;
/** Batches given to gRPC that have not left yet. While they are on their way the next ones gather. */
const batchesUnderWay = 2;
/** A batch that has not left by then will not: the connection is dead. */
const stallMs = 10_000;

export interface LinkParts {
  id: NodeId;
  clusterId: string;
  tls: PeerTls | undefined;
  log: LimitedLog;
  random: () => number;
  /** Where this member is reached itself. */
  ownUrls: () => readonly string[];
  onUnreachable: (id: NodeId) => void;
  onRemoved: () => void;
}

export function callMetadata(parts: Pick<LinkParts, 'id' | 'clusterId' | 'ownUrls'>, to: NodeId): Metadata {
  const metadata = new Metadata();
  metadata.set(metadataKeys.cluster, parts.clusterId);
  metadata.set(metadataKeys.from, String(parts.id));
  metadata.set(metadataKeys.to, String(to));
  metadata.set(metadataKeys.urls, JSON.stringify(parts.ownUrls()));
  return metadata;
}

/** The way to one other member: a stream that is opened again and again, and what waits for it. */
export class PeerLink {
  readonly #parts: LinkParts;
  readonly #to: NodeId;
  readonly #queue = new SendQueue({ messages: 4096, bytes: 64 << 20 });
  #urls: readonly string[];
  #nextUrl = 0;
  #call: ClientWritableStream<Buffer> | undefined;
  #open = false;
  #underWay = 0;
  #leftMs = 0;
  #closed = false;
  #retry: { timer: NodeJS.Timeout; now: () => void } | undefined;

  constructor(parts: LinkParts, to: NodeId, urls: readonly string[]) {
    this.#parts = parts;
    this.#to = to;
    this.#urls = urls;
    void this.#run();
  }

  get urls(): readonly string[] {
    return this.#urls;
  }

  /** The one that was reached last first. */
  get bestUrls(): readonly string[] {
    const at = this.#nextUrl % Math.max(1, this.#urls.length);
    return [...this.#urls.slice(at), ...this.#urls.slice(0, at)];
  }

  setUrls(urls: readonly string[]): void {
    if (urls.length === this.#urls.length && urls.every((url, i) => url === this.#urls[i])) return;
    this.#urls = urls;
    this.#nextUrl = 0;
    this.#call?.cancel();
    this.#retry?.now();
  }

  send(message: Message): void {
    if (!this.#queue.push(message)) {
      this.#parts.log.warn({ to: this.#to }, 'raft-peer-queue-full', `full-${this.#to}`);
      this.#parts.onUnreachable(this.#to);
    }
    if (this.#underWay > 0 && performance.now() - this.#leftMs > stallMs) this.#call?.cancel();
    this.#flush();
  }

  close(): void {
    this.#closed = true;
    this.#queue.clear();
    this.#call?.cancel();
    this.#retry?.now();
  }

  /** One after the other: a session with one of the URLs, then a pause. */
  async #run(): Promise<void> {
    const { log, onUnreachable, random } = this.#parts;
    let backoffMs = firstBackoffMs;
    while (!this.#closed) {
      const url = this.#urls[this.#nextUrl % Math.max(1, this.#urls.length)];
      const { wasOpen, reason } =
        url === undefined ? { wasOpen: false, reason: 'no URL is known' } : await this.#session(url);
      if (this.#closed) return;
      if (!wasOpen) this.#nextUrl++;
      backoffMs = wasOpen ? firstBackoffMs : Math.min(2 * backoffMs, maxBackoffMs);
      log.warn(
        { to: this.#to, url, reason },
        wasOpen ? 'raft-peer-lost' : 'raft-peer-not-reached',
        `${this.#to} ${reason}`,
      );
      // What could not be sent is of the past.
      this.#queue.clear();
      onUnreachable(this.#to);
      await this.#pause(backoffMs * (0.5 + random() / 2));
    }
  }

  /** Resolves when the stream has ended, for whatever reason. */
  #session(url: string): Promise<{ wasOpen: boolean; reason: string }> {
    const { tls, log } = this.#parts;
    let client: Client;
    try {
      client = dial(url, tls);
    } catch (error) {
      return Promise.resolve({ wasOpen: false, reason: String(error) });
    }
    return new Promise((resolve) => {
      const metadata = callMetadata(this.#parts, this.#to);
      const call = client.makeClientStreamRequest(paths.messages, asIs, asIs, metadata, (error) => {
        clearTimeout(timer);
        if (error?.code === removedStatus) this.#parts.onRemoved();
        const wasOpen = this.#open;
        this.#call = undefined;
        this.#open = false;
        this.#underWay = 0;
        client.close();
        resolve({ wasOpen, reason: error?.details ?? 'the member ended the stream' });
      });
      const timer = setTimeout(() => call.cancel(), connectLimitMs);
      // The callback tells of every end.
      call.on('error', () => undefined);
      call.on('metadata', () => {
        clearTimeout(timer);
        this.#open = true;
        log.info({ to: this.#to, url }, 'raft-peer-reached');
        this.#flush();
      });
      this.#call = call;
    });
  }

  #flush(): void {
    const call = this.#call;
    if (call === undefined || !this.#open) return;
    while (!this.#queue.isEmpty && this.#underWay < batchesUnderWay) {
      const { messages, bytes } = this.#queue.take(batchBytes);
      if (this.#underWay++ === 0) this.#leftMs = performance.now();
      call.write(encodeMessages(messages, bytes + 64), () => {
        if (call !== this.#call) return;
        this.#underWay--;
        this.#leftMs = performance.now();
        this.#flush();
      });
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const now = (): void => {
        clearTimeout(timer);
        this.#retry = undefined;
        resolve();
      };
      const timer = setTimeout(now, delayMs);
      timer.unref();
      this.#retry = { timer, now };
    });
  }
}
