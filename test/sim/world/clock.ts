import type { Clock } from '@wherry/raft';
import type { Life, Scheduler } from './scheduler.ts';

interface Timer {
  dueMs: number;
  callback: () => void;
  event: { cancel(): void };
}

/** A member's own clock: starts anywhere, runs a little too fast or too slow, jumps forward, never goes back. */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #life: Life;
  readonly #rate: number;
  readonly #timers = new Set<Timer>();
  #offsetMs: number;
  #startedMs: number;

  constructor(scheduler: Scheduler, life: Life, options: { startMs: number; rate: number }) {
    this.#scheduler = scheduler;
    this.#life = life;
    this.#rate = options.rate;
    this.#offsetMs = options.startMs;
    this.#startedMs = scheduler.nowMs;
  }

  nowMs(): number {
    return Math.floor(this.#exactMs());
  }

  #exactMs(): number {
    return this.#offsetMs + (this.#scheduler.nowMs - this.#startedMs) * this.#rate;
  }

  after(delayMs: number, callback: () => void): { cancel(): void } {
    const timer: Timer = { dueMs: this.#exactMs() + delayMs, callback, event: { cancel: () => {} } };
    this.#timers.add(timer);
    this.#arm(timer);
    return {
      cancel: () => {
        this.#timers.delete(timer);
        timer.event.cancel();
      },
    };
  }

  #arm(timer: Timer): void {
    const delayMs = (timer.dueMs - this.#exactMs()) / this.#rate;
    timer.event = this.#scheduler.after(delayMs, this.#life, () => {
      this.#timers.delete(timer);
      timer.callback();
    });
  }

  turn(): Promise<void> {
    return new Promise((resolve) => this.#scheduler.after(0, this.#life, resolve));
  }

  /** What was due within the jump is due now. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
    for (const timer of this.#timers) {
      timer.event.cancel();
      this.#arm(timer);
    }
  }
}
