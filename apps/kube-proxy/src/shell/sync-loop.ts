import {
  began,
  changed,
  failed,
  isHealthy,
  nextSync,
  type Pace,
  type PaceLimits,
  startPace,
  succeeded,
} from '../core/pace.ts';

/** Longest sleep; the pace is looked at again after it, which also bounds what a jump of the clock can do. */
const longestSleepMs = 60_000;

/** Runs `sync` as core/pace.ts says; one at a time. */
export class SyncLoop {
  readonly #sync: (full: boolean) => Promise<void>;
  readonly #onError: (error: unknown, failures: number) => void;
  readonly #limits: PaceLimits;
  readonly #now: () => number;
  #pace: Pace;
  #wake: () => void = () => undefined;

  constructor(options: {
    /** Not given a signal: a restore that is cut off would leave us not knowing what stands. */
    readonly sync: (full: boolean) => Promise<void>;
    readonly onError: (error: unknown, failures: number) => void;
    readonly limits: PaceLimits;
    /** Milliseconds of a clock that never goes back. */
    readonly now: () => number;
  }) {
    this.#sync = options.sync;
    this.#onError = options.onError;
    this.#limits = options.limits;
    this.#now = options.now;
    this.#pace = startPace(options.now());
  }

  /** Something that the rules depend on changed. */
  notify(): void {
    this.#pace = changed(this.#pace, this.#now());
    this.#wake();
  }

  get healthy(): boolean {
    return isHealthy(this.#pace, this.#limits, this.#now());
  }

  /** Milliseconds since the rules were last written or found right; undefined before. */
  get sinceSuccessMs(): number | undefined {
    return this.#pace.lastSuccessMs === undefined ? undefined : this.#now() - this.#pace.lastSuccessMs;
  }

  /** Until aborted; a sync under way is finished first, so that no half-known state is left. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = nextSync(this.#pace, this.#limits);
      const waitMs = next.atMs - this.#now();
      if (waitMs > 0) await this.#sleep(Math.min(waitMs, longestSleepMs), signal);
      else await this.#attempt(next.full, signal);
    }
  }

  async #attempt(full: boolean, signal: AbortSignal): Promise<void> {
    const begunAtMs = this.#now();
    const since = this.#pace.pendingSinceMs ?? begunAtMs;
    this.#pace = began(this.#pace, this.#limits, begunAtMs);
    try {
      await this.#sync(full);
      this.#pace = succeeded(this.#pace, full, this.#now());
    } catch (error) {
      this.#pace = failed(this.#pace, since, this.#now());
      if (!signal.aborted) this.#onError(error, this.#pace.failures);
    }
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.ceil(ms));
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
