import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import type { Upstream } from '../core/upstreams.ts';

/** Decides of each message that comes whether it is the answer; what is not is passed over. */
export type Accept<T> = (message: Buffer) => T | undefined;

const maxMessage = 65_535;

/**
 * Asks by UDP, from a socket of its own: the kernel gives it a port nobody can foresee, and takes messages from that
 * server alone. @throws {Error} after `timeoutMs`, or when the server's host says that nobody is there
 */
export function exchangeUdp<T>(to: Upstream, query: Buffer, accept: Accept<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(to.host) ? 'udp6' : 'udp4');
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners('message');
      socket.close();
      settle();
    };
    let ended = false;
    const fail = (error: Error): void => {
      if (ended) return;
      ended = true;
      done(() => reject(error));
    };
    const timer = setTimeout(() => fail(new Error(`${to.host} did not answer within ${timeoutMs} ms`)), timeoutMs);
    socket.on('error', fail);
    socket.on('message', (message) => {
      const answer = accept(message);
      if (answer === undefined || ended) return;
      ended = true;
      done(() => resolve(answer));
    });
    socket.connect(to.port, to.host, () => {
      if (!ended) socket.send(query, (error) => error && fail(error));
    });
  });
}

/** Asks by TCP. @throws {Error} after `timeoutMs`, or when the server ends the connection */
export function exchangeTcp<T>(to: Upstream, query: Buffer, accept: Accept<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.host, port: to.port, noDelay: true });
    let received = Buffer.alloc(0);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(
      () => end(() => reject(new Error(`${to.host} did not answer within ${timeoutMs} ms by TCP`))),
      timeoutMs,
    );
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error(`${to.host} ended the connection`))));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const length = received.length < 2 ? maxMessage : received.readUInt16BE(0);
      if (received.length < length + 2) return;
      const answer = accept(received.subarray(2, length + 2));
      end(() => (answer === undefined ? reject(new Error(`${to.host} sent something else`)) : resolve(answer)));
    });
    const framed = Buffer.allocUnsafe(query.length + 2);
    framed.writeUInt16BE(query.length, 0);
    query.copy(framed, 2);
    socket.write(framed);
  });
}
