import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Resolver } from './resolver.ts';
import type { DnsServer, ListenOptions } from './udp-server.ts';

export interface TcpLimits {
  readonly maxConnections: number;
  /** A connection on which nothing comes or goes for so long is ended. */
  readonly idleMs: number;
  /** Questions of one connection that are being answered; more are read when these are done. */
  readonly maxOpen: number;
}

const defaults: TcpLimits = { maxConnections: 1_000, idleMs: 10_000, maxOpen: 64 };

/** Serves questions one after another on a connection, each answered as soon as it can be (RFC 7766). */
export async function listenTcp(
  resolver: Pick<Resolver, 'answer'>,
  options: ListenOptions,
  limits: TcpLimits = defaults,
): Promise<DnsServer> {
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serve(socket, resolver, limits, options.onError);
  });
  server.maxConnections = limits.maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  server.on('error', options.onError);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

function serve(
  socket: Socket,
  resolver: Pick<Resolver, 'answer'>,
  limits: TcpLimits,
  onError: (error: Error) => void,
): void {
  let received = Buffer.alloc(0);
  let open = 0;
  let ended = false;
  socket.setTimeout(limits.idleMs, () => socket.destroy());
  // Whoever breaks off has what it wanted, or will ask again.
  socket.on('error', () => socket.destroy());

  const answered = (response: Buffer | undefined): void => {
    open--;
    // Not a question: nothing sensible will follow.
    if (response === undefined) return void socket.destroy();
    if (!socket.writable) return;
    const length = Buffer.allocUnsafe(2);
    length.writeUInt16BE(response.length, 0);
    socket.cork();
    socket.write(length);
    socket.write(response);
    socket.uncork();
  };
  /** Who does not take its answers gets no more of them. */
  const isBehind = (): boolean => socket.destroyed || open >= limits.maxOpen || socket.writableNeedDrain;
  const read = (): void => {
    while (!isBehind() && received.length >= 2) {
      const length = received.readUInt16BE(0);
      if (received.length < length + 2) break;
      const message = received.subarray(2, length + 2);
      received = received.subarray(length + 2);
      open++;
      const response = resolver.answer(message, 'tcp');
      if (response instanceof Promise) response.then(answered, failed).then(more, onError);
      else answered(response);
    }
    if (isBehind()) socket.pause();
    else socket.resume();
    if (ended && open === 0 && !isBehind()) socket.end();
  };
  const failed = (error: Error): void => {
    onError(error);
    socket.destroy();
  };
  const more = (): void => read();
  socket.on('drain', more);
  socket.on('end', () => {
    ended = true;
    read();
  });
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    read();
  });
}
