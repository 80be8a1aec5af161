import type { Agent, ClientRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TlsIdentity } from './connect.ts';
import {
  toConnectionError,
  wasConnected,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts';

// Not by import: an ES module of node:http loads its WebSocket client along, 13 MB and 28 ms.
const { Agent: HttpAgent, request: httpRequest } = process.getBuiltinModule('node:http');

/** Watches hold a socket each. */
const maxSockets = 256;
const keepAliveMs = 30_000;

/** HTTP/1.1 with kept-alive sockets: for http:// servers (kubectl proxy) and those without HTTP/2. */
export class Http1Transport implements Transport {
  readonly #server: URL;
  readonly #agent: Agent;
  #open = true;

  constructor(server: URL, tls: TlsIdentity) {
    this.#server = server;
    const options = { keepAlive: true, keepAliveMsecs: keepAliveMs, maxSockets, scheduling: 'lifo' as const };
    this.#agent = server.protocol === 'https:' ? new HttpsAgent({ ...tls, ...options }) : new HttpAgent(options);
  }

  get usable(): boolean {
    return this.#open;
  }

  get ended(): boolean {
    return !this.#open && Object.keys(this.#agent.sockets).length === 0;
  }

  request(request: TransportRequest): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      const { signal } = request;
      if (signal?.aborted) return reject(signal.reason);
      const outgoing = this.#start(request);
      const abort = (): void => void outgoing.destroy();
      signal?.addEventListener('abort', abort, { once: true });
      outgoing.once('response', (response) => {
        response.once('close', () => signal?.removeEventListener('abort', abort));
        const { headers, statusCode: status = 0 } = response;
        resolve({ status, headers, body: response, complete: () => response.complete });
      });
      outgoing.on('error', (error) => {
        signal?.removeEventListener('abort', abort);
        if (signal?.aborted) return reject(signal.reason);
        reject(toConnectionError(this.#server.origin, error, wasConnected(error)));
      });
      outgoing.once('close', () => {
        if (signal?.aborted) reject(signal.reason);
      });
      outgoing.end(request.body);
    });
  }

  #start(request: TransportRequest): ClientRequest {
    const start = this.#server.protocol === 'https:' ? httpsRequest : httpRequest;
    return start({
      protocol: this.#server.protocol,
      hostname: this.#server.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: this.#server.port,
      method: request.method,
      path: request.path,
      headers:
        request.body === undefined ? request.headers : { ...request.headers, 'content-length': request.body.length },
      agent: this.#agent,
    });
  }

  /** Sockets that are in use stay until their request ends; idle ones until the server's timeout. */
  retire(): void {
    this.#open = false;
  }

  close(): void {
    this.#open = false;
    this.#agent.destroy();
  }
}
