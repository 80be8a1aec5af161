/**
 * The storage interface: what the apiserver asks of a store, whichever it is (the embedded replicated store or an
 * external etcd v3). Everything that crosses it is plain cloneable data in batches, so that the store may move to a
 * worker thread. Revisions are safe integers, one per committed transaction that changed something, as in etcd.
 */

/** One key as of a revision. The value's bytes are shared and must not be altered. `version` counts the writes since the key was created, starting at 1. */
export interface KeyValue {
  key: string;
  value: Uint8Array;
  createRevision: number;
  modRevision: number;
  version: number;
  /** Lease id, 0 when there is none. */
  lease: number;
  /**
   * Why the value, which is empty then, cannot be read. No store says so: it comes from a layer above that transforms
   * values, such as encryption.
   */
  unreadable?: string | undefined;
}

/** `linearizable` sees every write acknowledged before the call; `serializable` may be a little old, and is local. */
export type Consistency = 'linearizable' | 'serializable';

export interface ListOptions {
  /** Read as of this revision; 0 or absent is the newest. Fails with `compacted` or `future-revision`. */
  revision?: number;
  /** At most so many items; 0 or absent is all. */
  limit?: number;
  /** Start at this key (inclusive) instead of at the prefix. */
  startKey?: string;
  consistency?: Consistency;
}

export interface ListResult {
  items: KeyValue[];
  /** The revision the items are of. */
  revision: number;
  /** True when the limit cut the list short. */
  more: boolean;
  /** All keys under the prefix at that revision, from startKey on. */
  count: number;
}

/** A condition on one key; a key that does not exist has createRevision, modRevision and version 0. */
export interface Compare {
  key: string;
  target: 'createRevision' | 'modRevision' | 'version' | 'lease';
  op: '=' | '!=' | '<' | '>';
  value: number;
}

export type Operation =
  | { type: 'put'; key: string; value: Uint8Array; lease?: number }
  | { type: 'delete'; key: string }
  | { type: 'deletePrefix'; prefix: string }
  | { type: 'get'; key: string };

/** What an operation of a transaction returned: the key's state before a put or delete, the found one of a get. */
export interface OperationResult {
  kvs: KeyValue[];
}

export interface TxnRequest {
  /** All must hold, else `failure` runs instead of `success`. */
  compares: Compare[];
  success: Operation[];
  failure?: Operation[];
}

export interface TxnResult {
  succeeded: boolean;
  /** The revision of this transaction if it changed something, else the current one. */
  revision: number;
  results: OperationResult[];
}

export interface WatchEvent {
  type: 'put' | 'delete';
  /** For a delete: the key, its modRevision (the delete's revision) and an empty value. */
  kv: KeyValue;
  /** The key's state before, if it existed and is not compacted. */
  previous?: KeyValue | undefined;
}

/** Events of one or more whole revisions, in order; an empty batch only reports progress up to `revision`. */
export interface WatchBatch {
  revision: number;
  events: WatchEvent[];
}

export interface Watch {
  /** Nothing comes any more, onEnd included. */
  close(): void;
}

export interface WatchHandlers {
  /**
   * Where a promise is returned the next batch waits for it; what gathers meanwhile has a bound, beyond which the watch
   * ends with `slow-consumer`. A handler that is in step has its batch before the write is answered.
   */
  onBatch(batch: WatchBatch): void | Promise<void>;
  /** Called once, after which nothing comes any more: compacted, a consumer that fell behind, or the store closed. */
  onEnd(error: StorageError | undefined): void;
}

export interface Lease {
  id: number;
  ttlSeconds: number;
}

/**
 * Asynchronous throughout. A write that rejects with code `unknown` may or may not have been committed and must not
 * be retried blindly; with any other code nothing was changed.
 */
export interface Storage extends AsyncDisposable {
  get(
    key: string,
    options?: { revision?: number; consistency?: Consistency },
  ): Promise<{ kv?: KeyValue | undefined /** The revision it is of. */; revision: number }>;
  list(prefix: string, options?: ListOptions): Promise<ListResult>;
  /**
   * A key may be put only once in a transaction, and not also be deleted (TypeError, as for an empty or malformed key).
   * The request must not be altered until it is answered.
   */
  txn(request: TxnRequest): Promise<TxnResult>;
  /** Events of keys under `prefix` with revision >= fromRevision (0: from now on), no gap, no duplicate. */
  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch;
  grantLease(ttlSeconds: number): Promise<Lease>;
  keepAliveLease(id: number): Promise<Lease>;
  revokeLease(id: number): Promise<void>;
  /**
   * Forget revisions below `revision`; reads and watches of them fail with `compacted` from then on. Fails with
   * `compacted` when that is already so, as in etcd, and with `future-revision`.
   */
  compact(revision: number): Promise<void>;
  currentRevision(consistency?: Consistency): Promise<number>;
}

export type StorageErrorCode =
  | 'compacted'
  | 'future-revision'
  | 'key-not-found'
  | 'lease-not-found'
  | 'lease-exists'
  | 'too-large'
  | 'no-space'
  | 'slow-consumer'
  | 'corrupt'
  | 'unavailable'
  | 'unknown'
  | 'closed'
  /** Of the cluster: nothing was changed by any of these. */
  | 'no-leader'
  | 'not-leader'
  | 'timeout'
  | 'member-not-found'
  | 'member-exists'
  | 'peer-url-exists'
  | 'not-a-learner'
  | 'learner-not-ready'
  | 'too-many-learners'
  | 'unhealthy'
  | 'bad-transferee'
  /** A snapshot, a data directory or a peer of another cluster or member. */
  | 'cluster';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
