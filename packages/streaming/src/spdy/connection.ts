import { Duplex } from 'node:stream';
import { resetStatus } from './frames.ts';
import type { SpdyHeaders } from './header-block.ts';
import { SpdySession, type SpdyEvent } from './session.ts';

const STREAM_BUFFER_BYTES = 256 * 1024;
/** Readers at the other end take a whole frame into memory. */
const MAX_FRAME_BYTES = 32 * 1024;
const WINDOW_STEP_BYTES = 32 * 1024;
const REPLY_TIMEOUT_MS = 30_000;
const GO_AWAY_MS = 5_000;

/** A SPDY connection over a transport that has been upgraded; its end is the transport's. */
export class SpdyConnection {
  readonly #session: SpdySession;
  readonly #transport: Duplex;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #full = new Set<SpdyStream>();
  readonly #onStream: (stream: SpdyStream) => void;

  /** `onStream` gets every stream that the peer opens; it has been replied to. */
  constructor(role: 'client' | 'server', transport: Duplex, onStream: (stream: SpdyStream) => void = () => undefined) {
    this.#session = new SpdySession(role);
    this.#transport = transport;
    this.#onStream = onStream;
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.once('error', () => transport.destroy());
    transport.once('end', () => transport.destroy());
    transport.once('close', () => {
      for (const stream of this.#streams.values()) stream.cutOff();
    });
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  get closed(): boolean {
    return this.#transport.destroyed;
  }

  /** Resolves when the peer has taken the stream; rejects when it refuses, or says nothing for half a minute. */
  open(headers: SpdyHeaders): Promise<SpdyStream> {
    const { id, bytes } = this.#session.open(headers);
    const stream = this.#add(id, headers);
    this.#transport.write(bytes);
    return stream.replied(REPLY_TIMEOUT_MS);
  }

  /** Says goodbye; the transport ends when what is written has been sent. */
  close(): void {
    if (this.closed) return;
    this.#transport.end(this.#session.goAway());
    const cut = setTimeout(() => this.#transport.destroy(), GO_AWAY_MS);
    cut.unref();
    this.#transport.once('close', () => clearTimeout(cut));
  }

  destroy(): void {
    this.#transport.destroy();
  }

  #add(id: number, headers: SpdyHeaders): SpdyStream {
    const stream = new SpdyStream(headers, {
      send: (data, sent) => this.#send(id, data, sent),
      end: (sent) => this.#write(this.#session.data(id, 0, true), sent),
      drained: (of) => this.#drained(of),
      consumed: (bytes) => this.#write(this.#session.consumed(id, bytes)),
      gone: (of) => {
        this.#streams.delete(id);
        this.#drained(of);
        this.#write(this.#session.reset(id, resetStatus.cancel));
      },
    });
    this.#streams.set(id, stream);
    return stream;
  }

  #receive(chunk: Buffer): void {
    try {
      for (const event of this.#session.receive(chunk)) this.#apply(event);
    } catch (error) {
      this.#transport.destroy(error as Error);
    }
  }

  #apply(event: SpdyEvent): void {
    switch (event.type) {
      case 'send':
        this.#write(event.bytes);
        return;
      case 'open': {
        const stream = this.#add(event.id, event.headers);
        this.#write(this.#session.reply(event.id));
        stream.taken();
        this.#onStream(stream);
        return;
      }
      case 'reply':
        this.#streams.get(event.id)?.taken();
        return;
      case 'data': {
        const stream = this.#streams.get(event.id);
        if (stream === undefined || stream.receive(event.data)) return;
        this.#full.add(stream);
        this.#transport.pause();
        return;
      }
      case 'end':
        this.#streams.get(event.id)?.receiveEnd();
        return;
      case 'reset':
        this.#streams.get(event.id)?.destroy();
        return;
      case 'goAway':
        if (this.#streams.size === 0) this.#transport.end();
        return;
    }
  }

  #drained(stream: SpdyStream): void {
    if (this.#full.delete(stream) && this.#full.size === 0) this.#transport.resume();
  }

  #send(id: number, data: Buffer, sent: () => void): void {
    for (let at = 0; at < data.length; at += MAX_FRAME_BYTES) {
      const piece = data.subarray(at, at + MAX_FRAME_BYTES);
      const head = this.#session.data(id, piece.length, false);
      const isLast = at + MAX_FRAME_BYTES >= data.length;
      this.#write(head && Buffer.concat([head, piece]), isLast ? sent : undefined);
    }
    if (data.length === 0) sent();
  }

  /** What cannot be sent any more is dropped: its stream ends with the transport. */
  #write(bytes: Buffer | undefined, sent?: () => void): void {
    if (bytes === undefined || this.#transport.destroyed || this.#transport.writableEnded) sent?.();
    else this.#transport.write(bytes, sent && (() => sent()));
  }
}

interface StreamLink {
  send(data: Buffer, sent: () => void): void;
  end(sent: () => void): void;
  drained(stream: SpdyStream): void;
  consumed(bytes: number): void;
  gone(stream: SpdyStream): void;
}

/**
 * One stream. Both directions end on their own; destroying it resets it. It closes without an error when the peer
 * resets it or the connection is lost, and has then not ended (`readableEnded` is false).
 */
export class SpdyStream extends Duplex {
  readonly headers: SpdyHeaders;
  readonly #link: StreamLink;
  readonly #taken = Promise.withResolvers<void>();
  /** What is to be sent once the peer has taken the stream; one like spdystream drops what comes before. */
  #waiting: (() => void) | undefined;
  #isTaken = false;
  #unreported = 0;
  #allReceived = false;

  constructor(headers: SpdyHeaders, link: StreamLink) {
    super({ allowHalfOpen: true, readableHighWaterMark: STREAM_BUFFER_BYTES, emitClose: true });
    this.headers = headers;
    this.#link = link;
    this.#taken.promise.catch(() => undefined);
  }

  /** @internal The peer answers to the stream. */
  taken(): void {
    this.#isTaken = true;
    this.#taken.resolve();
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** @internal */
  async replied(timeoutMs: number): Promise<this> {
    const timer = setTimeout(() => this.#taken.reject(new Error('the peer did not take the stream')), timeoutMs);
    try {
      await this.#taken.promise;
      return this;
    } catch (error) {
      this.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @internal False when the reader is behind. */
  receive(data: Buffer): boolean {
    if (this.destroyed) return true;
    this.#unreported += data.length;
    if (this.#unreported >= WINDOW_STEP_BYTES) {
      this.#link.consumed(this.#unreported);
      this.#unreported = 0;
    }
    return this.push(data);
  }

  /** @internal */
  receiveEnd(): void {
    this.#allReceived = true;
    if (!this.destroyed) this.push(null);
  }

  /** @internal The connection is no more: what has come as a whole can still be read. */
  cutOff(): void {
    if (!this.#allReceived) this.destroy();
  }

  override _read(): void {
    this.#link.drained(this);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#whenTaken(() => this.#link.send(chunk, () => done()));
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#whenTaken(() => this.#link.end(() => done()));
  }

  /** A Duplex asks for one thing at a time. */
  #whenTaken(act: () => void): void {
    if (this.#isTaken) act();
    else this.#waiting = act;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#taken.reject(new Error('the stream was reset'));
    this.#link.gone(this);
    done(error);
  }
}
