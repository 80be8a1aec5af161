import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import {
  ConnectionError,
  toConnectionError,
  type Transport,
  type TransportRequest,
  type TransportResponse,
} from './transport.ts';

const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH, NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/** Silence after which a ping is sent, and how long its answer may take: a dead peer is noticed in their sum. */
export interface Http2Liveness {
  readonly idleMs: number;
  readonly pingTimeoutMs: number;
}
export const defaultLiveness: Http2Liveness = { idleMs: 15_000, pingTimeoutMs: 10_000 };

/** Bytes the server may send before we have read them; the default of 64 KiB costs a round trip per 64 KiB of a list. */
export const streamWindowBytes: number = 1 << 20;
const sessionWindowBytes = 1 << 24;

/** Every request and watch of a process over one session. */
export class Http2Transport implements Transport {
  readonly #server: string;
  readonly #session: ClientHttp2Session;
  #open = true;

  constructor(server: string, session: ClientHttp2Session, liveness: Http2Liveness = defaultLiveness) {
    this.#server = server;
    this.#session = session;
    if (!session.connecting) session.setLocalWindowSize(sessionWindowBytes);
    else session.once('connect', () => session.setLocalWindowSize(sessionWindowBytes));
    // The streams report the failure to those who wait; an unheard 'error' would end the process.
    session.on('error', () => {
      this.#open = false;
    });
    session.on('goaway', () => {
      this.#open = false;
    });
    const stopPinging = keepPinging(session, liveness);
    session.on('close', () => {
      this.#open = false;
      stopPinging();
    });
  }

  get usable(): boolean {
    return this.#open && !this.#session.closed && !this.#session.destroyed;
  }

  get ended(): boolean {
    return this.#session.destroyed;
  }

  request(request: TransportRequest): Promise<TransportResponse> {
    return new Promise((resolve, reject) => {
      const { signal } = request;
      if (signal?.aborted) return reject(signal.reason);
      let stream: ClientHttp2Stream;
      try {
        stream = this.#session.request(
          { [HTTP2_HEADER_METHOD]: request.method, [HTTP2_HEADER_PATH]: request.path, ...request.headers },
          { endStream: request.body === undefined },
        );
      } catch (error) {
        return reject(toConnectionError(this.#server, error, false));
      }
      const abort = (): void => stream.close(NGHTTP2_CANCEL);
      signal?.addEventListener('abort', abort, { once: true });
      let failure: Error | undefined;
      let answered = false;
      // Stays for the stream's life: a reader sees the error through the stream itself.
      stream.on('error', (error) => {
        failure = error;
      });
      stream.once('response', (headers) => {
        const status = headers[':status'] ?? 0;
        answered = true;
        resolve({ status, headers, body: stream, complete: () => stream.rstCode === NGHTTP2_NO_ERROR });
      });
      stream.once('close', () => {
        signal?.removeEventListener('abort', abort);
        // An error with its stack costs more than all else here: only for those who still wait.
        if (!answered) reject(signal?.aborted ? signal.reason : this.#lost(stream, failure));
      });
      if (request.body !== undefined) stream.end(request.body);
    });
  }

  #lost(stream: ClientHttp2Stream, failure: Error | undefined): ConnectionError {
    const refused = stream.rstCode === NGHTTP2_REFUSED_STREAM || stream.id === undefined;
    return toConnectionError(
      this.#server,
      failure ?? new Error('the server closed the stream without an answer'),
      !refused,
    );
  }

  retire(): void {
    this.#open = false;
    this.#session.close();
  }

  close(): void {
    this.#open = false;
    this.#session.destroy();
  }
}

/** Destroys a session whose peer neither sends nor answers a ping. */
function keepPinging(session: ClientHttp2Session, liveness: Http2Liveness): () => void {
  let bytesRead = -1;
  let pinged: NodeJS.Timeout | undefined;
  const answered = (): void => {
    clearTimeout(pinged);
    pinged = undefined;
  };
  const timer = setInterval(() => {
    if (session.destroyed) return clearInterval(timer);
    const read = session.socket?.bytesRead ?? 0;
    const silent = read === bytesRead;
    bytesRead = read;
    if (!silent || pinged !== undefined) return;
    pinged = setTimeout(() => {
      pinged = undefined;
      // Other bytes are a sign of life too: the answer may be behind a long list.
      if (session.destroyed || (session.socket?.bytesRead ?? 0) !== read) return;
      session.destroy(new Error(`no answer to an HTTP/2 ping within ${liveness.pingTimeoutMs} ms`));
    }, liveness.pingTimeoutMs);
    pinged.unref();
    if (!session.ping(answered)) answered();
  }, liveness.idleMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    clearTimeout(pinged);
  };
}
