import { removeKey } from './apply-txn.ts';
import type { Applied, Change, LeaseRecord } from './command.ts';
import { error, leaseNotFound, only } from './respond.ts';
import { endedAtMs, liveLease, type LeaseState, type State } from './state.ts';

/** So many keys are deleted at once when a lease ends. */
const maxKeysPerRevoke = 1000;
/** Ids up to here that a client chose are not chosen for another one; beyond, there are as many again to choose from. */
const lastReservedId = 2 ** 52;

export function grantLease(state: State, asked: { id: number; ttlSeconds: number }, timeMs: number): Applied {
  if (state.leases.has(asked.id)) return only(error('lease-exists', 'lease already exists'));
  const id = asked.id === 0 ? chooseId(state) : asked.id;
  if (id <= lastReservedId) state.lastLeaseId = Math.max(state.lastLeaseId, id);
  const { ttlSeconds } = asked;
  const lease: LeaseState = { id, ttlSeconds, expiresAtMs: timeMs + ttlSeconds * 1000, keys: new Set() };
  state.leases.set(id, lease);
  return leasePut(lease);
}

export function keepAliveLease(state: State, id: number, timeMs: number): Applied {
  const lease = liveLease(state, id);
  if (lease === undefined) return only(leaseNotFound);
  lease.expiresAtMs = timeMs + lease.ttlSeconds * 1000;
  return leasePut(lease);
}

/**
 * Deletes the lease and, in one revision, the keys that carry it. Of very many keys only the first go, the lease has
 * ended for good, and the command is to be proposed again.
 */
export function revokeLease(state: State, id: number, expiredByMs: number | undefined): Applied {
  const lease = state.leases.get(id);
  if (lease === undefined) return only(leaseNotFound);
  if (expiredByMs !== undefined && lease.expiresAtMs > expiredByMs) return only({ type: 'done' });
  const changes: Change[] = [];
  // Sorted, so that the order within the revision does not depend on the order in which keys were attached.
  const keys = [...lease.keys].sort().slice(0, maxKeysPerRevoke);
  for (const key of keys) removeKey(state, key, changes);
  if (changes.length > 0) state.revision++;
  if (lease.keys.size > 0) {
    lease.expiresAtMs = endedAtMs;
    return { ...leasePut(lease), response: { type: 'more' }, changes };
  }
  state.leases.delete(id);
  return { ...only({ type: 'done' }), changes, leasesDeleted: [id] };
}

function chooseId(state: State): number {
  let id = state.lastLeaseId + 1;
  while (state.leases.has(id)) id++;
  state.lastLeaseId = id;
  return id;
}

function leasePut({ id, ttlSeconds, expiresAtMs }: LeaseState): Applied {
  const lease: LeaseRecord = { id, ttlSeconds, expiresAtMs };
  return { ...only({ type: 'lease', lease }), leasesPut: [lease] };
}
