import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import type { Method } from '@wherry/store/etcd-proto';
import { CliError } from '../cli/errors.ts';
import { duration, list, string } from '../cli/flags.ts';
import { ETCD_CLIENT_URLS } from '../cluster/control-plane.ts';
import { placesOf } from '../cluster/places.ts';

const COMMAND_TIMEOUT_MS = 10_000;

/** etcdctl's names; the certificates are those of the administrator that `wherry up` made. */
export const connectionFlags = {
  endpoints: list('Addresses of the etcd v3 API; those that wherry up gives unless told'),
  cacert: string('The authority of its certificates, PEM'),
  cert: string('The certificate to show to it, PEM'),
  key: string('The key of that certificate, PEM'),
  home: string('The folder that was given to up'),
  'command-timeout': duration('How long to wait for an answer', COMMAND_TIMEOUT_MS),
};

export interface ConnectionFlagValues {
  readonly endpoints: readonly string[];
  readonly cacert: string;
  readonly cert: string;
  readonly key: string;
  readonly home: string;
  readonly 'command-timeout': number;
}

/** Like ConnectionFlagValues, with what `wherry up` gives where nothing else is told. */
export type EtcdConnectionOptions = Partial<ConnectionFlagValues> & { readonly pki?: string };

const CONNECT_TIMEOUT_MS = 3_000;
/** A snapshot comes in pieces of any size. */
const MAX_MESSAGE_BYTES = 64 << 20;

/** The etcd v3 API of a cluster's members. */
export class EtcdConnection implements Disposable {
  readonly endpoints: readonly string[];
  readonly #tls: { ca: Buffer; key: Buffer; cert: Buffer };
  readonly #timeoutMs: number;
  readonly #clients = new Map<string, Client>();

  /** @throws {CliError} for files that cannot be read */
  constructor(options: EtcdConnectionOptions) {
    const pki = join(options.pki ?? placesOf(options.home || undefined).pki, 'etcd');
    this.endpoints = options.endpoints?.length ? options.endpoints.map(endpointOf) : ETCD_CLIENT_URLS;
    this.#timeoutMs = options['command-timeout'] ?? COMMAND_TIMEOUT_MS;
    this.#tls = {
      ca: read(options.cacert || join(pki, 'ca.crt')),
      cert: read(options.cert || join(pki, 'healthcheck-client.crt')),
      key: read(options.key || join(pki, 'healthcheck-client.key')),
    };
  }

  /** Asks the first endpoint that can be reached, or the one given. @throws {CliError} */
  async call<D, I>(method: Method<unknown, I, D, unknown>, request: I, endpoint?: string): Promise<D> {
    const client = endpoint === undefined ? await this.#firstReachable() : this.#client(endpoint);
    const deadline = Date.now() + this.#timeoutMs;
    const { path, requestSerialize, responseDeserialize } = method;
    return new Promise((resolve, reject) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline }, (error, answer) => {
        if (error) reject(explain(error, endpoint));
        else resolve(answer as D);
      });
    });
  }

  /** The answers of a call that streams them; without a limit of time. */
  async *stream<D, I>(method: Method<unknown, I, D, unknown>, request: I): AsyncGenerator<D, void, undefined> {
    const client = await this.#firstReachable();
    const answers = client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
    );
    try {
      for await (const answer of answers) yield answer as D;
    } catch (error) {
      throw explain(error as ServiceError, undefined);
    } finally {
      answers.cancel();
    }
  }

  async #firstReachable(): Promise<Client> {
    let failure: unknown;
    for (const endpoint of this.endpoints) {
      const client = this.#client(endpoint);
      try {
        await ready(client, Math.min(CONNECT_TIMEOUT_MS, this.#timeoutMs));
        return client;
      } catch (error) {
        failure = error;
      }
    }
    const reason = (failure as Error | undefined)?.message ?? 'no endpoint was given';
    throw new CliError(`no member answers on ${this.endpoints.join(', ')}: ${reason}`);
  }

  #client(endpoint: string): Client {
    const known = this.#clients.get(endpoint);
    if (known !== undefined) return known;
    const { ca, key, cert } = this.#tls;
    const { host, hostname } = new URL(endpoint);
    const name = hostname.replace(/^\[(.*)\]$/, '$1');
    const verify = { checkServerIdentity: (_: string, peer: PeerCertificate) => checkServerIdentity(name, peer) };
    const made = new Client(host, credentials.createSsl(ca, key, cert, verify), {
      // Only what is said in the TLS handshake, where an address may not stand; what is checked is the line above.
      ...(isIP(name) === 0 ? {} : { 'grpc.ssl_target_name_override': 'localhost' }),
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_http_proxy': 0,
    });
    this.#clients.set(endpoint, made);
    return made;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
  }
}

function ready(client: Client, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (error) => (error ? reject(error) : resolve()));
  });
}

/** etcd's own words are the whole of what it says. */
function explain(error: ServiceError, endpoint: string | undefined): CliError {
  const where = endpoint === undefined ? '' : `${endpoint}: `;
  if (error.code === status.DEADLINE_EXCEEDED) return new CliError(`${where}no answer in time`);
  return new CliError(`${where}${error.details || error.message}`);
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) && text.includes('://') ? new URL(text) : new URL(`https://${text}`);
  if (url.protocol !== 'https:') throw new CliError(`endpoint ${text}: only https is spoken`);
  return url.origin;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CliError(`unable to read ${path}: ${(error as Error).message}`);
  }
}
