import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { CompareResult, CompareTarget, kvService, type Method } from '@wherry/store/etcd-proto';

export interface Tls {
  ca: string;
  cert: string;
  key: string;
}

/** `sent`: it may have taken effect. */
export class EtcdError extends Error {
  readonly sent: boolean;
  readonly code: number;
  constructor(error: ServiceError) {
    super(error.details || error.message);
    this.code = error.code;
    // A request is not sent before there is a connection; and what is refused for its contents changed nothing.
    this.sent =
      !(
        error.code === status.UNAVAILABLE &&
        /ECONNREFUSED|No connection established|before the deadline/.test(this.message)
      ) && ![status.INVALID_ARGUMENT, status.FAILED_PRECONDITION, status.RESOURCE_EXHAUSTED].includes(error.code);
  }
}

/** The etcd v3 API of one member. Every call has a limit of time. */
export class EtcdClient implements Disposable {
  readonly #client: Client;
  readonly #timeoutMs: number;

  /** @param address host:port */
  constructor(address: string, { ca, cert, key }: Tls, timeoutMs = 2_000) {
    const name = address.slice(0, address.lastIndexOf(':'));
    const verify = { checkServerIdentity: (_: string, peer: PeerCertificate) => checkServerIdentity(name, peer) };
    const [caBytes, keyBytes, certBytes] = [ca, key, cert].map((pem) => Buffer.from(pem)) as [Buffer, Buffer, Buffer];
    this.#timeoutMs = timeoutMs;
    this.#client = new Client(address, credentials.createSsl(caBytes, keyBytes, certBytes, verify), {
      ...(isIP(name) === 0 ? {} : { 'grpc.ssl_target_name_override': 'localhost' }),
      'grpc.enable_http_proxy': 0,
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.min_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
      // A member that is cut off takes its connections with it without a word.
      'grpc.keepalive_time_ms': 2_000,
      'grpc.keepalive_timeout_ms': 1_000,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<D, I>(method: Method<unknown, I, D, unknown>, request: I, timeoutMs = this.#timeoutMs): Promise<D> {
    const { path, requestSerialize, responseDeserialize } = method;
    const deadline = Date.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        { deadline },
        (error, answer) => (error ? reject(new EtcdError(error)) : resolve(answer as D)),
      );
    });
  }

  /** A call that streams both ways. */
  stream<D, I>(method: Method<unknown, I, D, unknown>) {
    const { path, requestSerialize, responseDeserialize } = method;
    const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    call.on('error', () => undefined);
    return {
      answers: call as AsyncIterable<D>,
      write: (request: I): void => void call.write(request),
      cancel: () => call.cancel(),
    };
  }

  async put(key: string, value: string): Promise<void> {
    await this.call(kvService.put, { key, value: Buffer.from(value) });
  }

  /** Linearizable. */
  async get(key: string): Promise<string | undefined> {
    const { kvs } = await this.call(kvService.range, { key });
    return kvs[0] && Buffer.from(kvs[0].value).toString();
  }

  /** Replaces the value if it is `from` (undefined: if there is none). */
  async swap(key: string, from: string | undefined, to: string): Promise<boolean> {
    const { succeeded } = await this.call(kvService.txn, {
      compare: [
        from === undefined
          ? { key, target: CompareTarget.create, result: CompareResult.equal, createRevision: 0 }
          : { key, target: CompareTarget.value, result: CompareResult.equal, value: Buffer.from(from) },
      ],
      success: [{ put: { key, value: Buffer.from(to) } }],
    });
    return succeeded;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
