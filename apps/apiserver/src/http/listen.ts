import type { IncomingMessage } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { loadFastify } from './load-fastify.ts';
import { http } from './node-http.ts';
import { statusOf } from './respond.ts';
import type { Response } from './context.ts';
import { MAX_BODY_BYTES } from './read-body.ts';

export interface ListenOptions {
  host: string;
  port: number;
  /** PEM texts. */
  cert: string;
  key: string;
  clientCa: string | string[];
  onRequest(request: IncomingMessage, response: Response): Promise<void>;
  /** Other upgrades are not heard of: the request is answered as if it asked for none. */
  takesUpgrade(request: IncomingMessage): boolean;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  readonly port: number;
  /** Takes no new connection, waits for what is going on until `graceMs`, then cuts. */
  close(graceMs: number): Promise<void>;
}

/** Longer than any path Kubernetes knows, so that it is we who say what is wrong with it. */
const MAX_PARAM_LENGTH = 8_192;
/** As upstream: selectors make long URLs. */
const MAX_HEADER_BYTES = 1024 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Streams that a client may open and take back at once, and each second from then on, before it is sent away. */
const RESET_BURST = 1_000;
const RESETS_PER_SECOND = 33;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 90_000;

/** One TLS port for HTTP/2 and HTTP/1.1, by ALPN. One route takes everything: the dispatcher knows the paths. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const sockets = new Set<TLSSocket>();
  const app = loadFastify()({
    http2: true,
    https: {
      allowHTTP1: true,
      cert: options.cert,
      key: options.key,
      ca: options.clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      settings: { maxConcurrentStreams: 1_000, initialWindowSize: 1024 * 1024, maxHeaderListSize: MAX_HEADER_BYTES },
      streamResetBurst: RESET_BURST,
      streamResetRate: RESETS_PER_SECOND,
      // Of the HTTP/1.1 side.
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    } as object,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
    // Bodies are checked by the schemas of the kinds: the compilers of ajv are never loaded.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    http2SessionTimeout: 0,
    clientErrorHandler: refuseMalformed,
    frameworkErrors: (error, _request, reply) => sendError(reply.raw as unknown as Response, error),
    logger: false,
  });
  // The dispatcher reads the body itself, after it knows who sends it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const handle = (request: { raw: unknown }, reply: { raw: unknown; hijack(): unknown }) => {
    reply.hijack();
    return options.onRequest(request.raw as IncomingMessage, reply.raw as Response);
  };
  app.all('*', handle);
  app.setNotFoundHandler(handle);
  app.setErrorHandler((error, _request, reply) => sendError(reply.raw as unknown as Response, error));

  const server = app.server as unknown as Http2SecureServer;
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once('close', () => sockets.delete(socket));
  });
  // Not among the options of a server that speaks HTTP/2 too.
  Object.assign(server, { shouldUpgradeCallback: options.takesUpgrade });
  server.on('upgrade', options.onUpgrade);
  // A client that speaks no TLS, or goes in the middle of the handshake, is no event of ours.
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  await app.ready();
  takeUnknownMethods(server, options.onRequest);
  await app.listen({ host: options.host, port: options.port });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    port,
    async close(graceMs) {
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, graceMs);
      for (const socket of sockets) if (isIdle(socket)) socket.destroySoon();
      try {
        await app.close();
      } finally {
        clearTimeout(cut);
        for (const socket of sockets) socket.destroy();
      }
    },
  };
}

/** Over HTTP/2 a method may be anything, and fastify's routers know those of HTTP/1.1 alone: the dispatcher says what is wrong. */
function takeUnknownMethods(server: Http2SecureServer, onRequest: ListenOptions['onRequest']): void {
  const known = new Set(http.METHODS);
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: Response) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const [asked, answer] = [request as unknown as IncomingMessage, response as unknown as Response];
    if (known.has(asked.method ?? '')) for (const listener of listeners) listener(asked, answer);
    else void onRequest(asked, answer);
  });
}

/** What is not HTTP, in the words of Go's server; those who are too slow to say it hear nothing. */
function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET' || error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
}

function noCompiler(): never {
  throw new Error('no route has a schema');
}

/** HTTP/1.1 connections between two requests. */
function isIdle(socket: TLSSocket): boolean {
  const message = (socket as { _httpMessage?: unknown })._httpMessage;
  return socket.alpnProtocol !== 'h2' && (message === null || message === undefined);
}

function sendError(response: Response, error: unknown): void {
  const status = statusOf(error);
  const code = (error as { statusCode?: number }).statusCode;
  const shown =
    code !== undefined && code < 500
      ? { ...status, code, reason: 'BadRequest', message: (error as Error).message }
      : status;
  response.writeHead(shown.code ?? 500, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(shown)}\n`);
}
