import {
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import type { Method } from '../../etcd-proto/index.ts';

/** A client of one etcd endpoint by the usual gRPC library, so that our own server is not tested by its like. */
export class EtcdClient {
  readonly #client: Client;

  constructor(address: string, channel: ChannelCredentials = credentials.createInsecure()) {
    this.#client = new Client(address, channel, {
      'grpc.max_receive_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<Q, QI, S, SI>(method: Method<Q, QI, S, SI>, request: QI, metadata: Record<string, string> = {}): Promise<S> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        method.path,
        (value: QI) => method.requestSerialize(value),
        (bytes: Buffer) => method.responseDeserialize(bytes),
        request,
        asMetadata(metadata),
        { deadline: Date.now() + 20_000 },
        (error: ServiceError | null, response?: S) => (error === null ? resolve(response as S) : reject(error)),
      );
    });
  }

  /** A stream of answers to one request. */
  read<Q, QI, S, SI>(method: Method<Q, QI, S, SI>, request: QI): ClientReadableStream<S> {
    return this.#client.makeServerStreamRequest(
      method.path,
      (value: QI) => method.requestSerialize(value),
      (bytes: Buffer) => method.responseDeserialize(bytes),
      request,
    );
  }

  open<Q, QI, S, SI>(method: Method<Q, QI, S, SI>, metadata: Record<string, string> = {}): Duplex<QI, S> {
    return new Duplex(
      this.#client.makeBidiStreamRequest(
        method.path,
        (value: QI) => method.requestSerialize(value),
        (bytes: Buffer) => method.responseDeserialize(bytes),
        asMetadata(metadata),
      ),
    );
  }

  close(): void {
    this.#client.close();
  }
}

/** A stream of which tests await one answer after the other. */
export class Duplex<Q, S> {
  readonly stream: ClientDuplexStream<Q, S>;
  readonly #answers: S[] = [];
  #wake: (() => void) | undefined;
  #end: Error | 'ended' | undefined;

  constructor(stream: ClientDuplexStream<Q, S>) {
    this.stream = stream;
    stream.on('data', (answer: S) => this.#note(() => this.#answers.push(answer)));
    stream.on('error', (error) => this.#note(() => (this.#end ??= error)));
    stream.on('end', () => this.#note(() => (this.#end ??= 'ended')));
  }

  send(request: Q): void {
    this.stream.write(request);
  }

  /** The next answer; rejects when the stream has ended without one, with its error if it had one. */
  async next(): Promise<S> {
    while (this.#answers.length === 0) {
      // The status of a call comes after the end of its answers.
      if (this.#end instanceof Error) throw this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#answers.shift() as S;
  }

  close(): void {
    this.stream.cancel();
  }

  #note(change: () => void): void {
    change();
    this.#wake?.();
  }
}

function asMetadata(entries: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.set(key, value);
  return metadata;
}
