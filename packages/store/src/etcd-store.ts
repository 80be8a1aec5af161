import type { KeyValue, Watch, WatchHandlers } from './storage.ts';

/**
 * What the etcd v3 API asks of the store, in etcd's terms (etcd's api/etcdserverpb). Keys are byte strings here, one
 * character per byte ('latin1'), so that any bytes are a key and the order of strings is the order of bytes.
 */
export type ByteString = string;

/** One key; or with `rangeEnd` all from `key` to before it, where '\0' stands for no end. */
export interface KeyRange {
  key: ByteString;
  rangeEnd?: ByteString | undefined;
}

export interface RangeRequest extends KeyRange {
  /** 0 or absent is the newest. */
  revision?: number | undefined;
  /** 0 or absent is all. */
  limit?: number | undefined;
  /** Only the number of keys, no items. */
  countOnly?: boolean | undefined;
}

export interface RangeResult {
  kvs: KeyValue[];
  /** Keys in the range at that revision, whatever the limit. */
  count: number;
  more: boolean;
}

/** All keys of the range must fulfil it; an empty range fulfils it only if it asks for nothing (as etcd has it). */
export type EtcdCompare = KeyRange & { op: '=' | '!=' | '<' | '>' } & (
    | { target: 'createRevision' | 'modRevision' | 'version' | 'lease'; value: number }
    | { target: 'value'; value: Uint8Array }
  );

export type EtcdOperation =
  | {
      type: 'put';
      key: ByteString;
      value: Uint8Array;
      lease?: number | undefined;
      /** Keep the value, or the lease, that is there; the key must exist. */
      ignoreValue?: boolean | undefined;
      ignoreLease?: boolean | undefined;
    }
  | ({ type: 'delete' } & KeyRange)
  | ({ type: 'range' } & RangeRequest)
  | ({ type: 'txn' } & EtcdTxnRequest);

export interface EtcdTxnRequest {
  compares: EtcdCompare[];
  success: EtcdOperation[];
  failure: EtcdOperation[];
}

/** Of a put: what was there before; of a delete: what was deleted. */
export type EtcdOperationResult =
  | { type: 'put'; previous: KeyValue | undefined }
  | { type: 'delete'; previous: KeyValue[] }
  | ({ type: 'range' } & RangeResult)
  | { type: 'txn'; succeeded: boolean; results: EtcdOperationResult[] };

export interface EtcdTxnResult {
  succeeded: boolean;
  /** Of the store after it. */
  revision: number;
  results: EtcdOperationResult[];
}

export interface Member {
  id: number;
  name: string;
  peerUrls: string[];
  clientUrls: string[];
  isLearner: boolean;
}

export interface Alarm {
  member: number;
  type: 'noSpace' | 'corrupt';
}

export interface StoreStatus {
  clusterId: number;
  memberId: number;
  /** 0 when there is none. */
  leader: number;
  term: number;
  /** The last entry of the log, and the last one applied. */
  raftIndex: number;
  appliedIndex: number;
  revision: number;
  compactedRevision: number;
  /** Bytes on disk, and of what is not yet to be forgotten. */
  dbSizeBytes: number;
  dbSizeInUseBytes: number;
  isLearner: boolean;
  /** What is wrong, in etcd's words. */
  errors: string[];
}

export interface LeaseState {
  id: number;
  grantedTtlSeconds: number;
  /** Whole seconds that are left. */
  ttlSeconds: number;
  keys: ByteString[];
}

/** Rejects with StorageError, as Storage does. */
export interface EtcdStore {
  status(): StoreStatus;
  /** Serializable; call linearize() before when the newest is wanted. */
  range(request: RangeRequest): Promise<RangeResult & { revision: number }>;
  /** Resolves when everything acknowledged before the call, anywhere, can be read here. */
  linearize(): Promise<void>;
  transact(request: EtcdTxnRequest): Promise<EtcdTxnResult>;
  /** `physical`: resolve only when what was forgotten is off the disk. */
  compactTo(revision: number, options: { physical: boolean }): Promise<void>;
  /** From `startRevision` (0: from now) on; as Storage.watch. */
  watchRange(range: KeyRange, startRevision: number, handlers: WatchHandlers): Watch;
  /** `id` 0: the store chooses. Rejects with `lease-exists`. */
  grantLeaseWith(id: number, ttlSeconds: number): Promise<{ id: number; ttlSeconds: number }>;
  /** The remaining TTL after it. */
  keepAliveLease(id: number): Promise<{ id: number; ttlSeconds: number }>;
  revokeLease(id: number): Promise<void>;
  lease(id: number): Promise<LeaseState | undefined>;
  leases(): Promise<number[]>;
  members(): Member[];
  addMember(peerUrls: string[], isLearner: boolean): Promise<Member>;
  removeMember(id: number): Promise<void>;
  updateMember(id: number, peerUrls: string[]): Promise<void>;
  /** Rejects unless the learner has caught up. */
  promoteMember(id: number): Promise<void>;
  moveLeader(id: number): Promise<void>;
  alarms(): Alarm[];
  raiseAlarm(alarm: Alarm): Promise<void>;
  clearAlarm(alarm: Alarm): Promise<void>;
  /** The same on every member for the same revision (0: the newest) and compaction. */
  hash(revision: number): Promise<{ hash: number; revision: number; compactedRevision: number }>;
  /** A whole backup, for `wherry etcd snapshot restore`. */
  backup(): Promise<{ bytes: number; chunks: AsyncIterable<Uint8Array> }>;
  defragment(): Promise<void>;
}
