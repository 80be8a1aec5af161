import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import {
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { answerWith, type CallContext } from './answer.ts';
import { Handshakes } from './handshakes.ts';
import type { Route } from './route.ts';
import { Code, RpcError } from './status.ts';
import { serveStream } from './stream.ts';
import { serveUnary } from './unary.ts';

/** Not imported: an import reads every export, and one of them, WebSocket, then loads all of undici, 12 MB. */
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');

/** PEM. Clients must show a certificate that `ca` signed. */
export interface GrpcTls {
  cert: string;
  key: string;
  ca: string;
}

export interface PlainAnswer {
  status: number;
  body: string;
}

export interface GrpcServerOptions extends CallContext {
  routes: Route[];
  tls?: GrpcTls | undefined;
  /** What a GET outside of gRPC is answered with; undefined: not found. */
  get(path: string): Promise<PlainAnswer | undefined>;
}

/** gRPC over HTTP/2, and beside it plain GET requests over HTTP/2 and HTTP/1.1, on the same ports. */
export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #routes: Map<string, Route>;
  readonly #servers: Server[] = [];
  /** Open connections, below TLS. */
  readonly #sockets = new Map<string, Socket>();
  /** Those of them that a session has taken over. */
  readonly #serving = new WeakSet<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #handshakes: Handshakes;
  readonly #http2Options: ServerOptions;
  readonly #http1: HttpServer;
  readonly #tls: TlsServer | undefined;
  #calls = 0;
  #closing = false;

  constructor(options: GrpcServerOptions) {
    const { limits, tls } = options;
    this.#options = options;
    this.#routes = new Map(options.routes.map((route) => [route.path, route]));
    this.#handshakes = new Handshakes(limits.maxHandshakes, limits.handshakeTimeoutMs);
    this.#http2Options = {
      settings: { maxConcurrentStreams: limits.maxStreamsPerConnection, initialWindowSize: windowBytes },
      // Megabytes; what is queued for a client that does not read counts as well.
      maxSessionMemory: 256,
    };
    this.#http1 = createHttpServer({ requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 });
    this.#http1.on('request', (request, response) => void this.#getByHttp1(request, response));
    this.#tls = tls && this.#secureServer(tls);
  }

  async listen({ host, port }: { host: string; port: number }): Promise<number> {
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) =>
      this.#accept(socket),
    );
    server.maxConnections = this.#options.limits.maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    server.on('error', (error) => this.#options.log?.error({ error }, 'etcd-listener-failed'));
    this.#servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** For connections from now on. */
  setTls({ cert, key, ca }: GrpcTls): void {
    this.#tls?.setSecureContext({ cert, key, ca });
  }

  /** Calls under way get `graceMs` to end. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const session of this.#sessions) session.close();
    const force = setTimeout(() => {
      for (const socket of this.#sockets.values()) socket.destroy();
    }, graceMs);
    for (const socket of this.#sockets.values()) if (!this.#serving.has(socket)) socket.destroy();
    await Promise.all(closed);
    clearTimeout(force);
  }

  #accept(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.set(peer, socket);
    socket.on('close', () => this.#sockets.delete(peer));
    // A connection that breaks ends its calls, which is all there is to do about it.
    socket.on('error', () => {});
    this.#handshakes.begin(socket);
    if (this.#tls === undefined) this.#sniff(socket);
    else this.#tls.emit('connection', socket);
  }

  #secureServer({ cert, key, ca }: GrpcTls): TlsServer {
    const server = createTlsServer({
      cert,
      key,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: this.#options.limits.handshakeTimeoutMs,
    });
    server.on('secureConnection', (socket) => {
      const raw = this.#sockets.get(peerOf(socket));
      if (raw !== undefined) this.#serve(socket, raw, socket.alpnProtocol === 'h2');
    });
    server.on('tlsClientError', (error, socket) => {
      this.#options.log?.warn({ remote: socket.remoteAddress, reason: error.message }, 'etcd-client-refused');
      socket.destroy();
    });
    return server;
  }

  /** Without TLS the first bytes tell HTTP/2 from HTTP/1.1. */
  #sniff(socket: Socket): void {
    socket.once('readable', () => {
      const head = socket.read() as Buffer | null;
      if (head === null) return;
      socket.unshift(head);
      this.#serve(socket, socket, head.subarray(0, 4).toString('latin1') === 'PRI ');
    });
  }

  #serve(socket: Socket, raw: Socket, isHttp2: boolean): void {
    this.#serving.add(raw);
    if (!isHttp2) {
      this.#handshakes.finish(raw);
      this.#http1.emit('connection', socket);
      return;
    }
    const session = performServerHandshake(socket, this.#http2Options);
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    session.on('error', () => {});
    session.on('frameError', () => {});
    session.once('remoteSettings', () => this.#handshakes.finish(raw));
    session.once('connect', () => session.setLocalWindowSize(connectionWindowBytes));
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => this.#call(stream, headers));
    if (this.#closing) session.close();
  }

  #call(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[':path'] ?? '';
    // How a stream broke is of no use to anybody: its call is over, as 'close' tells.
    stream.on('error', () => {});
    if (headers[':method'] === 'GET') void this.#getByHttp2(stream, path);
    else if (headers[':method'] !== 'POST' || !headers['content-type']?.startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
    } else {
      const route = this.#routes.get(path);
      if (route === undefined) answerWith(stream, unimplemented(path));
      else if (this.#calls >= this.#options.limits.maxCalls) answerWith(stream, tooManyRequests);
      else this.#run(stream, headers, route);
    }
  }

  #run(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, route: Route): void {
    this.#calls++;
    const done = (): void => {
      this.#calls--;
    };
    if (route.kind === 'unary') serveUnary(stream, headers, route, this.#options, done);
    else serveStream(stream, headers, route, this.#options, done);
  }

  async #getByHttp2(stream: ServerHttp2Stream, path: string): Promise<void> {
    stream.resume();
    const { status, body } = await this.#get(path);
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ':status': status, 'content-type': 'application/json' });
    stream.end(body);
  }

  async #getByHttp1(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { status, body } = request.method === 'GET' ? await this.#get(request.url ?? '') : notFound;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  }

  async #get(path: string): Promise<PlainAnswer> {
    try {
      return (await this.#options.get(path)) ?? notFound;
    } catch (error) {
      this.#options.log?.error({ path, error }, 'etcd-get-failed');
      return { status: 500, body: '{"message":"internal error"}' };
    }
  }
}

/** What a TLS socket and the one below it have in common. */
function peerOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress}:${localPort} ${remoteAddress}:${remotePort}`;
}

const windowBytes = 1024 * 1024;
const connectionWindowBytes = 4 * 1024 * 1024;

const notFound: PlainAnswer = { status: 404, body: '{"message":"not found"}' };
const tooManyRequests = new RpcError(Code.resourceExhausted, 'etcdserver: too many requests');

function unimplemented(path: string): RpcError {
  const [, service, method] = path.split('/');
  return new RpcError(Code.unimplemented, `unknown method ${method ?? ''} for service ${service ?? ''}`);
}
