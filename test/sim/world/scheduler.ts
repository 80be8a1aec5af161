import { drainMicrotasks } from './drain.ts';

/** One run of a process. What it has scheduled does not happen once it is dead, and waits while it is paused. */
export interface Life {
  alive: boolean;
  pausedUntilMs: number;
}

interface Event {
  atMs: number;
  /** Breaks ties: first come, first served. */
  order: number;
  life: Life | undefined;
  run: (() => void) | undefined;
}

/** Virtual time: one event after the other, and after each all that it has resolved. */
export class Scheduler {
  nowMs = 0;
  events = 0;
  #order = 0;
  readonly #heap: Event[] = [];

  after(delayMs: number, life: Life | undefined, run: () => void): { cancel(): void } {
    const event: Event = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, life, run };
    this.#push(event);
    return {
      cancel: () => {
        event.run = undefined;
      },
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, undefined, resolve));
  }

  /** Until `done` says so after an event, or virtual time is up. True when done. */
  run(done: () => boolean, untilMs: number): boolean {
    drainMicrotasks();
    while (!done()) {
      const event = this.#heap[0];
      if (!event || event.atMs > untilMs) return false;
      this.#pop();
      if (!event.run || event.life?.alive === false) continue;
      if (event.life && event.life.pausedUntilMs > event.atMs) {
        event.atMs = event.life.pausedUntilMs;
        this.#push(event);
        continue;
      }
      this.nowMs = event.atMs;
      this.events++;
      event.run();
      drainMicrotasks();
    }
    return true;
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!before(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
  }
}

function before(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
