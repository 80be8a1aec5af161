import { FrameReader, type Frame } from './frame-reader.ts';
import { controlFrame, dataHead, FLAG_FIN, frameType, resetStatus } from './frames.ts';
import { HeaderReader, HeaderWriter, type SpdyHeaders } from './header-block.ts';
import { SpdyError } from './spdy-error.ts';

export type SpdyEvent =
  | { type: 'open'; id: number; headers: SpdyHeaders }
  | { type: 'reply'; id: number }
  | { type: 'data'; id: number; data: Buffer }
  /** The peer sends no more on this stream. */
  | { type: 'end'; id: number }
  | { type: 'reset'; id: number; status: number }
  | { type: 'goAway' }
  /** To be sent at once. */
  | { type: 'send'; bytes: Buffer };

interface StreamState {
  /** We opened it and know that the peer took it. */
  replied: boolean;
  localEnded: boolean;
  remoteEnded: boolean;
}

/** Both sides of port-forward open two streams a connection. */
const MAX_STREAMS = 2_000;

/** One side of a SPDY/3.1 connection: bytes in, events and bytes out. No I/O. */
export class SpdySession {
  readonly #reader = new FrameReader();
  readonly #headersIn = new HeaderReader();
  readonly #headersOut = new HeaderWriter();
  readonly #streams = new Map<number, StreamState>();
  readonly #ours: 0 | 1;
  #nextId: number;
  #lastSeen = 0;
  #goneAway = false;

  /** A client's streams have odd numbers, a server's even ones. */
  constructor(role: 'client' | 'server') {
    this.#ours = role === 'client' ? 1 : 0;
    this.#nextId = role === 'client' ? 1 : 2;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** Throws SpdyError when the connection cannot go on. */
  *receive(chunk: Buffer): Generator<SpdyEvent> {
    for (const frame of this.#reader.read(chunk)) {
      if (frame.kind === 'data') yield* this.#onData(frame);
      else yield* this.#onControl(frame);
    }
  }

  open(headers: SpdyHeaders): { id: number; bytes: Buffer } {
    if (this.#goneAway) throw new SpdyError('the peer takes no more streams');
    if (this.#streams.size >= MAX_STREAMS) throw new SpdyError('too many streams');
    const id = this.#nextId;
    this.#nextId += 2;
    this.#streams.set(id, { replied: false, localEnded: false, remoteEnded: false });
    const block = this.#headersOut.write(headers);
    return { id, bytes: controlFrame(frameType.synStream, 0, id, 0, Buffer.alloc(2), block) };
  }

  /** Takes a stream that the peer opened. */
  reply(id: number): Buffer {
    return controlFrame(frameType.synReply, 0, id, this.#headersOut.write({}));
  }

  /** @returns what to send before `data` itself; empty when the stream is over. */
  data(id: number, length: number, end: boolean): Buffer | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.localEnded) return undefined;
    if (end) {
      stream.localEnded = true;
      this.#forgetEnded(id, stream);
    }
    return dataHead(id, length, end);
  }

  /** @returns what to send; undefined when there is nothing to reset. */
  reset(id: number, status: number): Buffer | undefined {
    return this.#streams.delete(id) ? resetFrame(id, status) : undefined;
  }

  /** The peer may send that much more: of a stream, and of the whole connection. */
  consumed(id: number, bytes: number): Buffer {
    const whole = controlFrame(frameType.windowUpdate, 0, 0, bytes);
    if (!this.#streams.has(id)) return whole;
    return Buffer.concat([controlFrame(frameType.windowUpdate, 0, id, bytes), whole]);
  }

  ping(id: number): Buffer {
    return controlFrame(frameType.ping, 0, id * 2 + this.#ours);
  }

  goAway(): Buffer {
    this.#goneAway = true;
    return controlFrame(frameType.goAway, 0, this.#lastSeen, 0);
  }

  *#onData({ streamId: id, flags, data, last }: Extract<Frame, { kind: 'data' }>): Generator<SpdyEvent> {
    const stream = this.#streams.get(id);
    // Of a stream that has been reset, or never was: what was under way is let go.
    if (stream === undefined || stream.remoteEnded) return;
    if (data.length > 0) yield { type: 'data', id, data };
    if (last && (flags & FLAG_FIN) !== 0) yield* this.#remoteEnd(id, stream);
  }

  *#onControl({ type, flags, payload }: Extract<Frame, { kind: 'control' }>): Generator<SpdyEvent> {
    switch (type) {
      case frameType.synStream:
        return yield* this.#onOpen(flags, payload);
      case frameType.synReply:
      case frameType.headers: {
        const id = idOf(payload);
        // Read in any case: every block is needed to understand the next.
        this.#headersIn.read(payload.subarray(4));
        const stream = this.#streams.get(id);
        if (stream === undefined) return;
        if (type === frameType.synReply && !stream.replied) {
          stream.replied = true;
          yield { type: 'reply', id };
        }
        if ((flags & FLAG_FIN) !== 0) yield* this.#remoteEnd(id, stream);
        return;
      }
      case frameType.rstStream: {
        const id = idOf(payload);
        if (this.#streams.delete(id))
          yield { type: 'reset', id, status: payload.length < 8 ? 0 : payload.readUInt32BE(4) };
        return;
      }
      case frameType.ping: {
        const id = wordOf(payload);
        if ((id & 1) !== this.#ours) yield { type: 'send', bytes: controlFrame(frameType.ping, 0, id) };
        return;
      }
      case frameType.goAway:
        this.#goneAway = true;
        yield { type: 'goAway' };
        return;
      default:
        // SETTINGS and WINDOW_UPDATE among them: spdystream acts on neither.
        return;
    }
  }

  *#onOpen(flags: number, payload: Buffer): Generator<SpdyEvent> {
    const id = idOf(payload);
    if (payload.length < 10) throw new SpdyError('a SYN_STREAM frame is cut short');
    const headers = this.#headersIn.read(payload.subarray(10));
    if (id === 0 || (id & 1) === this.#ours || id <= this.#lastSeen)
      return yield { type: 'send', bytes: resetFrame(id, resetStatus.protocolError) };
    this.#lastSeen = id;
    if (this.#goneAway || this.#streams.size >= MAX_STREAMS)
      return yield { type: 'send', bytes: resetFrame(id, resetStatus.refusedStream) };
    const stream = { replied: true, localEnded: false, remoteEnded: false };
    this.#streams.set(id, stream);
    yield { type: 'open', id, headers };
    if ((flags & FLAG_FIN) !== 0) yield* this.#remoteEnd(id, stream);
  }

  *#remoteEnd(id: number, stream: StreamState): Generator<SpdyEvent> {
    if (stream.remoteEnded) return;
    stream.remoteEnded = true;
    this.#forgetEnded(id, stream);
    yield { type: 'end', id };
  }

  #forgetEnded(id: number, stream: StreamState): void {
    if (stream.localEnded && stream.remoteEnded) this.#streams.delete(id);
  }
}

function resetFrame(id: number, status: number): Buffer {
  return controlFrame(frameType.rstStream, 0, id, status);
}

function idOf(payload: Buffer): number {
  return wordOf(payload) & 0x7fff_ffff;
}

function wordOf(payload: Buffer): number {
  if (payload.length < 4) throw new SpdyError('a control frame is cut short');
  return payload.readUInt32BE(0);
}
