import { WebSocket } from 'ws';
import type { TlsIdentity } from './connect.ts';
import { responseError } from './response-error.ts';
import { toConnectionError, wasConnected } from './transport.ts';

const handshakeTimeoutMs = 30_000;
const maxErrorBytes = 1 << 16;

/** @throws {StatusError} when the server answers with an error instead of an upgrade; {ConnectionError} */
export function openWebSocket(
  url: URL,
  protocols: readonly string[],
  options: { tls: TlsIdentity; headers: Readonly<Record<string, string | string[]>>; signal?: AbortSignal | undefined },
): Promise<WebSocket> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const socket = new WebSocket(url, [...protocols], {
      ...options.tls,
      headers: options.headers,
      handshakeTimeout: handshakeTimeoutMs,
      perMessageDeflate: false,
    });
    const abort = (): void => socket.terminate();
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal?.removeEventListener('abort', abort));
    socket.on('error', (error) =>
      reject(signal?.aborted ? signal.reason : toConnectionError(url.origin, error, wasConnected(error))),
    );
    socket.once('open', () => {
      // The first message may have come with the upgrade: hold it until the awaiting caller can listen.
      socket.pause();
      resolve(socket);
      setImmediate(() => socket.resume());
    });
    socket.once('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= maxErrorBytes) chunks.push(chunk);
      });
      response.once('close', () => {
        reject(responseError(response.statusCode ?? 0, Buffer.concat(chunks)));
        socket.terminate();
      });
    });
  });
}
