import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Health } from './health.ts';

// Not by import: an ES module of node:http loads its WebSocket client along, 13 MB and 28 ms in every daemon.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');

export interface ServeHealthOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly health: Health;
  /** Text of /metrics; without it there is no such path. */
  readonly metrics?: { metrics(): Promise<string>; readonly contentType: string } | undefined;
  /** PEM texts; plain HTTP without. With `clientCa`, all but the health probes take a certificate signed by it. */
  readonly tls?: ServingTls | undefined;
  /** Answers further paths; false when the path is not its own. */
  readonly handle?: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean>) | undefined;
}

export interface ServingTls {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string | undefined;
}

export interface HealthServer extends AsyncDisposable {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /healthz, /livez, /readyz and /metrics. @throws {Error} when the port is taken */
export async function serveHealth(options: ServeHealthOptions): Promise<HealthServer> {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent)
        send(response, 500, 'text/plain', `internal server error: ${(error as Error).message}\n`);
      else response.destroy();
    });
  };
  const server = await create(options, listener);
  server.requestTimeout = 30_000;
  server.maxConnections = 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close };
}

async function create(
  options: ServeHealthOptions,
  listener: (q: IncomingMessage, s: ServerResponse) => void,
): Promise<Server> {
  if (options.tls === undefined) return createHttpServer(listener);
  const { createServer } = await import('node:https');
  const { cert, key, clientCa: ca } = options.tls;
  const asked = ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false };
  return createServer({ cert, key, minVersion: 'TLSv1.2', ...asked }, listener);
}

async function answer(options: ServeHealthOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isProbe(request.url) && !isKnown(options, request)) return send(response, 401, 'text/plain', 'Unauthorized\n');
  if (options.handle !== undefined && (await options.handle(request, response))) return;
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return send(response, 405, 'text/plain', 'method not allowed\n');
  const url = request.url ?? '/';
  if (options.metrics !== undefined && url.split('?', 1)[0] === '/metrics') {
    return send(response, 200, options.metrics.contentType, await options.metrics.metrics());
  }
  const found = await options.health.answer(url);
  if (found === undefined) return send(response, 404, 'text/plain', '404 page not found\n');
  send(response, found.status, found.contentType, found.body);
}

/** Upstream's default for --authorization-always-allow-paths. */
function isProbe(url: string | undefined): boolean {
  return /^\/(healthz|livez|readyz)(?:[/?]|$)/.test(url ?? '');
}

function isKnown(options: ServeHealthOptions, request: IncomingMessage): boolean {
  return options.tls?.clientCa === undefined || (request.socket as TLSSocket).authorized;
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, {
    'content-type': contentType,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  response.end(body);
}
