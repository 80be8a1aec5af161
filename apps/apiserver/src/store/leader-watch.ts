import { setTimeout as sleep } from 'node:timers/promises';
import type { Health, Logger } from '@wherry/daemon';
import type { StoreStatus } from '@wherry/store';

/** What is asked of the member in this process. */
export interface WatchedMember {
  status(): Pick<StoreStatus, 'leader' | 'term'>;
  linearize(): Promise<void>;
}

const RETRY_MS = 200;
const LOG_EVERY_MS = 5_000;
const READINESS_MS = 2_000;
const LOOK_EVERY_MS = 250;
/** Some elections: a member that knows no leader for so long is cut off, or too many of the others are away. */
const LEADERLESS_MS = 5_000;

/**
 * Resolves when this member can answer for the cluster: there is a leader, and everything that was acknowledged before
 * is applied here. Waits for it as long as it takes: the others may be down, or may have to let this one in.
 */
export async function waitForLeader(member: WatchedMember, log: Logger, signal: AbortSignal): Promise<void> {
  let saidMs = performance.now();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await member.linearize();
    } catch (error) {
      if (performance.now() - saidMs > LOG_EVERY_MS) {
        saidMs = performance.now();
        log.warn({ reason: (error as Error).message }, 'waiting-for-store-leader');
      }
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Follows whether the store has a leader, for what depends on it. */
export class LeaderWatch implements Disposable {
  readonly #member: WatchedMember;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: ((reachable: boolean) => void)[] = [];
  #reachable = true;
  #leaderlessSinceMs: number | undefined;
  #known = { leader: 0, term: 0 };
  /** Leaders seen after the first. */
  changes = 0;

  constructor(member: WatchedMember) {
    this.#member = member;
    this.look(performance.now());
    this.#timer = setInterval(() => this.look(performance.now()), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** Called with false when there has been no leader for some elections, and with true when there is one again. */
  onReachable(listener: (reachable: boolean) => void): void {
    this.#listeners.push(listener);
  }

  look(nowMs: number): void {
    const { leader, term } = this.#member.status();
    if (leader !== 0) {
      if (leader !== this.#known.leader || term !== this.#known.term) {
        if (this.#known.leader !== 0) this.changes++;
        this.#known = { leader, term };
      }
      this.#leaderlessSinceMs = undefined;
      this.#say(true);
      return;
    }
    this.#leaderlessSinceMs ??= nowMs;
    if (nowMs - this.#leaderlessSinceMs >= LEADERLESS_MS) this.#say(false);
  }

  #say(reachable: boolean): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    for (const listener of this.#listeners) listener(reachable);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Under upstream's names. Not of liveness: to start a member again brings no leader. */
export function addStoreChecks(health: Health, member: WatchedMember): void {
  health.addCheck('etcd', () => member.status().leader !== 0 || 'etcdserver: no leader', { live: false });
  health.addCheck(
    'etcd-readiness',
    () => {
      const late = sleep(READINESS_MS, `no answer within ${READINESS_MS} ms`, { ref: false });
      return Promise.race([member.linearize().then(() => true as const), late]);
    },
    { live: false },
  );
}
