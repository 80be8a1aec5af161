/** A signal that follows the caller's and ends after `timeoutMs`; `done` releases both. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Counts from now again. */
  refresh(): void;
  /** No longer ends by itself; still follows the caller's. */
  disarm(): void;
  done(): void;
}

/** Beyond this a timer would fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Cheaper than AbortSignal.any with AbortSignal.timeout, whose parts live until they are collected. */
export function deadline(caller: AbortSignal | undefined, timeoutMs: number, reason: () => Error): Deadline {
  const controller = new AbortController();
  const follow = (): void => controller.abort(caller?.reason);
  if (caller?.aborted) follow();
  caller?.addEventListener('abort', follow, { once: true });
  const timer = timeoutMs > maxTimerMs ? undefined : setTimeout(() => controller.abort(reason()), timeoutMs);
  return {
    signal: controller.signal,
    refresh: () => void timer?.refresh(),
    disarm: () => clearTimeout(timer),
    done() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', follow);
    },
  };
}
