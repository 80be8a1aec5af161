import { isSingle } from './byte-string.ts';
import type { Applied, ApplyContext, Change, KeyRef, Response, ResultRef } from './command.ts';
import { holds, type Touched } from './compare.ts';
import type { EtcdOperation, EtcdTxnRequest, KeyRange, RangeRequest } from './etcd-store.ts';
import { compactedAway, error, inTheFuture, keyNotFound, leaseNotFound, only } from './respond.ts';
import { addVersion, liveLease, newest, type State, type Version } from './state.ts';
import { countUpTo, liveKeys, visit } from './visit.ts';

/** A transaction may touch so many keys; more would hold up everything else. */
const maxKeysPerTxn = 100_000;

const empty = new Uint8Array(0);

type Put = EtcdOperation & { type: 'put' };

/** Which way a transaction goes, and in the order of its operations those within it. */
interface Path {
  succeeded: boolean;
  operations: EtcdOperation[];
  nested: Path[];
}

export function applyTxn(state: State, request: EtcdTxnRequest, context: ApplyContext): Applied {
  const touched: Touched = { keys: 0 };
  const path = decide(state, request, context, touched);
  const refusal = refuse(state, path, touched) ?? refuseMany(touched);
  if (refusal !== undefined) return only(refusal);

  const changes: Change[] = [];
  const results = runAll(state, path, changes, context);
  if (changes.length > 0) state.revision++;
  return { ...only({ type: 'txn', succeeded: path.succeeded, revision: state.revision, results }), changes };
}

/** Whether there is a put on any way the transaction may go. */
export function mayPut({ success, failure }: EtcdTxnRequest): boolean {
  const puts = (operation: EtcdOperation): boolean =>
    operation.type === 'put' || (operation.type === 'txn' && mayPut(operation));
  return success.some(puts) || failure.some(puts);
}

/** All compares, nested ones too, are decided on the state before the whole transaction, as in etcd. */
function decide(state: State, request: EtcdTxnRequest, context: ApplyContext, touched: Touched): Path {
  const succeeded = request.compares.every((compare) => holds(state, compare, context, touched));
  const operations = succeeded ? request.success : request.failure;
  const nested: Path[] = [];
  for (const operation of operations)
    if (operation.type === 'txn') nested.push(decide(state, operation, context, touched));
  return { succeeded, operations, nested };
}

/** Everything that can be wrong is found before the first change, so that a refused transaction leaves no trace. */
function refuse(state: State, { operations, nested }: Path, touched: Touched): Response | undefined {
  let within = 0;
  for (const operation of operations) {
    const refusal =
      operation.type === 'txn'
        ? refuse(state, nested[within++] as Path, touched)
        : refuseOne(state, operation, touched);
    if (refusal !== undefined) return refusal;
    if (touched.keys > maxKeysPerTxn) return refuseMany(touched);
  }
  return undefined;
}

function refuseMany(touched: Touched): Response | undefined {
  if (touched.keys <= maxKeysPerTxn) return undefined;
  return error('too-large', `transaction touches more than ${maxKeysPerTxn} keys`);
}

function refuseOne(
  state: State,
  operation: Exclude<EtcdOperation, { type: 'txn' }>,
  touched: Touched,
): Response | undefined {
  touched.keys++;
  switch (operation.type) {
    case 'put':
      return refusePut(state, operation);
    case 'delete':
      if (!isSingle(operation)) touched.keys += countUpTo(state, operation, maxKeysPerTxn + 1);
      return undefined;
    case 'range':
      return refuseRange(state, operation, touched);
  }
}

function refusePut(state: State, { key, lease, ignoreValue, ignoreLease }: Put): Response | undefined {
  if (lease && liveLease(state, lease) === undefined) return leaseNotFound;
  const mustExist = ignoreValue === true || ignoreLease === true;
  return mustExist && newest(state.index.get(key)) === undefined ? keyNotFound : undefined;
}

function refuseRange(state: State, operation: RangeRequest, touched: Touched): Response | undefined {
  const { revision = 0, limit = 0, countOnly } = operation;
  if (revision > state.revision) return inTheFuture;
  if (revision > 0 && revision < state.compactedRevision) return compactedAway;
  if (countOnly === true || isSingle(operation)) return undefined;
  const most = maxKeysPerTxn + 1;
  touched.keys += limit > 0 && limit < most ? limit : countUpTo(state, operation, most);
  return undefined;
}

/** Operations see the ones before them in the same transaction. */
function runAll(state: State, path: Path, changes: Change[], context: ApplyContext): ResultRef[] {
  let within = 0;
  return path.operations.map((operation) => {
    if (operation.type !== 'txn') return run(state, operation, changes, context);
    const nested = path.nested[within++] as Path;
    return { type: 'txn', succeeded: nested.succeeded, results: runAll(state, nested, changes, context) };
  });
}

function run(
  state: State,
  operation: Exclude<EtcdOperation, { type: 'txn' }>,
  changes: Change[],
  context: ApplyContext,
): ResultRef {
  switch (operation.type) {
    case 'put':
      return { type: 'put', previous: put(state, operation, changes, context) };
    case 'delete':
      return { type: 'delete', previous: remove(state, operation, changes) };
    case 'range':
      // What this transaction has changed so far is of the revision that is to come.
      return { type: 'range', ...range(state, operation, changes.length > 0 ? state.revision + 1 : state.revision) };
  }
}

function put(state: State, operation: Put, changes: Change[], context: ApplyContext): KeyRef | undefined {
  const { key, ignoreValue, ignoreLease } = operation;
  const previous = newest(state.index.get(key));
  const value =
    ignoreValue === true && previous !== undefined ? valueNow(state, previous, changes, context) : operation.value;
  const lease = ignoreLease === true && previous !== undefined ? previous.lease : (operation.lease ?? 0);
  const mod = state.revision + 1;
  const version: Version = {
    mod,
    sub: changes.length,
    create: previous === undefined ? mod : previous.create,
    version: previous === undefined ? 1 : previous.version + 1,
    lease,
    bytes: 0,
    checksum: 0,
  };
  addVersion(state, key, version);
  changes.push({ key, version, previous, value });
  return previous === undefined ? undefined : { key, version: previous };
}

function valueNow(state: State, version: Version, changes: Change[], context: ApplyContext): Uint8Array {
  // Of this very transaction: not written down yet.
  if (version.mod > state.revision) return (changes[version.sub] as Change).value;
  return context.readValue(version);
}

function remove(state: State, operation: KeyRange, changes: Change[]): KeyRef[] {
  const removed: KeyRef[] = [];
  for (const key of isSingle(operation) ? [operation.key] : liveKeys(state, operation)) {
    const previous = removeKey(state, key, changes);
    if (previous !== undefined) removed.push({ key, version: previous });
  }
  return removed;
}

/** Puts an end to the key in the revision to come, if it is live; returns what it was. */
export function removeKey(state: State, key: string, changes: Change[]): Version | undefined {
  const previous = newest(state.index.get(key));
  if (previous === undefined) return undefined;
  const mod = state.revision + 1;
  const version: Version = { mod, sub: changes.length, create: 0, version: 0, lease: 0, bytes: 0, checksum: 0 };
  addVersion(state, key, version);
  changes.push({ key, version, previous, value: empty });
  return previous;
}

function range(state: State, request: RangeRequest, current: number): { kvs: KeyRef[]; count: number; more: boolean } {
  const { limit = 0, countOnly } = request;
  const revision = request.revision !== undefined && request.revision > 0 ? request.revision : current;
  const most = countOnly === true ? 0 : limit > 0 ? limit : Number.POSITIVE_INFINITY;
  const kvs: KeyRef[] = [];
  let count = 0;
  visit(state, request, revision, (key, version) => {
    count++;
    if (kvs.length < most) kvs.push({ key, version });
    return true;
  });
  return { kvs, count, more: countOnly !== true && count > kvs.length };
}
