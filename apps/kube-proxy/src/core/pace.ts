/** When to sync: soon after a change, not too often, fully now and then, and slower while it fails. Times in ms. */
export interface PaceLimits {
  /** At least so long between syncs, on average; a few may follow at once. */
  readonly minPeriodMs: number;
  /** A full sync, which reads what stands, happens so often. */
  readonly fullPeriodMs: number;
}

export interface Pace {
  /** Syncs that may still happen at once, as of `countedAtMs`; grows by one each minPeriodMs. */
  readonly tokens: number;
  readonly countedAtMs: number;
  /** The oldest change that is not in the rules yet. */
  readonly pendingSinceMs?: number | undefined;
  readonly lastSuccessMs?: number | undefined;
  readonly lastFullMs?: number | undefined;
  readonly lastFailureMs?: number | undefined;
  /** Failures since the last success. */
  readonly failures: number;
}

export interface NextSync {
  readonly atMs: number;
  readonly full: boolean;
}

/**
 * Upstream allows 2. A partial sync costs us some tens of milliseconds, and a rollout changes endpoints several times a
 * second: each change held back is a time in which a pod that ended still gets connections.
 */
const burst = 10;
const firstBackOffMs = 500;

export function startPace(nowMs: number): Pace {
  return { tokens: burst, countedAtMs: nowMs, failures: 0, pendingSinceMs: nowMs };
}

export function changed(pace: Pace, nowMs: number): Pace {
  return { ...pace, pendingSinceMs: pace.pendingSinceMs ?? nowMs };
}

/** A sync begins: changes seen from now on are not in it. */
export function began(pace: Pace, limits: PaceLimits, nowMs: number): Pace {
  return {
    ...pace,
    tokens: Math.max(0, tokensAt(pace, limits, nowMs) - 1),
    countedAtMs: nowMs,
    pendingSinceMs: undefined,
  };
}

export function succeeded(pace: Pace, full: boolean, nowMs: number): Pace {
  return {
    ...pace,
    failures: 0,
    lastFailureMs: undefined,
    lastSuccessMs: nowMs,
    lastFullMs: full ? nowMs : pace.lastFullMs,
  };
}

/** `begunAtMs`: the changes of that sync wait again since then. After a failure what stands is unknown. */
export function failed(pace: Pace, begunAtMs: number, nowMs: number): Pace {
  return {
    ...pace,
    failures: pace.failures + 1,
    lastFailureMs: nowMs,
    lastFullMs: undefined,
    pendingSinceMs: Math.min(begunAtMs, pace.pendingSinceMs ?? begunAtMs),
  };
}

export function nextSync(pace: Pace, limits: PaceLimits): NextSync {
  const full = pace.lastFullMs === undefined;
  if (pace.lastFailureMs !== undefined) {
    const backOffMs = Math.min(firstBackOffMs * 2 ** Math.min(pace.failures - 1, 20), limits.fullPeriodMs);
    return { atMs: pace.lastFailureMs + backOffMs, full };
  }
  const fullAtMs = pace.lastFullMs === undefined ? Number.POSITIVE_INFINITY : pace.lastFullMs + limits.fullPeriodMs;
  if (pace.pendingSinceMs === undefined) return { atMs: fullAtMs, full: true };
  const missing = Math.max(0, 1 - pace.tokens);
  const atMs = Math.max(pace.pendingSinceMs, pace.countedAtMs + missing * limits.minPeriodMs);
  return fullAtMs <= atMs ? { atMs: fullAtMs, full: true } : { atMs, full };
}

/** No change has waited for longer than twice the time within which one should be written. */
export function isHealthy(pace: Pace, limits: PaceLimits, nowMs: number): boolean {
  if (pace.lastSuccessMs === undefined) return false;
  return pace.pendingSinceMs === undefined || nowMs - pace.pendingSinceMs < 2 * limits.fullPeriodMs;
}

function tokensAt(pace: Pace, limits: PaceLimits, nowMs: number): number {
  if (limits.minPeriodMs <= 0) return burst;
  return Math.min(burst, pace.tokens + (nowMs - pace.countedAtMs) / limits.minPeriodMs);
}
