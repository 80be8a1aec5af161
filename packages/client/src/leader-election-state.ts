import type { LeaseSpec } from '@wherry/api';
import { formatMicroTime } from './timestamps.ts';

/**
 * What a candidate knows of the lease. Its holder's clock is never trusted: a lease has run out when it has not been
 * seen to change for its duration, by our own (monotonic) clock.
 */
export interface Observed {
  readonly holder: string;
  readonly durationMs: number;
  /** The record as last seen, and when it was first seen so. */
  readonly record: string;
  readonly sinceMs: number;
}

export function observe(known: Observed | undefined, lease: LeaseSpec | undefined, nowMs: number): Observed {
  const record = JSON.stringify([lease?.holderIdentity, lease?.renewTime, lease?.acquireTime, lease?.leaseTransitions]);
  if (known?.record === record) return known;
  const durationMs = (lease?.leaseDurationSeconds ?? 0) * 1000;
  return { holder: lease?.holderIdentity ?? '', durationMs, record, sinceMs: nowMs };
}

export function mayAcquire(observed: Observed, identity: string, nowMs: number): boolean {
  if (observed.holder === '' || observed.holder === identity) return true;
  return nowMs >= observed.sinceMs + observed.durationMs;
}

/** The lease as the candidate would have it. */
export function claim(
  old: LeaseSpec | undefined,
  identity: string,
  leaseDurationMs: number,
  wallMs: number,
): LeaseSpec {
  const now = formatMicroTime(wallMs);
  const renewed = old?.holderIdentity === identity;
  const transitions = old?.leaseTransitions ?? 0;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.round(leaseDurationMs / 1000),
    acquireTime: renewed ? (old.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: renewed || old === undefined ? transitions : transitions + 1,
  };
}

/** A lease given back: the next candidate need not wait. */
export function release(old: LeaseSpec, wallMs: number): LeaseSpec {
  const now = formatMicroTime(wallMs);
  return {
    holderIdentity: '',
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: old.leaseTransitions,
  };
}
