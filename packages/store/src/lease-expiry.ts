import type { Clock } from '@wherry/raft';
import type { State } from './state.ts';

const checkEveryMs = 500;
const revokesPerCheck = 500;

export interface LeaseExpiryParts {
  /** The state as it is now. */
  state(): State;
  clock: Clock;
  /** The cluster's clock; undefined unless this member leads. */
  timeMs(): number | undefined;
  /** Proposes and resolves when that is settled, whichever way; it never rejects. */
  revoke(id: number, expiredByMs: number): Promise<void>;
}

/**
 * The leader proposes the end of leases whose time has come, by the cluster's clock: it stands still while there is no
 * leader, so a lease may live longer than it asked for but never shorter. A lease kept alive between being found here
 * and being applied lives on.
 */
export class LeaseExpiry {
  readonly #parts: LeaseExpiryParts;
  readonly #proposed = new Set<number>();
  #timer: { cancel(): void };

  constructor(parts: LeaseExpiryParts) {
    this.#parts = parts;
    this.#timer = this.#again();
  }

  close(): void {
    this.#timer.cancel();
  }

  #again(): { cancel(): void } {
    return this.#parts.clock.after(checkEveryMs, () => {
      this.#timer = this.#again();
      this.#check();
    });
  }

  #check(): void {
    const nowMs = this.#parts.timeMs();
    if (nowMs === undefined) return;
    for (const { id, expiresAtMs } of this.#parts.state().leases.values()) {
      if (expiresAtMs > nowMs || this.#proposed.has(id)) continue;
      if (this.#proposed.size >= revokesPerCheck) return;
      this.#proposed.add(id);
      void this.#parts.revoke(id, nowMs).then(() => this.#proposed.delete(id));
    }
  }
}
