import type { Duplex, Readable, Writable } from 'node:stream';
import type { Socket } from 'node:net';
import { portHeader, requestIdHeader, streamTypeHeader, type ChannelSocket, type SpdyStream } from '@wherry/streaming';
import { Refusal } from './refusal.ts';

/** Connects to a port on the pod's own loopback. */
export type DialPod = (port: number) => Promise<Socket>;

export interface ForwardedPod {
  readonly name: string;
  readonly uid: string;
  readonly dial: DialPod;
}

const PAIR_TIMEOUT_MS = 30_000;
const MAX_PORTS = 100;

/** Port-forward over SPDY: each connection is a pair of streams, for data and for words of failure, under one request id. */
export class PortForwardPairs {
  readonly #pod: ForwardedPod;
  readonly #halves = new Map<string, { stream: SpdyStream; timer: NodeJS.Timeout }>();

  constructor(pod: ForwardedPod) {
    this.#pod = pod;
  }

  readonly take = (stream: SpdyStream): void => {
    stream.on('error', () => undefined);
    const { [streamTypeHeader]: type = '', [requestIdHeader]: id = '', [portHeader]: text = '' } = stream.headers;
    const port = portOf(text);
    if ((type !== 'data' && type !== 'error') || port === undefined) {
      stream.destroy();
      return;
    }
    const half = this.#halves.get(id);
    if (half === undefined) {
      const timer = setTimeout(() => {
        this.#halves.delete(id);
        stream.destroy();
      }, PAIR_TIMEOUT_MS);
      this.#halves.set(id, { stream, timer });
      stream.once('close', () => {
        if (this.#halves.get(id)?.stream !== stream) return;
        clearTimeout(timer);
        this.#halves.delete(id);
      });
      return;
    }
    clearTimeout(half.timer);
    this.#halves.delete(id);
    const [data, error] = type === 'data' ? [stream, half.stream] : [half.stream, stream];
    if (data.headers[streamTypeHeader] === error.headers[streamTypeHeader]) {
      data.destroy();
      error.destroy();
      return;
    }
    error.resume();
    void forwardPort(this.#pod, port, data, data, error).finally(() => data.destroy());
  };
}

/** The ports named in the query, for the protocol over WebSocket. Throws 400. */
export function forwardedPorts(query: URLSearchParams): number[] {
  const texts = query.getAll('port');
  if (texts.length === 0) throw new Refusal(400, 'query parameter "port" is required');
  const ports: number[] = [];
  for (const text of texts.flatMap((list) => list.split(','))) {
    if (text === '') throw new Refusal(400, 'query parameter "port" cannot be empty');
    const port = portOf(text);
    if (port === undefined) throw new Refusal(400, `unable to parse ${JSON.stringify(text)} as a port`);
    ports.push(port);
  }
  if (ports.length > MAX_PORTS) throw new Refusal(400, 'too many ports');
  return ports;
}

/** Port-forward over WebSocket: one connection for each port, at once. Two channels each; both begin with the port. */
export async function forwardChannels(
  pod: ForwardedPod,
  ports: readonly number[],
  socket: ChannelSocket,
): Promise<void> {
  await Promise.all(
    ports.map(async (port, i) => {
      const [data, error] = [i * 2, i * 2 + 1];
      const input = socket.reader(data);
      const head = Buffer.alloc(2);
      head.writeUInt16LE(port);
      for (const to of [data, error]) socket.send(to, head);
      await forwardPort(pod, port, input, socket.writer(data), socket.writer(error));
    }),
  );
  socket.close();
}

/** Resolves when both directions are over; what went wrong is said on `error`, which ends in any case. */
async function forwardPort(
  pod: ForwardedPod,
  port: number,
  input: Readable,
  output: Writable | Duplex,
  error: Writable,
): Promise<void> {
  error.on('error', () => undefined);
  try {
    const socket = await pod.dial(port);
    await join(socket, input, output);
  } catch (cause) {
    const why = (cause as Error).message;
    if (!error.destroyed) error.write(`error forwarding port ${port} to pod ${pod.name}, uid ${pod.uid}: ${why}`);
  }
  await new Promise<void>((resolve) => {
    if (error.destroyed) return resolve();
    error.once('close', resolve);
    error.end(resolve);
  });
}

function join(socket: Socket, input: Readable, output: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    // A client that has gone takes its connection with it.
    for (const stream of new Set<Readable | Writable>([input, output])) {
      stream.on('error', () => socket.destroy());
      stream.once('close', () => {
        if (!input.readableEnded || !output.writableFinished) socket.destroy();
      });
    }
    socket.once('error', reject);
    socket.once('close', () => resolve());
    if (input.destroyed) socket.destroy();
    input.pipe(socket);
    socket.pipe(output);
  });
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
