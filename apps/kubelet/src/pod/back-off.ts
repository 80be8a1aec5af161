/** Doubling delays, as upstream's flowcontrol.Backoff: 10 s, 20 s, ... 5 min, forgotten after 10 quiet minutes. */
export interface BackOff {
  readonly delayMs: number;
  readonly lastUpdateMs: number;
}

export const initialDelayMs = 10_000;
export const maxDelayMs = 300_000;
const forgetAfterMs = 2 * maxDelayMs;

/** The entry after one more start at `nowMs`; `eventMs` is when what is being repeated happened (the exit). */
export function nextBackOff(entry: BackOff | undefined, eventMs: number, nowMs: number): BackOff {
  if (entry === undefined || eventMs - entry.lastUpdateMs > forgetAfterMs) {
    return { delayMs: initialDelayMs, lastUpdateMs: nowMs };
  }
  return { delayMs: Math.min(entry.delayMs * 2, maxDelayMs), lastUpdateMs: nowMs };
}

/** When the next start is allowed after an exit at `eventMs`; 0 when it is allowed at once. */
export function heldUntilMs(entry: BackOff | undefined, eventMs: number, nowMs: number): number {
  if (entry === undefined || eventMs - entry.lastUpdateMs > forgetAfterMs) return 0;
  const until = eventMs + entry.delayMs;
  return nowMs < until ? until : 0;
}
