import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ClientConfig } from './client-config.ts';

/** Test support: a server that answers as the test says, over TLS with HTTP/2 and HTTP/1.1, or over plain HTTP/1.1. */
export interface FakeServer extends AsyncDisposable {
  readonly config: ClientConfig;
  readonly port: number;
  /** What was asked, such as `GET /api/v1/pods?watch=true`. */
  readonly requests: string[];
  readonly sessions: ServerHttp2Session[];
  /** Drops every connection as a killed process would. */
  raw(): void;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
}

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = (ServerResponse | Http2ServerResponse) & NodeJS.WritableStream;
export type Answer = (request: Request, response: Response) => void | Promise<void>;

const pem = (name: string): string => readFileSync(fileURLToPath(new URL(`testdata/${name}`, import.meta.url)), 'utf8');

export async function startFakeServer(
  answer: Answer,
  options: { readonly protocol?: 'h2' | 'https1' | 'http1'; readonly port?: number } = {},
): Promise<FakeServer> {
  const requests: string[] = [];
  const sessions: ServerHttp2Session[] = [];
  const sockets = new Set<Socket>();
  const listener = (request: Request, response: ServerResponse | Http2ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    void answer(request, response as Response);
  };
  const server = create(options.protocol ?? 'h2', listener);
  server.on('session', (session: ServerHttp2Session) => sessions.push(session));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      raw();
    });
  const scheme = options.protocol === 'http1' ? 'http' : 'https';
  const config = { servers: [`${scheme}://127.0.0.1:${port}`], ca: pem('localhost.crt') };
  const raw = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return { config, port, requests, sessions, raw, close, [Symbol.asyncDispose]: close };
}

function create(
  protocol: 'h2' | 'https1' | 'http1',
  listener: (q: Request, s: ServerResponse | Http2ServerResponse) => void,
): Server {
  if (protocol === 'http1') return createServer(listener);
  const identity = { cert: pem('localhost.crt'), key: pem('localhost.key') };
  if (protocol === 'https1') return createHttpsServer(identity, listener);
  return createSecureServer({ ...identity, allowHTTP1: true }, listener);
}

export function sendJson(
  response: Response,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  (response as ServerResponse).writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export async function readBody(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Waits for a condition; the test's own timeout bounds it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
