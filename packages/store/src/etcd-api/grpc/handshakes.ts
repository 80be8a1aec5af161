import type { Socket } from 'node:net';

/**
 * Connections that have not shown yet that somebody serious is at the other end. The number of them and the time of
 * each are bounded, so that half-open ones never use up what the others need (GHSA-6vch-q96h-7gc3).
 */
export class Handshakes {
  readonly #limit: number;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();

  constructor(limit: number, timeoutMs: number) {
    this.#limit = limit;
    this.#timeoutMs = timeoutMs;
  }

  begin(socket: Socket): void {
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size < this.#limit) break;
      this.#drop(oldest);
    }
    const timer = setTimeout(() => this.#drop(socket), this.#timeoutMs);
    this.#waiting.set(socket, timer);
    socket.once('close', () => this.finish(socket));
  }

  finish(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #drop(socket: Socket): void {
    this.finish(socket);
    socket.destroy();
  }
}
