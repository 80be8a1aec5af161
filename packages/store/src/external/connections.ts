import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  Client,
  connectivityState,
  credentials,
  Metadata,
  type ChannelCredentials,
  type ClientDuplexStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { kvService, type Id } from '../etcd-proto/index.ts';
import { StorageError } from '../storage.ts';
import { storageErrorOf } from './errors.ts';
import type { ExternalLimits, ExternalLog, ExternalStoreOptions } from './options.ts';

const ROUND_MS = 100;
/** Larger than any answer to a page of a list. */
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** The client's side of a call. */
interface Call<RequestI, ResponseD> {
  path: string;
  requestSerialize(value: RequestI): Buffer;
  responseDeserialize(bytes: Buffer): ResponseD;
}

interface Header {
  clusterId: Id;
  revision: number;
}

interface Answered {
  header: Header | undefined;
}

/**
 * The endpoints of one etcd cluster. One is used until it fails, then the next. A read is tried at the others; a write
 * only while it is certain that nothing was sent.
 */
export class Connections {
  readonly #clients: Client[];
  readonly #limits: ExternalLimits;
  readonly #log: ExternalLog | undefined;
  readonly #endpoints: readonly string[];
  #current = 0;
  /** Nothing new is sent. */
  #closing = false;
  #closed = false;
  #clusterId: Id | undefined;
  #seenRevision = 0;
  readonly #pending = new Set<Promise<unknown>>();
  /** Of which it is known, since they were connected, that the right cluster is there. */
  readonly #verified = new Set<Client>();
  readonly #failing = new Set<Client>();

  /** @throws {TypeError} for an endpoint that is no URL of etcd's */
  constructor(options: ExternalStoreOptions, limits: ExternalLimits) {
    if (options.endpoints.length === 0) throw new TypeError('no etcd endpoint is given');
    this.#endpoints = options.endpoints;
    this.#clients = options.endpoints.map((endpoint) => clientOf(endpoint, options.tls));
    this.#limits = limits;
    this.#log = options.log;
  }

  /** The newest revision that any answer told. */
  get seenRevision(): number {
    return this.#seenRevision;
  }

  /** @throws {StorageError} as Storage does @throws {TypeError} for what etcd calls an invalid argument */
  async call<RequestI, ResponseD extends Answered>(
    method: Call<RequestI, ResponseD>,
    request: RequestI,
    options: { isWrite: boolean; serializable?: boolean },
  ): Promise<ResponseD> {
    const answer = this.#call(method, request, options);
    this.#pending.add(answer);
    try {
      return await answer;
    } finally {
      this.#pending.delete(answer);
    }
  }

  async #call<RequestI, ResponseD extends Answered>(
    method: Call<RequestI, ResponseD>,
    request: RequestI,
    { isWrite, serializable }: { isWrite: boolean; serializable?: boolean },
  ): Promise<ResponseD> {
    const connectBy = Date.now() + this.#limits.connectTimeoutMs;
    for (let tries = 1; ; tries++) {
      const client = await this.#connect(connectBy);
      try {
        const deadline = Date.now() + this.#limits.requestTimeoutMs;
        const response = await unary(client, method, request, deadline, serializable ? new Metadata() : withLeader());
        this.check(response.header);
        if (this.#failing.delete(client)) {
          this.#log?.info({ endpoint: this.#endpointOf(client) }, 'etcd-endpoint-answers');
        }
        return response;
      } catch (cause) {
        if (this.#closed) throw closed(isWrite);
        const error = storageErrorOf(cause, isWrite);
        if (!(error instanceof StorageError) || error.code !== 'unavailable') throw error;
        this.failed(client, error);
        // Once more than there are endpoints: a connection may have been broken for long.
        if (tries > this.#clients.length) throw error;
      }
    }
  }

  /** The endpoint in use, once it is connected. Rejects `unavailable`. */
  connect(): Promise<Client> {
    return this.#connect(Date.now() + this.#limits.connectTimeoutMs);
  }

  /** A stream there. To be used: one that is cancelled in the same turn stays open in grpc-js. */
  stream<RequestI, ResponseD>(
    client: Client,
    { path, requestSerialize, responseDeserialize }: Call<RequestI, ResponseD>,
  ): ClientDuplexStream<RequestI, ResponseD> {
    return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, withLeader());
  }

  /** Something went wrong there: the next call tries another. */
  failed(client: Client, error: Error): void {
    if (this.#clients[this.#current] !== client) return;
    this.#verified.delete(client);
    this.#current = (this.#current + 1) % this.#clients.length;
    // Not every attempt: that it fails, and then that it is back.
    if (this.#failing.has(client)) return;
    this.#failing.add(client);
    this.#log?.warn({ endpoint: this.#endpointOf(client), error: error.message }, 'etcd-endpoint-failed');
  }

  /** Every answer's header. @throws {StorageError} when another cluster answers, of which nothing here is true */
  check(header: Header | undefined): void {
    if (header === undefined) return;
    this.#clusterId ??= header.clusterId;
    if (this.#clusterId !== header.clusterId) {
      const ids = [header.clusterId, this.#clusterId].map((id) => id.toString(16));
      throw new StorageError('corrupt', `etcd is of the cluster ${ids[0]} now, and was of ${ids[1]}: start again`);
    }
    if (header.revision > this.#seenRevision) this.#seenRevision = header.revision;
  }

  /** What was sent is answered first, within the time of a request; what was not is not any more. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#pending);
    this.#closed = true;
    for (const client of this.#clients) client.close();
  }

  /** Nothing is sent by it, so it is tried again and again until the time is up. */
  async #connect(byMs: number): Promise<Client> {
    for (;;) {
      let failure: Error | undefined;
      for (const _ of this.#clients) {
        if (this.#closing) throw closed(false);
        const client = this.#clients[this.#current] as Client;
        try {
          if (client.getChannel().getConnectivityState(true) !== connectivityState.READY) {
            this.#verified.delete(client);
            await connected(client, byMs);
          }
          if (!this.#verified.has(client)) await this.#verify(client);
          return client;
        } catch (error) {
          failure = storageErrorOf(error, false);
          if (failure instanceof StorageError && failure.code === 'corrupt') throw failure;
          this.failed(client, failure);
        }
      }
      if (Date.now() + ROUND_MS >= byMs) {
        throw new StorageError('unavailable', `etcd cannot be reached: ${failure?.message}`, { cause: failure });
      }
      await sleep(ROUND_MS);
    }
  }

  /** Before anything is written there: somebody may have put another etcd in its place. */
  async #verify(client: Client): Promise<void> {
    const request = { key: '\0', countOnly: true, serializable: true };
    const deadline = Date.now() + this.#limits.requestTimeoutMs;
    const { header } = await unary(client, kvService.range, request, deadline, new Metadata());
    this.check(header);
    this.#verified.add(client);
  }

  #endpointOf(client: Client): string | undefined {
    return this.#endpoints[this.#clients.indexOf(client)];
  }
}

function closed(isWrite: boolean): StorageError {
  return new StorageError(isWrite ? 'unknown' : 'closed', 'the store is closed');
}

function clientOf(endpoint: string, tls: ExternalStoreOptions['tls']): Client {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // A URL forgets a port that is the default one of its scheme, which is not etcd's.
  const port = /:(\d+)\/?$/.exec(endpoint)?.[1];
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || port === undefined) {
    throw new TypeError(`not the URL of an etcd, such as https://127.0.0.1:2379: ${endpoint}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Client(
    `${url.hostname}:${port}`,
    url.protocol === 'https:' ? secure(host, tls) : credentials.createInsecure(),
    {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_retries': 0,
      'grpc.keepalive_time_ms': 10_000,
      'grpc.keepalive_timeout_ms': 5_000,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // A channel of its own, which close() ends.
      'grpc.use_local_subchannel_pool': 1,
      // TLS knows no names for addresses; what the certificate has to be for is checked by ourselves.
      ...(isIP(host) === 0 ? {} : { 'grpc.ssl_target_name_override': 'localhost' }),
    },
  );
}

function secure(host: string, tls: ExternalStoreOptions['tls']): ChannelCredentials {
  const bytes = (pem: string | undefined): Buffer | null => (pem === undefined ? null : Buffer.from(pem));
  return credentials.createSsl(bytes(tls?.ca), bytes(tls?.key), bytes(tls?.cert), {
    checkServerIdentity: (_name: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
  });
}

/** Etcd then refuses at a member that knows no leader, instead of letting the call wait. */
function withLeader(): Metadata {
  const metadata = new Metadata();
  metadata.set('hasleader', 'true');
  return metadata;
}

function connected(client: Client, byMs: number): Promise<void> {
  const channel = client.getChannel();
  return new Promise((resolve, reject) => {
    const look = (late?: Error): void => {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) resolve();
      else if (late) reject(new Error('not connected in time'));
      else if (state === connectivityState.TRANSIENT_FAILURE) reject(new Error('connection refused or broken'));
      else if (state === connectivityState.SHUTDOWN) reject(new Error('the channel is closed'));
      else channel.watchConnectivityState(state, byMs, look);
    };
    look();
  });
}

function unary<RequestI, ResponseD>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: Call<RequestI, ResponseD>,
  request: RequestI,
  deadline: number,
  metadata: Metadata,
): Promise<ResponseD> {
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, response?: ResponseD): void => {
      if (error) reject(error);
      else resolve(response as ResponseD);
    };
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, { deadline }, done);
  });
}
