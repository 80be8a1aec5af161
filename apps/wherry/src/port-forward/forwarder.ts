import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { RestClient } from '@wherry/client';
import {
  portForwardProtocol,
  portHeader,
  protocolVersionHeader,
  requestIdHeader,
  SpdyConnection,
  streamTypeHeader,
} from '@wherry/streaming';
import { CliError } from '../cli/errors.ts';
import type { ForwardedPort, ListenAddress } from './ports.ts';

export interface ForwardRequest {
  /** `.../pods/NAME/portforward` */
  readonly path: string;
  readonly ports: readonly ForwardedPort[];
  readonly addresses: readonly ListenAddress[];
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
}

/** Listens, and carries every connection to the pod as a pair of streams; ends with the signal, or throws. */
export async function forwardPorts(client: RestClient, request: ForwardRequest): Promise<void> {
  const { signal } = request;
  const { socket, headers } = await client
    .upgrade(request.path, 'SPDY/3.1', { headers: { [protocolVersionHeader]: portForwardProtocol }, signal })
    .catch((error: unknown) => {
      throw new CliError(`error upgrading connection: ${(error as Error).message}`);
    });
  const agreed = headers[protocolVersionHeader];
  if (agreed !== portForwardProtocol) {
    socket.destroy();
    throw new CliError(
      `unable to negotiate protocol: client supports "${portForwardProtocol}", server returned ${JSON.stringify(agreed ?? '')}`,
    );
  }
  const lost = new Promise<never>((_resolve, reject) => {
    socket.once('close', () => reject(new CliError('lost connection to pod')));
  });
  lost.catch(() => undefined);
  const connection = new SpdyConnection('client', socket);
  const servers: Server[] = [];
  try {
    await listenOnAll(connection, request, servers);
    await Promise.race([lost, aborted(signal)]);
  } finally {
    for (const server of servers) server.close();
    connection.destroy();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function listenOnAll(connection: SpdyConnection, request: ForwardRequest, servers: Server[]): Promise<void> {
  const { ports, addresses, out, err } = request;
  const requests = { count: 0 };
  let listening = 0;
  for (const port of ports) {
    const errors: string[] = [];
    const ok = { optional: false, all: true };
    let { local } = port;
    for (const { address, optional } of addresses) {
      try {
        const server = await listen(address, local);
        servers.push(server);
        // A port that was any free one is the same on the next address.
        local = (server.address() as AddressInfo).port;
        out(`Forwarding from ${hostPort(address, local)} -> ${port.remote}\n`);
        const at = { local, remote: port.remote };
        server.on('connection', (socket) => void handle(connection, socket, at, requests, request));
        if (optional) ok.optional = true;
      } catch (error) {
        errors.push(
          `unable to create listener: Error listen ${address.includes(':') ? 'tcp6' : 'tcp4'} ${hostPort(address, local)}: ${reason(error)}`,
        );
        if (!optional) ok.all = false;
      }
    }
    const needsOptional = addresses.some(({ optional }) => optional);
    if (ok.all && (ok.optional || !needsOptional)) listening++;
    else
      err(
        `Unable to listen on port ${local}: Listeners failed to create with the following errors: [${errors.join(' ')}]\n`,
      );
  }
  if (listening === 0) {
    const list = ports.map(({ local, remote }) => `{${local} ${remote}}`).join(' ');
    throw new CliError(`unable to listen on any of the requested ports: [${list}]`);
  }
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'bind: address already in use';
  if (code === 'EACCES') return 'bind: permission denied';
  if (code === 'EADDRNOTAVAIL') return 'bind: cannot assign requested address';
  return message;
}

function listen(address: string, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true });
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: address.includes(':') }, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

async function handle(
  connection: SpdyConnection,
  socket: Socket,
  port: ForwardedPort,
  requests: { count: number },
  { out, err }: ForwardRequest,
): Promise<void> {
  out(`Handling connection for ${port.local}\n`);
  socket.on('error', () => socket.destroy());
  const headers = { [portHeader]: String(port.remote), [requestIdHeader]: String(requests.count++) };
  try {
    const errors = await connection.open({ ...headers, [streamTypeHeader]: 'error' });
    errors.end();
    const said = text(errors);
    said.catch(() => undefined);
    const data = await connection.open({ ...headers, [streamTypeHeader]: 'data' });
    const inward = pipeline(socket, data, { end: true });
    // What the pod says ends the exchange; a client that goes on sending is cut off, as kubectl does.
    inward.catch(() => undefined);
    await pipeline(data, socket).catch(() => undefined);
    data.destroy();
    const message = await said.catch(() => '');
    if (message === '') return;
    err(`error: an error occurred forwarding ${port.local} -> ${port.remote}: ${message}\n`);
    connection.destroy();
  } catch (error) {
    if (!connection.closed)
      err(`error: error creating stream for port ${port.local} -> ${port.remote}: ${(error as Error).message}\n`);
  } finally {
    socket.destroy();
  }
}
