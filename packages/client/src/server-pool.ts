import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectTiming, type TlsIdentity } from './connect.ts';
import { defaultLiveness } from './http2-transport.ts';
import type { Transport } from './transport.ts';

const firstPauseMs = 25;
const maxPauseMs = 1_000;
const connectTimeoutMs = 10_000;
const maxRetired = 8;

/** Where there is somewhere else to go, a server that is silent is left soon. */
const impatient = { connectTimeoutMs: 2_000, liveness: { idleMs: 2_000, pingTimeoutMs: 3_000 } };

/**
 * The one connection of a client, made when it is first needed and made again when it is lost. All who wait share one
 * attempt, which goes once round the servers, starting at the one that answered last; after a failed round the next
 * one waits, doubling up to a second, so that a crowd of retrying callers costs no more than one.
 */
export class ServerPool {
  readonly #servers: readonly URL[];
  readonly #tls: TlsIdentity;
  readonly #connect: typeof connect;
  #index = 0;
  #current: Transport | undefined;
  #connecting: Promise<Transport> | undefined;
  /** Given up, with something still under way on them. */
  #retired: Transport[] = [];
  #failedRounds = 0;
  #lastFailureMs = 0;
  #closed = false;

  constructor(servers: readonly URL[], tls: TlsIdentity, connectTo: typeof connect = connect) {
    this.#servers = servers;
    this.#tls = tls;
    this.#connect = connectTo;
  }

  /** The server whose connection is, or was last, in use. */
  get server(): URL {
    return this.#servers[this.#index] as URL;
  }

  /** @throws {ConnectionError} when no server could be reached */
  async acquire(signal?: AbortSignal): Promise<{ transport: Transport; server: URL }> {
    signal?.throwIfAborted();
    if (this.#closed) throw new Error('the client is closed');
    if (!this.#current?.usable) {
      if (this.#current !== undefined) this.discard(this.#current);
      this.#connecting ??= this.#connectRound().finally(() => {
        this.#connecting = undefined;
      });
      await abortable(this.#connecting, signal);
    }
    return { transport: this.#current as Transport, server: this.server };
  }

  get size(): number {
    return this.#servers.length;
  }

  /**
   * Gives up a connection that failed a request, or whose server said that it cannot serve at present, and prefers the
   * next server. What is still under way on it may end.
   */
  discard(transport: Transport): void {
    if (this.#current !== transport) return;
    this.#current = undefined;
    this.#index = (this.#index + 1) % this.#servers.length;
    transport.retire();
    this.#retired = this.#retired.filter((old) => !old.ended);
    this.#retired.push(transport);
    if (this.#retired.length > maxRetired) this.#retired.shift()?.close();
  }

  async #connectRound(): Promise<Transport> {
    const pauseMs = this.#failedRounds === 0 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** (this.#failedRounds - 1));
    const waitMs = this.#lastFailureMs + pauseMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    let failure: unknown;
    for (let tried = 0; tried < this.#servers.length && !this.#closed; tried++) {
      try {
        const transport = await this.#connect(this.server, this.#tls, this.#timing());
        this.#failedRounds = 0;
        return this.#adopt(transport);
      } catch (error) {
        failure = error;
        this.#index = (this.#index + 1) % this.#servers.length;
      }
    }
    this.#failedRounds = Math.min(this.#failedRounds + 1, 16);
    this.#lastFailureMs = performance.now();
    throw failure ?? new Error('the client is closed');
  }

  /** A server that is only slow is given more time from round to round. */
  #timing(): ConnectTiming {
    if (this.#servers.length === 1) return { connectTimeoutMs, liveness: defaultLiveness };
    const patienceMs = impatient.connectTimeoutMs * 2 ** Math.min(this.#failedRounds, 4);
    return { ...impatient, connectTimeoutMs: Math.min(connectTimeoutMs, patienceMs) };
  }

  #adopt(transport: Transport): Transport {
    if (this.#closed) {
      transport.close();
      throw new Error('the client is closed');
    }
    this.#current = transport;
    return transport;
  }

  close(): void {
    this.#closed = true;
    this.#current?.close();
    this.#current = undefined;
    for (const transport of this.#retired.splice(0)) transport.close();
  }
}

/** The promise's outcome, or the signal's reason when that comes first; the promise goes on for others. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
