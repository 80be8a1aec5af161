import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { WebSocket } from 'ws';
import type { ClientConfig } from './client-config.ts';
import { connect, tlsIdentity, type TlsIdentity } from './connect.ts';
import { Credentials } from './credentials.ts';
import { deadline } from './deadline.ts';
import { ResourceClient } from './resource-client.ts';
import { responseError } from './response-error.ts';
import { ServerPool } from './server-pool.ts';
import { ConnectionError, cutShort, toConnectionError, type TransportResponse } from './transport.ts';
import type { Upgraded } from './upgrade.ts';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface RestRequest {
  readonly method: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Query | undefined;
  /** An object is sent as JSON; a string or Buffer as it is. */
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  readonly accept?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the whole answer, or for the headers of a stream. One minute unless told; Infinity is allowed. */
  readonly timeoutMs?: number | undefined;
}

export interface RestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface StreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Ends with an error when the server goes away; destroy it to stop early. */
  readonly body: Readable;
  /** Whether the body that ended was all of it: false when the connection was lost. */
  complete(): boolean;
}

export interface ForwardedRequest {
  readonly method: string;
  /** With its query, already encoded. */
  readonly path: string;
  /** Those that say who asks are this client's own. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: Buffer | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface UpgradeOptions {
  /** POST unless told. */
  readonly method?: string | undefined;
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestClientOptions {
  /** Told of every answer, and of requests that got none (`code` 0). */
  readonly observe?: ((method: string, code: number, seconds: number) => void) | undefined;
}

const requestTimeoutMs = 60_000;
const maxBusyRetries = 5;
const maxRetryAfterSeconds = 30;
const maxLostRetries = 2;

/**
 * Speaks HTTP to an apiserver: one connection for everything, several servers with fail-over. An answer of 429 or 503
 * with Retry-After is retried a few times (503 at the other servers first: this one cannot serve at present), as is a
 * lost connection when the verb only reads or the server cannot have seen the request.
 */
export class RestClient implements AsyncDisposable {
  readonly config: ClientConfig;
  readonly #tls: TlsIdentity;
  readonly #credentials: Credentials;
  readonly #pool: ServerPool;
  readonly #observe: (method: string, code: number, seconds: number) => void;

  /** @throws {Error} for a bad URL or certificate */
  constructor(config: ClientConfig, options: RestClientOptions = {}) {
    const servers = config.servers.map(parseServer);
    if (servers.length === 0) throw new Error('no server is configured');
    this.config = config;
    this.#observe = options.observe ?? (() => undefined);
    this.#tls = tlsIdentity(config);
    this.#credentials = new Credentials(config);
    this.#pool = new ServerPool(servers, this.#tls, connect);
  }

  /** The parsed JSON answer; text when it is not JSON; undefined when it is empty. @throws {StatusError | ConnectionError} */
  async request<T>(request: RestRequest): Promise<T> {
    const { body, headers } = await this.raw(request);
    if (body.length === 0) return undefined as T;
    const text = body.toString('utf8');
    if (headers['content-type']?.includes('json') !== true) return text as T;
    return JSON.parse(text) as T;
  }

  /** The answer's bytes as they came. @throws {StatusError | ConnectionError} */
  async raw(request: RestRequest): Promise<RestResponse> {
    const timeoutMs = request.timeoutMs ?? requestTimeoutMs;
    const limit = deadline(request.signal, timeoutMs, () => this.#timedOut(timeoutMs));
    try {
      return await retryBusy(limit.signal, () =>
        this.#send(request, limit.signal, async (response) => {
          const body = await readAll(response, limit.signal);
          if (response.status >= 400) throw errorOf(response, body);
          return { status: response.status, headers: response.headers, body };
        }),
      );
    } finally {
      limit.done();
    }
  }

  /** The answer as it flows: watches, logs. The signal ends it. @throws {StatusError | ConnectionError} */
  async stream(request: RestRequest): Promise<StreamResponse> {
    const timeoutMs = request.timeoutMs ?? requestTimeoutMs;
    const limit = deadline(request.signal, timeoutMs, () => this.#timedOut(timeoutMs));
    try {
      const response = await retryBusy(limit.signal, () =>
        this.#send(request, limit.signal, async (answer) => {
          if (answer.status >= 400) throw errorOf(answer, await readAll(answer, limit.signal));
          return answer;
        }),
      );
      limit.disarm();
      response.body.once('close', limit.done);
      return response;
    } catch (error) {
      limit.done();
      throw error;
    }
  }

  /** Opens a WebSocket (exec, attach, port-forward) with this client's identity. @throws {StatusError | ConnectionError} */
  async webSocket(path: string, query: Query, protocols: readonly string[], signal?: AbortSignal): Promise<WebSocket> {
    const { openWebSocket } = await import('./web-socket.ts');
    return this.#apart(signal, async (server) => {
      const url = new URL(server.origin.replace(/^http/, 'ws') + pathOn(server, path, query));
      return openWebSocket(url, protocols, { tls: this.#tls, headers: await this.#credentials.headers(), signal });
    });
  }

  /** A request as somebody else made it, and its answer as it flows, whatever its code. @throws {ConnectionError} */
  async forward(request: ForwardedRequest): Promise<StreamResponse> {
    const { transport, server } = await this.#pool.acquire(request.signal);
    const { method, body, signal } = request;
    const headers = { ...request.headers, ...(await this.#credentials.headers()) };
    try {
      return await transport.request({ method, path: pathOn(server, request.path, undefined), headers, body, signal });
    } catch (error) {
      if (error instanceof ConnectionError && (!transport.usable || !error.sent)) this.#pool.discard(transport);
      throw error;
    }
  }

  /** Turns a connection of its own over to another protocol, such as SPDY/3.1. @throws {StatusError | ConnectionError} */
  async upgrade(path: string, protocol: string, options: UpgradeOptions = {}): Promise<Upgraded> {
    const { openUpgrade } = await import('./upgrade.ts');
    const { method, signal } = options;
    return this.#apart(signal, async (server) => {
      const headers = { ...(await this.#credentials.headers()), ...options.headers };
      const url = new URL(server.origin + pathOn(server, path, options.query));
      return openUpgrade(url, protocol, { tls: this.#tls, method, headers, signal });
    });
  }

  resource<T extends KubeObject>(resource: Resource<T>): ResourceClient<T> {
    return new ResourceClient(this, resource);
  }

  close(): void {
    this.#pool.close();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  /** A connection of its own to the server in use; to the next one when that cannot be reached. */
  async #apart<R>(signal: AbortSignal | undefined, open: (server: URL) => Promise<R>): Promise<R> {
    for (let attempt = 0; ; attempt++) {
      const { transport, server } = await this.#pool.acquire(signal);
      try {
        return await open(server);
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.sent || attempt >= maxLostRetries) throw error;
        this.#pool.discard(transport);
      }
    }
  }

  async #send<R>(request: RestRequest, signal: AbortSignal, read: (r: TransportResponse) => Promise<R>): Promise<R> {
    const body = encodeBody(request.body);
    const headers = {
      ...(await this.#credentials.headers()),
      accept: request.accept ?? 'application/json',
      ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...request.headers,
    };
    let elsewhere = this.#pool.size - 1;
    for (let lost = 0; ; ) {
      const { transport, server } = await this.#pool.acquire(signal);
      const startMs = performance.now();
      const observe = (code: number): void => this.#observe(request.method, code, (performance.now() - startMs) / 1000);
      try {
        const path = pathOn(server, request.path, request.query);
        const response = await transport.request({ method: request.method, path, headers, body, signal });
        observe(response.status);
        return await read(response);
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof ConnectionError) {
          observe(0);
          if (!transport.usable || !error.sent) this.#pool.discard(transport);
          const safe = !error.sent || ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
          if (!safe || lost++ >= maxLostRetries) throw error;
        } else {
          if (retryAfter(error, [503]) === undefined || elsewhere-- === 0) throw error;
          this.#pool.discard(transport);
        }
      }
    }
  }

  #timedOut(timeoutMs: number): ConnectionError {
    const server = this.#pool.server.origin;
    return new ConnectionError(server, `${server}: no answer within ${timeoutMs} ms`, {
      code: 'ETIMEDOUT',
      sent: true,
    });
  }
}

function parseServer(text: string): URL {
  const url = URL.canParse(text)
    ? new URL(text)
    : URL.canParse(`https://${text}`)
      ? new URL(`https://${text}`)
      : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Error(`server ${JSON.stringify(text)} is not an http or https URL`);
  }
  return url;
}

/** A server's URL may have a path of its own, as behind a reverse proxy. */
function pathOn(server: URL, path: string, query: Query | undefined): string {
  const base = server.pathname === '/' ? path : server.pathname.replace(/\/$/, '') + path;
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (typeof value === 'string') pairs.append(key, value);
    else for (const item of value ?? []) pairs.append(key, item);
  }
  const text = pairs.toString();
  if (text === '') return base;
  return base + (base.includes('?') ? '&' : '?') + text;
}

function encodeBody(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

async function readAll(response: TransportResponse, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    // Not `for await`: it takes an HTTP/2 stream that the peer has closed for broken, though its last bytes are unread.
    await new Promise<void>((resolve, reject) => {
      if (response.body.destroyed) return reject(response.body.errored ?? new Error('closed before it was read'));
      response.body.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.body.once('end', resolve);
      response.body.once('error', reject);
      response.body.once('close', () => reject(new Error('closed before its end')));
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toConnectionError('connection lost while reading the answer', error, true);
  }
  if (signal.aborted) throw signal.reason;
  if (!response.complete()) throw cutShort();
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function errorOf(response: TransportResponse, body: Buffer): Error {
  const header = response.headers['retry-after'];
  const seconds = header === undefined ? Number.NaN : Number(header);
  return responseError(response.status, body, Number.isFinite(seconds) ? seconds : undefined);
}

/** 429 and 503 mean that nothing was done; without Retry-After the server does not ask to be tried again. */
async function retryBusy<R>(signal: AbortSignal, attempt: () => Promise<R>): Promise<R> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const seconds = retryAfter(error, [429, 503]);
      if (seconds === undefined || tries >= maxBusyRetries || signal.aborted) throw error;
      await sleep(Math.min(seconds, maxRetryAfterSeconds) * 1000, undefined, { signal });
    }
  }
}

function retryAfter(error: unknown, codes: readonly number[]): number | undefined {
  const status = (error as { status?: { code?: number; details?: { retryAfterSeconds?: number } } }).status;
  if (status?.code === undefined || !codes.includes(status.code)) return undefined;
  return status.details?.retryAfterSeconds;
}
