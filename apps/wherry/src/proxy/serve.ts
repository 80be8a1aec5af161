import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RestClient, StreamResponse } from '@wherry/client';
import { CliError, statusOf } from '../cli/errors.ts';
import { makeFilter, type FilterWords } from './filter.ts';

export interface ProxyOptions {
  /** Undefined: everything passes. */
  readonly words: FilterWords | undefined;
  readonly listen: { readonly path: string } | { readonly host: string; readonly port: number };
  /** With a slash at both ends. */
  readonly apiPrefix: string;
  readonly files: { readonly directory: string; readonly prefix: string } | undefined;
  readonly keepAliveMs: number;
  readonly cwd: string;
  readonly signal: AbortSignal;
  said(address: string): void;
}

/** Headers that speak of one connection, and those that the client brings itself. */
const own = new Set(
  'connection keep-alive proxy-connection transfer-encoding te trailer upgrade host content-length accept-encoding authorization expect'.split(
    ' ',
  ),
);
/** As long as the apiserver takes: 3 MiB, and some room. */
const maxBodyBytes = 4 << 20;

/** Answers requests of this machine with the API's answers, until the signal. */
export async function serveProxy(client: RestClient, options: ProxyOptions): Promise<void> {
  const filter = options.words ? makeFilter(options.words) : () => true;
  const serves = (request: IncomingMessage): boolean =>
    filter({
      method: request.method ?? '',
      path: new URL(request.url ?? '/', 'http://proxy').pathname,
      host: request.headers.host ?? '',
    });
  const server = createServer((request, response) => {
    const answer = serves(request) ? route(client, options, request, response) : refuse(response);
    answer.catch((error: unknown) => fail(response, error));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const path = apiPath(options, request);
    if (path === undefined || !serves(request)) return void socket.end(plainAnswer(403, 'Forbidden'));
    passUpgrade(client, request, path, socket, head).catch((error: unknown) => {
      const status = statusOf(error);
      socket.end(plainAnswer(status?.code ?? 502, (error as Error).message));
    });
  });
  if (options.keepAliveMs > 0) server.on('connection', (socket) => socket.setKeepAlive(true, options.keepAliveMs));
  await new Promise<void>((done, reject) => {
    server.once('error', (error) => reject(new CliError(error.message)));
    server.listen(options.listen, done);
  });
  const at = server.address() as AddressInfo | string;
  options.said(typeof at === 'string' ? at : `${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`);
  await new Promise<void>((done) => {
    const stop = (): void => {
      server.close(() => done());
      server.closeAllConnections();
    };
    if (options.signal.aborted) stop();
    else options.signal.addEventListener('abort', stop, { once: true });
  });
}

async function refuse(response: ServerResponse): Promise<void> {
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end('Forbidden');
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end(`${(error as Error).message}\n`);
}

function plainAnswer(code: number, text: string): string {
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`;
}

async function route(
  client: RestClient,
  options: ProxyOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { files } = options;
  const { pathname } = new URL(request.url ?? '/', 'http://proxy');
  if (files && pathname.startsWith(files.prefix)) {
    return await sendFile(resolve(options.cwd, files.directory), pathname.slice(files.prefix.length), response);
  }
  const path = apiPath(options, request);
  if (path === undefined) return void response.writeHead(404).end('404 page not found\n');
  await passOn(client, request, path, response);
}

/** The path and query to ask the API for; undefined outside of the prefix. */
function apiPath({ apiPrefix }: ProxyOptions, { url = '/' }: IncomingMessage): string | undefined {
  if (!url.startsWith(apiPrefix)) return undefined;
  return `/${url.slice(apiPrefix.length)}`;
}

async function passOn(
  client: RestClient,
  request: IncomingMessage,
  path: string,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await readBody(request);
  const answer = await client.forward({
    method: request.method ?? 'GET',
    path,
    headers: passedHeaders(request),
    body,
    signal: gone.signal,
  });
  response.writeHead(answer.status, answerHeaders(answer));
  await pipeline(answer.body, response).catch((error: unknown) => {
    if (!gone.signal.aborted) throw error;
  });
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('the request is too large');
    chunks.push(chunk);
  }
  return size === 0 ? undefined : Buffer.concat(chunks);
}

function passedHeaders({ headers }: IncomingMessage): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !own.has(name)) passed[name] = value;
  return passed;
}

function answerHeaders({ headers }: StreamResponse): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':') && (!own.has(name) || name === 'content-length'))
      passed[name] = value;
  }
  return passed;
}

async function passUpgrade(
  client: RestClient,
  request: IncomingMessage,
  path: string,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const { socket: upstream, headers } = await client.upgrade(path, request.headers.upgrade ?? '', {
    method: request.method ?? 'GET',
    headers: passedHeaders(request),
  });
  upstream.on('error', () => socket.destroy());
  upstream.once('close', () => socket.destroy());
  socket.once('close', () => upstream.destroy());
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    ([] as string[]).concat(value ?? []).map((one) => `${name}: ${one}\r\n`),
  );
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  if (head.length > 0) upstream.write(head);
  socket.pipe(upstream).pipe(socket);
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.txt': 'text/plain; charset=utf-8',
};

/** A file of the directory; a name, or a link, that leads out of it is not found. */
async function sendFile(directory: string, name: string, response: ServerResponse): Promise<void> {
  const root = await realpath(directory);
  const wanted = join(root, decodeName(name));
  const file = await findFile(root, wanted);
  if (file === undefined) return void response.writeHead(404).end('404 page not found\n');
  response.writeHead(200, { 'content-type': contentTypes[extname(file)] ?? 'application/octet-stream' });
  await pipeline(createReadStream(file), response);
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

async function findFile(root: string, wanted: string): Promise<string | undefined> {
  if (wanted.includes('\0')) return undefined;
  const real = await realpath(wanted).catch(() => undefined);
  if (real === undefined || (real !== root && !real.startsWith(root + sep))) return undefined;
  const found = await stat(real);
  if (found.isFile()) return real;
  return found.isDirectory() ? await indexOf(real) : undefined;
}

async function indexOf(directory: string): Promise<string | undefined> {
  const index = join(directory, 'index.html');
  const found = await stat(index).catch(() => undefined);
  return found?.isFile() && (await realpath(index)).startsWith(directory + sep) ? index : undefined;
}
