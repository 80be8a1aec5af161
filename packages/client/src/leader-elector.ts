import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict, isNotFound } from '@wherry/apimachinery';
import { leases, type Lease } from '@wherry/api';
import { deadline } from './deadline.ts';
import { claim, mayAcquire, observe, release, type Observed } from './leader-election-state.ts';
import type { ResourceClient } from './resource-client.ts';
import type { RestClient } from './rest-client.ts';

export interface LeaderElectorOptions {
  readonly client: RestClient;
  readonly lease: { readonly namespace: string; readonly name: string };
  /** Unique among the candidates: host name and a random part. */
  readonly identity: string;
  readonly leaseDurationMs?: number | undefined;
  readonly renewDeadlineMs?: number | undefined;
  readonly retryPeriodMs?: number | undefined;
  /** The leader's work. The signal ends when leadership is lost or the elector is stopped. */
  onStartedLeading(signal: AbortSignal): Promise<void>;
  /** After the work has ended. `lost`: not by our own stop; others may lead already. */
  onStoppedLeading(lost: boolean): void;
  readonly onNewLeader?: ((identity: string) => void) | undefined;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Lets one of several candidates lead at a time, by a Lease (as upstream's leaderelection). */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #leases: ResourceClient<Lease>;
  readonly #durationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  #lease: Lease | undefined;
  #observed: Observed | undefined;
  #reported = '';

  /** @throws {Error} for durations that could let two lead */
  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#leases = options.client.resource(leases);
    this.#durationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2_000;
    if (this.#durationMs <= this.#renewDeadlineMs) throw new Error('leaseDuration must be greater than renewDeadline');
    if (this.#renewDeadlineMs <= this.#retryPeriodMs * 1.2) {
      throw new Error('renewDeadline must be greater than retryPeriod*JitterFactor');
    }
  }

  get isLeader(): boolean {
    return this.#observed?.holder === this.#options.identity;
  }

  /** Tries to lead until aborted; returns when leadership was had and lost, or at the abort. May be run again. */
  async run(signal: AbortSignal): Promise<void> {
    if (!(await this.#acquire(signal))) return;
    const leading = new AbortController();
    let failure: unknown;
    const work = this.#options
      .onStartedLeading(leading.signal)
      .catch((error: unknown) => {
        failure = error ?? new Error('the leader failed');
      })
      .finally(() => leading.abort());
    const lost = await this.#renew(signal, leading.signal);
    leading.abort();
    await work;
    if (!lost) await this.#release();
    this.#options.onStoppedLeading(lost);
    if (failure !== undefined) throw failure;
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try(signal, this.#renewDeadlineMs)) return true;
      await pause(this.#retryPeriodMs * (1 + Math.random() * 1.2), signal);
    }
    return false;
  }

  /** @returns whether leadership was lost, rather than the work ended or stopped */
  async #renew(signal: AbortSignal, working: AbortSignal): Promise<boolean> {
    let lastMs = performance.now();
    const stop = AbortSignal.any([signal, working]);
    for (;;) {
      await pause(this.#retryPeriodMs, stop);
      if (stop.aborted) return false;
      const startMs = performance.now();
      if (await this.#try(signal, lastMs + this.#renewDeadlineMs - startMs)) lastMs = startMs;
      else if (!signal.aborted && (!this.isLeader || performance.now() - lastMs >= this.#renewDeadlineMs)) return true;
    }
  }

  async #try(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    try {
      return await this.#claim(signal, Math.max(1, timeoutMs));
    } catch (error) {
      if (!signal.aborted) this.#options.onError?.(error);
      return false;
    } finally {
      this.#report();
    }
  }

  async #claim(caller: AbortSignal, timeoutMs: number): Promise<boolean> {
    const { identity } = this.#options;
    const limit = deadline(caller, timeoutMs, () => new Error(`the lease could not be renewed within ${timeoutMs} ms`));
    const { signal } = limit;
    try {
      // A leader need not read first: its own last write is what it replaces, and a conflict tells otherwise.
      if (this.isLeader && this.#lease !== undefined) {
        const mine = await this.#update(this.#lease, signal).catch((error: unknown) => {
          if (signal.aborted) throw error;
          return undefined;
        });
        if (mine !== undefined) return true;
      }
      const current = await this.#get(signal);
      this.#observed = observe(this.#observed, current?.spec, performance.now());
      this.#lease = current;
      if (!mayAcquire(this.#observed, identity, performance.now())) return false;
      await (current === undefined ? this.#create(signal) : this.#update(current, signal));
      return true;
    } finally {
      limit.done();
    }
  }

  async #get(signal: AbortSignal): Promise<Lease | undefined> {
    const { namespace, name } = this.#options.lease;
    try {
      return await this.#leases.get(name, { namespace, signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #create(signal: AbortSignal): Promise<Lease> {
    const spec = claim(undefined, this.#options.identity, this.#durationMs, Date.now());
    return this.#hold(await this.#leases.create({ metadata: { ...this.#options.lease }, spec }, { signal }));
  }

  async #update(old: Lease, signal: AbortSignal): Promise<Lease> {
    const spec = claim(old.spec, this.#options.identity, this.#durationMs, Date.now());
    return this.#hold(await this.#leases.update({ ...old, spec: { ...old.spec, ...spec } }, { signal }));
  }

  #hold(lease: Lease): Lease {
    this.#lease = lease;
    this.#observed = observe(this.#observed, lease.spec, performance.now());
    return lease;
  }

  async #release(): Promise<void> {
    if (!this.isLeader) return;
    const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
    try {
      for (;;) {
        // Read anew: a renewal that was under way at the stop may have been written, and may be yet.
        const lease = await this.#get(signal);
        if (lease?.spec.holderIdentity !== this.#options.identity) return;
        const released = { ...lease, spec: release(lease.spec, Date.now()) };
        const done = await this.#leases.update(released, { signal }).catch((error: unknown) => {
          if (!isConflict(error)) throw error;
        });
        if (done) return;
      }
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #report(): void {
    const holder = this.#observed?.holder ?? '';
    if (holder === '' || holder === this.#reported) return;
    this.#reported = holder;
    this.#options.onNewLeader?.(holder);
  }
}

const RELEASE_TIMEOUT_MS = 2_000;

/** Returns early, without an error, when aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
