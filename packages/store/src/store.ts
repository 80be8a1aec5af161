import type { Clock, Runner } from '@wherry/raft';
import type { Answer } from './answer.ts';
import { prefixRange, toByteString } from './byte-string.ts';
import { checkNumber, checkTransaction } from './check-request.ts';
import type { Command } from './command.ts';
import type {
  Alarm,
  EtcdStore,
  EtcdTxnRequest,
  EtcdTxnResult,
  KeyRange,
  LeaseState,
  Member,
  RangeRequest,
  RangeResult,
  StoreStatus,
} from './etcd-store.ts';
import { hashOf, type StateHash } from './hash.ts';
import type { Membership } from './membership.ts';
import type { Limits } from './options.ts';
import type { Proposer } from './proposer.ts';
import type { Replica } from './replica.ts';
import {
  StorageError,
  type Consistency,
  type KeyValue,
  type Lease,
  type ListOptions,
  type ListResult,
  type Storage,
  type TxnRequest,
  type TxnResult,
  type Watch,
  type WatchHandlers,
} from './storage.ts';
import { asStorageError } from './storage-error.ts';
import { narrowEvent, narrowKeyValue, narrowResult, widenTxn } from './widen.ts';

/** Figures for metrics and health. */
export interface StoreStats {
  revision: number;
  compactedRevision: number;
  /** Keys that exist, or did at an uncompacted revision. */
  keys: number;
  /** Change records on disk, and their bytes. */
  records: number;
  bytes: number;
  leases: number;
  watchers: number;
  hasLeader: boolean;
  isLeader: boolean;
  term: number;
  committedIndex: number;
  appliedIndex: number;
  proposalsPending: number;
}

export interface StoreParts {
  id: number;
  replica: Replica;
  proposer: Proposer;
  runner: Runner;
  membership: Membership;
  clock: Clock;
  limits: Limits;
  /** Ends everything else that the member does. */
  close(): Promise<void>;
}

/**
 * One member of the replicated store, in the two ways in which it is asked: Storage, with text keys and prefixes, and
 * EtcdStore, with byte keys and ranges.
 */
export class Store implements Storage, EtcdStore {
  readonly #parts: StoreParts;
  #closing: Promise<void> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  // Storage

  async get(
    key: string,
    options: { revision?: number; consistency?: Consistency } = {},
  ): Promise<{ kv?: KeyValue | undefined; revision: number }> {
    checkNumber('revision', options.revision ?? 0);
    await this.#reach(options.consistency);
    const found = this.#parts.replica.reader.get(toByteString(key), options.revision);
    return { ...found, kv: found.kv && narrowKeyValue(found.kv) };
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    checkNumber('revision', options.revision ?? 0);
    checkNumber('limit', options.limit ?? 0);
    await this.#reach(options.consistency);
    const { rangeEnd, key } = prefixRange(toByteString(prefix));
    const start = options.startKey === undefined ? key : toByteString(options.startKey);
    const { revision, limit } = options;
    const found = await this.#parts.replica.reader.range({ key: start > key ? start : key, rangeEnd, revision, limit });
    const { kvs, ...rest } = found;
    return { ...rest, items: kvs.map(narrowKeyValue) };
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    const { succeeded, revision, results } = await this.transact(widenTxn(request));
    return { succeeded, revision, results: results.map(narrowResult) };
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch {
    return this.watchRange(prefixRange(toByteString(prefix)), fromRevision, {
      ...handlers,
      onBatch: ({ revision, events }) => handlers.onBatch({ revision, events: events.map(narrowEvent) }),
    });
  }

  async grantLease(ttlSeconds: number): Promise<Lease> {
    return this.grantLeaseWith(0, ttlSeconds);
  }

  async keepAliveLease(id: number): Promise<Lease> {
    return leaseOf(await this.#propose({ type: 'leaseKeepAlive', id }, 0));
  }

  async revokeLease(id: number): Promise<void> {
    await this.#revoke({ type: 'leaseRevoke', id });
  }

  async compact(revision: number): Promise<void> {
    await this.compactTo(revision, { physical: false });
  }

  async currentRevision(consistency?: Consistency): Promise<number> {
    await this.#reach(consistency);
    return this.#parts.replica.state.revision;
  }

  // EtcdStore

  async range(request: RangeRequest): Promise<RangeResult & { revision: number }> {
    this.#refuseIfClosed();
    return this.#parts.replica.reader.range(request);
  }

  async linearize(): Promise<void> {
    this.#refuseIfClosed();
    try {
      await this.#parts.runner.readIndex();
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async transact(request: EtcdTxnRequest): Promise<EtcdTxnResult> {
    const bytes = checkTransaction(request, this.#parts.limits);
    const answer = await this.#propose({ type: 'txn', request }, bytes);
    if (answer.type !== 'txn') throw new Error(`a transaction was answered with ${answer.type}`);
    return answer;
  }

  async compactTo(revision: number, { physical }: { physical: boolean }): Promise<void> {
    checkNumber('revision', revision);
    await this.#propose({ type: 'compact', revision }, 0);
    if (physical) await this.#parts.replica.trimmed();
  }

  watchRange(range: KeyRange, startRevision: number, handlers: WatchHandlers): Watch {
    this.#refuseIfClosed();
    checkNumber('revision', startRevision);
    return this.#parts.replica.watchers.add(range, startRevision, handlers);
  }

  async grantLeaseWith(id: number, ttlSeconds: number): Promise<Lease> {
    checkNumber('lease', id);
    if (!(ttlSeconds > 0 && ttlSeconds <= maxTtlSeconds)) throw new TypeError('lease TTL out of range');
    return leaseOf(await this.#propose({ type: 'leaseGrant', id, ttlSeconds }, 0));
  }

  async lease(id: number): Promise<LeaseState | undefined> {
    await this.linearize();
    const { state } = this.#parts.replica;
    const lease = state.leases.get(id);
    if (lease === undefined) return undefined;
    const { ttlSeconds: grantedTtlSeconds, expiresAtMs, keys } = lease;
    // Elsewhere than on the leader, time is as of the last entry.
    const nowMs = this.#parts.runner.clusterTimeMs() ?? state.timeMs;
    const ttlSeconds = Math.max(0, Math.floor((expiresAtMs - nowMs) / 1000));
    return { id, grantedTtlSeconds, ttlSeconds, keys: [...keys].sort() };
  }

  async leases(): Promise<number[]> {
    await this.linearize();
    return [...this.#parts.replica.state.leases.keys()];
  }

  members(): Member[] {
    return this.#parts.replica.state.members;
  }

  addMember(peerUrls: string[], isLearner: boolean): Promise<Member> {
    return this.#parts.membership.add(peerUrls, isLearner);
  }

  removeMember(id: number): Promise<void> {
    return this.#parts.membership.remove(id);
  }

  updateMember(id: number, peerUrls: string[]): Promise<void> {
    return this.#parts.membership.update(id, peerUrls);
  }

  promoteMember(id: number): Promise<void> {
    return this.#parts.membership.promote(id);
  }

  moveLeader(id: number): Promise<void> {
    return this.#parts.membership.moveLeader(id);
  }

  alarms(): Alarm[] {
    return this.#parts.replica.state.alarms;
  }

  async raiseAlarm(alarm: Alarm): Promise<void> {
    await this.#propose({ type: 'alarm', action: 'raise', alarm }, 0);
  }

  async clearAlarm(alarm: Alarm): Promise<void> {
    await this.#propose({ type: 'alarm', action: 'clear', alarm }, 0);
  }

  async hash(revision: number): Promise<StateHash> {
    this.#refuseIfClosed();
    const { state } = this.#parts.replica;
    return hashOf(state, revision, this.#parts.clock);
  }

  async backup(): Promise<{ bytes: number; chunks: AsyncIterable<Uint8Array> }> {
    this.#refuseIfClosed();
    const { replica } = this.#parts;
    try {
      const { chunks, close } = await replica.snapshot();
      return { bytes: replica.size.bytes, chunks: closing(chunks, close) };
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async defragment(): Promise<void> {
    this.#refuseIfClosed();
    await this.#parts.replica.defragment();
  }

  status(): StoreStatus {
    const { id, replica, runner } = this.#parts;
    const { state, size } = replica;
    const raft = runner.status();
    const errors = state.alarms.map(({ member, type }) => `memberID:${member} alarm:${alarmNames[type]} `);
    return {
      clusterId: state.clusterId,
      memberId: id,
      leader: raft.leader,
      term: raft.term,
      raftIndex: raft.commit,
      appliedIndex: raft.applied,
      revision: state.revision,
      compactedRevision: state.compactedRevision,
      dbSizeBytes: size.bytes,
      dbSizeInUseBytes: size.bytes,
      isLearner: state.configuration.learners.includes(id),
      errors: raft.leader === 0 ? ['etcdserver: no leader', ...errors] : errors,
    };
  }

  // Both

  stats(): StoreStats {
    const { replica, runner, proposer } = this.#parts;
    const { state, watchers, size } = replica;
    const raft = runner.status();
    return {
      ...size,
      revision: state.revision,
      compactedRevision: state.compactedRevision,
      keys: state.index.size,
      leases: state.leases.size,
      watchers: watchers.size,
      hasLeader: raft.leader !== 0,
      isLeader: raft.role === 'leader',
      term: raft.term,
      committedIndex: raft.commit,
      appliedIndex: raft.applied,
      proposalsPending: proposer.pending,
    };
  }

  /** What was proposed before is finished and answered, if there is a leader; then watches end with `closed`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }

  async #reach(consistency: Consistency | undefined): Promise<void> {
    this.#refuseIfClosed();
    if (consistency !== 'serializable') await this.linearize();
  }

  async #revoke(command: Command): Promise<void> {
    while ((await this.#propose(command, 0)).type === 'more');
  }

  async #propose(command: Command, bytes: number): Promise<Exclude<Answer, { type: 'error' }>> {
    this.#refuseIfClosed();
    if (bytes > 0) await this.#refuseIfFull(bytes);
    const answer = await this.#parts.proposer.propose(command, bytes);
    if (answer.type === 'error') throw new StorageError(answer.code, answer.message);
    return answer;
  }

  /** Raises the alarm, which keeps all members from taking more; deletes and compaction are let through. */
  async #refuseIfFull(bytes: number): Promise<void> {
    const { id, replica, proposer, limits } = this.#parts;
    if (replica.size.bytes + proposer.queuedBytes + bytes <= limits.quotaBytes) return;
    const alarm: Alarm = { member: id, type: 'noSpace' };
    await proposer.propose({ type: 'alarm', action: 'raise', alarm }, 0);
    throw new StorageError('no-space', `database space exceeded: the quota is ${limits.quotaBytes} bytes`);
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw new StorageError('closed', 'the store is closed');
  }
}

/** As etcd's. */
const maxTtlSeconds = 9_000_000_000;

const alarmNames = { noSpace: 'NOSPACE', corrupt: 'CORRUPT' };

function leaseOf(answer: Answer): Lease {
  if (answer.type !== 'lease') throw new Error(`a lease command was answered with ${answer.type}`);
  return { id: answer.lease.id, ttlSeconds: answer.lease.ttlSeconds };
}

/** Closed also when the consumer stops early. */
async function* closing(chunks: AsyncIterable<Uint8Array>, close: () => Promise<void>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw asStorageError(error);
  } finally {
    await close();
  }
}
