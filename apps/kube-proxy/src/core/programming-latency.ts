import type { EndpointSlice } from '@wherry/api';

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** When the change came about that made the slice what it is (ms since 1970), if its controller said so. */
export function triggerTimeMs(slice: EndpointSlice): number | undefined {
  const time = Date.parse(slice.metadata.annotations?.[triggerAnnotation] ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Takes note of triggers, and gives the seconds from each to `nowMs` once the rules are written. Triggers from before
 * `startedAtMs` are history, which would distort the figures (as upstream). Bounded: what does not fit is not measured.
 */
export class ProgrammingLatency {
  readonly #startedAtMs: number;
  readonly #limit: number;
  #waiting: number[] = [];

  constructor(startedAtMs: number, limit = 10_000) {
    this.#startedAtMs = startedAtMs;
    this.#limit = limit;
  }

  note(slice: EndpointSlice | undefined): void {
    const timeMs = slice === undefined ? undefined : triggerTimeMs(slice);
    if (timeMs !== undefined && timeMs >= this.#startedAtMs && this.#waiting.length < this.#limit)
      this.#waiting.push(timeMs);
  }

  /** Takes the triggers noted so far; call settle() when they are written. */
  take(): readonly number[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** They were not written: they wait again. */
  giveBack(taken: readonly number[]): void {
    this.#waiting = [...taken, ...this.#waiting].slice(0, this.#limit);
  }
}

export function secondsSince(triggers: readonly number[], nowMs: number): number[] {
  return triggers.map((triggerMs) => Math.max(0, nowMs - triggerMs) / 1000);
}
