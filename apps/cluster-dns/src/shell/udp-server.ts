import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Resolver } from './resolver.ts';

export interface DnsServer extends AsyncDisposable {
  readonly port: number;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly onError: (error: Error) => void;
}

/** A burst of questions waits in the kernel while others are answered; what does not fit there is asked again. */
const receiveBufferBytes = 4 * 1_024 * 1_024;

/** @throws {Error} when the port is taken */
export async function listenUdp(resolver: Pick<Resolver, 'answer'>, options: ListenOptions): Promise<DnsServer> {
  const socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port, options.host, () => {
      socket.removeListener('error', reject);
      resolve();
    });
  });
  socket.setRecvBufferSize(receiveBufferBytes);
  socket.on('error', options.onError);
  let isOpen = true;
  // A client that went away is nobody's failure.
  const sent = (error: Error | null): void => {
    if (error !== null && isOpen) options.onError(error);
  };
  socket.on('message', (message, from) => {
    // No honest question comes from there, and the answer would go nowhere.
    if (from.port === 0) return;
    const send = (response: Buffer | undefined): void => {
      if (response !== undefined && isOpen) socket.send(response, from.port, from.address, sent);
    };
    const response = resolver.answer(message, 'udp');
    if (response instanceof Promise) response.then(send, options.onError);
    else send(response);
  });
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        isOpen = false;
        socket.close(() => resolve());
      }),
  };
}
