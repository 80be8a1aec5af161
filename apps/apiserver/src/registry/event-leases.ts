import type { Storage } from '@wherry/store';

/** Events made within this time share a lease, so that there are few of them; an event lives that much longer at most. */
const SHARE_MS = 60_000;

/** Leases under which Events are stored, so that they go away by themselves. */
export class EventLeases {
  readonly #storage: Storage;
  readonly #ttlSeconds: number;
  #current: Promise<number> | undefined;
  #until = 0;

  constructor(storage: Storage, ttlSeconds: number) {
    this.#storage = storage;
    this.#ttlSeconds = ttlSeconds;
  }

  /** The lease for an event written at `now`. */
  async leaseFor(now: Date): Promise<number> {
    if (this.#current === undefined || now.getTime() >= this.#until) {
      this.#until = now.getTime() + SHARE_MS;
      this.#current = this.#storage.grantLease(this.#ttlSeconds + SHARE_MS / 1_000).then((lease) => lease.id);
    }
    const current = this.#current;
    try {
      return await current;
    } catch (error) {
      if (this.#current === current) this.#current = undefined;
      throw error;
    }
  }
}
