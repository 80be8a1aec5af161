import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Channels of exec and attach. */
export const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** The message that ends a channel, in v5 alone: this byte, then the channel's. */
const CLOSE = 255;
const MAX_CHANNELS = 255;
const CHANNEL_BUFFER_BYTES = 256 * 1024;

export interface ChannelProtocol {
  /** '' when the client names none. */
  readonly name: string;
  readonly base64: boolean;
  /** The error channel carries a Status; else words, and nothing after success. */
  readonly status: boolean;
  /** A channel can be ended on its own. */
  readonly close: boolean;
}

const of = (name: string, base64: boolean, status: boolean, close = false): ChannelProtocol => ({
  name,
  base64,
  status,
  close,
});

/** In the order of our liking; the unnamed one is the oldest. */
export const remoteCommandProtocols: readonly ChannelProtocol[] = [
  of('v5.channel.k8s.io', false, true, true),
  of('v4.channel.k8s.io', false, true),
  of('v4.base64.channel.k8s.io', true, true),
  of('channel.k8s.io', false, false),
  of('base64.channel.k8s.io', true, false),
  of('', false, false),
];

export const portForwardProtocols: readonly ChannelProtocol[] = [
  of('v4.channel.k8s.io', false, true),
  of('v4.base64.channel.k8s.io', true, true),
  of('', false, true),
];

/** The names in a Sec-WebSocket-Protocol header. */
export function offeredProtocols(header: string | undefined): string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** The first of the client's that we speak, as upstream chooses; the unnamed one when it offers none. */
export function chooseProtocol(
  offered: readonly string[],
  served: readonly ChannelProtocol[],
): ChannelProtocol | undefined {
  if (offered.length === 0) return served.find(({ name }) => name === '');
  for (const name of offered) {
    const found = served.find((protocol) => protocol.name === name);
    if (found) return found;
  }
  return undefined;
}

/** Streams over the messages of a WebSocket: the first byte of each says which. Fails and closes as the socket does. */
export class ChannelSocket {
  readonly #socket: WebSocket;
  readonly #protocol: ChannelProtocol;
  readonly #readers = new Map<number, Readable>();
  readonly #full = new Set<Readable>();

  constructor(socket: WebSocket, protocol: ChannelProtocol) {
    this.#socket = socket;
    this.#protocol = protocol;
    socket.on('message', (data) => this.#receive(Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)));
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      for (const reader of this.#readers.values()) reader.destroy();
    });
  }

  get closed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN;
  }

  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.#socket.once('close', listener);
  }

  /** What comes on a channel; ends when the peer ends it, and is destroyed with the socket. Ask at once. */
  reader(of: number): Readable {
    const reader = new Readable({
      highWaterMark: CHANNEL_BUFFER_BYTES,
      read: () => this.#drained(reader),
      destroy: (error, done) => {
        this.#readers.delete(of);
        this.#drained(reader);
        done(error);
      },
    });
    this.#readers.set(of, reader);
    return reader;
  }

  writer(to: number): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => this.send(to, chunk, () => done()),
    });
  }

  /** Tells the peer that no more comes on a channel; before v5 there are no words for it. */
  end(of: number): void {
    if (this.#protocol.close) this.#transmit(Buffer.from([CLOSE, of]), () => undefined);
  }

  send(to: number, data: Buffer, sent: () => void = () => undefined): void {
    const { base64 } = this.#protocol;
    if (base64) this.#transmit(`${String.fromCharCode(48 + to)}${data.toString('base64')}`, sent);
    else this.#transmit(Buffer.concat([Buffer.from([to]), data]), sent);
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  #transmit(message: Buffer | string, sent: () => void): void {
    if (this.closed) return sent();
    // Errors come with the socket's close.
    this.#socket.send(message, { binary: typeof message !== 'string' }, () => sent());
  }

  #receive(message: Buffer): void {
    if (message.length === 0) return;
    const { base64, close } = this.#protocol;
    const first = message[0]!;
    if (close && first === CLOSE) {
      const ended = message.length > 1 ? this.#readers.get(message[1]!) : undefined;
      // Once: what comes on it afterwards, against the protocol, is for nobody.
      this.#readers.delete(message[1] ?? CLOSE);
      ended?.push(null);
      return;
    }
    const from = base64 ? first - 48 : first;
    if (from < 0 || from >= MAX_CHANNELS) return;
    const reader = this.#readers.get(from);
    if (reader === undefined || message.length === 1) return;
    const data = base64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1);
    if (reader.push(data)) return;
    this.#full.add(reader);
    this.#socket.pause();
  }

  #drained(reader: Readable): void {
    if (this.#full.delete(reader) && this.#full.size === 0) this.#socket.resume();
  }
}
