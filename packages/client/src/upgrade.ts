import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TlsIdentity } from './connect.ts';
import { responseError } from './response-error.ts';
import { toConnectionError, wasConnected } from './transport.ts';

// Not by import: an ES module of node:http loads its WebSocket client along, 13 MB and 28 ms.
const { request: httpRequest } = process.getBuiltinModule('node:http');

const handshakeTimeoutMs = 30_000;
const maxErrorBytes = 1 << 16;

/** A connection that speaks another protocol now. Nothing is read from it until its user does. */
export interface Upgraded {
  readonly socket: Duplex;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Asks for `protocol` on a connection of its own (an upgrade is HTTP/1.1's).
 * @throws {StatusError} when the server answers with anything but the upgrade; {ConnectionError}
 */
export function openUpgrade(
  url: URL,
  protocol: string,
  options: {
    tls: TlsIdentity;
    method?: string | undefined;
    headers: Readonly<Record<string, string | string[]>>;
    signal?: AbortSignal | undefined;
  },
): Promise<Upgraded> {
  const { signal } = options;
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const request = start(url, {
      ...(url.protocol === 'https:' ? options.tls : {}),
      // Sockets of an agent go back to it.
      agent: false,
      method: options.method ?? 'POST',
      headers: { ...options.headers, connection: 'Upgrade', upgrade: protocol, 'content-length': 0 },
    });
    const timer = setTimeout(() => request.destroy(new Error('no answer to the upgrade')), handshakeTimeoutMs);
    const abort = (): void => void request.destroy();
    signal?.addEventListener('abort', abort, { once: true });
    const settled = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    request.once('upgrade', (response, socket, head) => {
      settled();
      if (head.length > 0) socket.unshift(head);
      resolve({ socket, headers: response.headers });
    });
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxErrorBytes) chunks.push(chunk);
      });
      response.once('close', () => {
        settled();
        const code = response.statusCode ?? 0;
        if (code >= 400) return reject(responseError(code, Buffer.concat(chunks)));
        reject(new Error(`unable to upgrade connection: the server answered ${code}`));
      });
    });
    request.on('error', (error) => {
      settled();
      reject(signal?.aborted ? signal.reason : toConnectionError(url.origin, error, wasConnected(error)));
    });
    request.end();
  });
}
