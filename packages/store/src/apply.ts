import type { Applied, Change, Command, KeyRef, LeaseRecord, Response } from './command.ts';
import { addVersion, newest, type LeaseState, type State, type Version } from './state.ts';
import type { Compare, Operation, StorageErrorCode, TxnRequest } from './storage.ts';

/** A transaction may touch so many keys; more would hold up everything else. */
const maxKeysPerTxn = 2000;

/** So many keys are deleted at once when a lease ends. */
const maxKeysPerRevoke = 1000;
const endedAtMs = 0;

const empty = new Uint8Array(0);

/**
 * Applies one command to the state, in place, and says what it did. Deterministic; a command that is refused changes
 * nothing but the applied index.
 */
export function apply(state: State, command: Command): Applied {
  state.appliedIndex++;
  switch (command.type) {
    case 'txn':
      return applyTxn(state, command.request);
    case 'leaseGrant':
      return grantLease(state, command.ttlSeconds, command.nowMs);
    case 'leaseKeepAlive':
      return keepAliveLease(state, command.id, command.nowMs);
    case 'leaseRevoke':
      return revokeLease(state, command.id, command.expiredByMs);
    case 'compact':
      return compact(state, command.revision);
  }
}

function applyTxn(state: State, request: TxnRequest): Applied {
  const succeeded = request.compares.every((compare) => holds(state, compare));
  const operations = succeeded ? request.success : (request.failure ?? []);
  const refusal = refuse(state, operations);
  if (refusal !== undefined) return only(refusal);

  const changes: Change[] = [];
  const results = operations.map((operation) => run(state, operation, changes));
  if (changes.length > 0) state.revision++;
  return { ...only({ type: 'txn', succeeded, revision: state.revision, results }), changes };
}

function holds(state: State, compare: Compare): boolean {
  const version = newest(state.index.get(compare.key));
  const actual = version === undefined ? 0 : fieldOf(version, compare.target);
  switch (compare.op) {
    case '=':
      return actual === compare.value;
    case '!=':
      return actual !== compare.value;
    case '<':
      return actual < compare.value;
    case '>':
      return actual > compare.value;
  }
}

function fieldOf(version: Version, target: Compare['target']): number {
  switch (target) {
    case 'createRevision':
      return version.create;
    case 'modRevision':
      return version.mod;
    case 'version':
      return version.version;
    case 'lease':
      return version.lease;
  }
}

/** Everything that can be wrong is found before the first change, so that a refused transaction leaves no trace. */
function refuse(state: State, operations: Operation[]): Response | undefined {
  let touched = 0;
  for (const operation of operations) {
    touched++;
    if (operation.type === 'put' && operation.lease && liveLease(state, operation.lease) === undefined) {
      return error('lease-not-found', 'requested lease not found');
    }
    if (operation.type === 'deletePrefix') {
      touched += liveUnder(state, operation.prefix, maxKeysPerTxn + 1).length;
    }
  }
  if (touched > maxKeysPerTxn) {
    return error('too-large', `transaction touches more than ${maxKeysPerTxn} keys`);
  }
  return undefined;
}

/** Operations see the ones before them in the same transaction. */
function run(state: State, operation: Operation, changes: Change[]): KeyRef[] {
  switch (operation.type) {
    case 'get':
      return refs(operation.key, newest(state.index.get(operation.key)));
    case 'put':
      return put(state, operation.key, operation.value, operation.lease ?? 0, changes);
    case 'delete':
      return remove(state, operation.key, changes);
    case 'deletePrefix':
      return liveUnder(state, operation.prefix, maxKeysPerTxn).flatMap((key) => remove(state, key, changes));
  }
}

function put(state: State, key: string, value: Uint8Array, lease: number, changes: Change[]): KeyRef[] {
  const previous = newest(state.index.get(key));
  const mod = state.revision + 1;
  const version: Version = {
    mod,
    sub: changes.length,
    create: previous?.create ?? mod,
    version: (previous?.version ?? 0) + 1,
    lease,
    bytes: 0,
    checksum: 0,
  };
  addVersion(state, key, version);
  changes.push({ key, version, previous, value });
  return refs(key, previous);
}

function remove(state: State, key: string, changes: Change[]): KeyRef[] {
  const previous = newest(state.index.get(key));
  if (previous === undefined) return [];
  const mod = state.revision + 1;
  const version: Version = { mod, sub: changes.length, create: 0, version: 0, lease: 0, bytes: 0, checksum: 0 };
  addVersion(state, key, version);
  changes.push({ key, version, previous, value: empty });
  return refs(key, previous);
}

function liveUnder(state: State, prefix: string, limit: number): string[] {
  const keys: string[] = [];
  state.index.scan(prefix, (history) => {
    if (!history.key.startsWith(prefix)) return false;
    if (newest(history) !== undefined) keys.push(history.key);
    return keys.length < limit;
  });
  return keys;
}

function grantLease(state: State, ttlSeconds: number, nowMs: number): Applied {
  const id = ++state.lastLeaseId;
  const lease: LeaseState = { id, ttlSeconds, expiresAtMs: nowMs + ttlSeconds * 1000, keys: new Set() };
  state.leases.set(id, lease);
  return leasePut(lease);
}

function keepAliveLease(state: State, id: number, nowMs: number): Applied {
  const lease = liveLease(state, id);
  if (lease === undefined) return only(leaseNotFound());
  lease.expiresAtMs = Math.max(lease.expiresAtMs, nowMs + lease.ttlSeconds * 1000);
  return leasePut(lease);
}

function leasePut({ id, ttlSeconds, expiresAtMs }: LeaseState): Applied {
  const lease: LeaseRecord = { id, ttlSeconds, expiresAtMs };
  return { ...only({ type: 'lease', lease }), leasesPut: [lease] };
}

/**
 * Deletes the lease and, in one revision, the keys that carry it. Of very many keys only the first go, the lease has
 * ended for good, and the command is to be proposed again.
 */
function revokeLease(state: State, id: number, expiredByMs: number | undefined): Applied {
  const lease = state.leases.get(id);
  if (lease === undefined) return only(leaseNotFound());
  if (expiredByMs !== undefined && lease.expiresAtMs > expiredByMs) return only({ type: 'done' });
  const changes: Change[] = [];
  // Sorted, so that the order within the revision does not depend on the order in which keys were attached.
  const keys = [...lease.keys].sort().slice(0, maxKeysPerRevoke);
  for (const key of keys) remove(state, key, changes);
  if (changes.length > 0) state.revision++;
  if (lease.keys.size > 0) {
    lease.expiresAtMs = endedAtMs;
    return { ...leasePut(lease), response: { type: 'more' }, changes };
  }
  state.leases.delete(id);
  return { ...only({ type: 'done' }), changes, leasesDeleted: [id] };
}

/** The lease, unless it has ended and only some of its keys are still to be deleted. */
function liveLease(state: State, id: number): LeaseState | undefined {
  const lease = state.leases.get(id);
  return lease?.expiresAtMs === endedAtMs ? undefined : lease;
}

function compact(state: State, revision: number): Applied {
  if (revision > state.revision) {
    return only(error('future-revision', 'required revision is a future revision'));
  }
  if (revision <= state.compactedRevision) {
    return only(error('compacted', 'required revision has been compacted'));
  }
  state.compactedRevision = revision;
  return { ...only({ type: 'done' }), compacted: revision };
}

function refs(key: string, version: Version | undefined): KeyRef[] {
  return version === undefined ? [] : [{ key, version }];
}

function leaseNotFound(): Response {
  return error('lease-not-found', 'requested lease not found');
}

function error(code: StorageErrorCode, message: string): Response {
  return { type: 'error', code, message };
}

function only(response: Response): Applied {
  return { response, changes: [], leasesPut: [], leasesDeleted: [] };
}
