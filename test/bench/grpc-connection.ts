import { connect, type Socket } from 'node:net';
import type { Method } from '@wherry/store/etcd-proto';
import { AnswerReader, preface, request } from './raw-http2.ts';

/**
 * A connection without TLS that makes one gRPC call at a time: deliberately bare, so that the server is measured and
 * not this. Anything but a message for an answer is an error.
 */
export class GrpcConnection implements Disposable {
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #reader: AnswerReader;
  #stream = -1;
  #rest: Buffer = Buffer.alloc(0);
  #onMessage: (message: Buffer) => void = () => undefined;
  #onEnd: () => void = () => undefined;
  #onError: (error: Error) => void = () => undefined;

  /** @param address host:port */
  constructor(address: string) {
    const colon = address.lastIndexOf(':');
    this.#authority = address;
    this.#socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), noDelay: true });
    this.#reader = new AnswerReader({
      send: (data) => void this.#socket.write(data),
      onData: (data) => this.#take(data),
      onEnd: () => this.#onEnd(),
    });
    this.#socket.on('data', (data: Buffer) => {
      try {
        this.#reader.take(data);
      } catch (error) {
        this.#onError(error as Error);
      }
    });
    this.#socket.on('error', (error) => this.#onError(error));
    this.#socket.on('close', () => this.#onError(new Error('the connection is closed')));
  }

  call<D, I>(method: Method<unknown, I, D, unknown>, message: I): Promise<D> {
    return new Promise((resolve, reject) => {
      let answer: Buffer | undefined;
      this.#onMessage = (data) => (answer = data);
      this.#onEnd = () => {
        if (answer === undefined) reject(new Error(`${method.path} was refused`));
        else resolve(method.responseDeserialize(answer));
      };
      this.#onError = reject;
      this.#send(method.path, method.requestSerialize(message), true);
    });
  }

  /** The connection is this stream's from now on; it ends with the connection. */
  stream<D, I>(method: Method<unknown, I, D, unknown>, first: I, onMessage: (message: D) => void): void {
    this.#onMessage = (data) => onMessage(method.responseDeserialize(data));
    this.#onEnd = () => this.#onError(new Error(`${method.path} ended`));
    this.#onError = (error) => {
      if (!this.#socket.destroyed) throw error;
    };
    this.#send(method.path, method.requestSerialize(first), false);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #send(path: string, message: Buffer, last: boolean): void {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    const fields = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', path],
      [':authority', this.#authority],
      ['content-type', 'application/grpc'],
      ['te', 'trailers'],
    ] as const;
    if (this.#stream < 0) this.#socket.write(preface());
    this.#socket.write(request((this.#stream += 2), fields, Buffer.concat([head, message]), last));
  }

  #take(data: Buffer): void {
    let rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    while (rest.length >= 5) {
      const end = 5 + rest.readUInt32BE(1);
      if (rest.length < end) break;
      this.#onMessage(rest.subarray(5, end));
      rest = rest.subarray(end);
    }
    this.#rest = rest;
  }
}
