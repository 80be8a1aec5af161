import type { State } from './state.ts';

/** Wall-clock time and timers, so that tests can turn them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, after about that long, unless cancelled; does not keep the process alive. */
  after(delayMs: number, callback: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

const checkEveryMs = 500;
const revokesPerCheck = 500;

/**
 * Proposes the end of leases whose time has come. A lease ends at a point in time that a restart does not move; a
 * lease kept alive between being found here and being applied lives on.
 */
export class LeaseExpiry {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #revoke: (id: number, expiredByMs: number) => Promise<void>;
  readonly #proposed = new Set<number>();
  #timer: { cancel(): void } | undefined;
  #closed = false;

  /** `revoke` proposes and resolves when that is settled, whichever way; it never rejects. */
  constructor(state: State, clock: Clock, revoke: (id: number, expiredByMs: number) => Promise<void>) {
    this.#state = state;
    this.#clock = clock;
    this.#revoke = revoke;
    this.wake();
  }

  /** To be called when there may be a lease where there was none. */
  wake(): void {
    if (this.#closed || this.#timer !== undefined || this.#state.leases.size === 0) return;
    this.#timer = this.#clock.after(checkEveryMs, () => {
      this.#timer = undefined;
      this.#check(this.#clock.now());
      this.wake();
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #check(nowMs: number): void {
    for (const { id, expiresAtMs } of this.#state.leases.values()) {
      if (expiresAtMs > nowMs || this.#proposed.has(id)) continue;
      if (this.#proposed.size >= revokesPerCheck) return;
      this.#proposed.add(id);
      void this.#revoke(id, nowMs).then(() => this.#proposed.delete(id));
    }
  }
}
