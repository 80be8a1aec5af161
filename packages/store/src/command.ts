import type { Alarm, EtcdTxnRequest } from './etcd-store.ts';
import type { Version } from './state.ts';
import type { StorageErrorCode } from './storage.ts';

/**
 * What is put in order, made durable and applied. All that is to be decided by a clock or by chance was decided before
 * proposing, or comes with the log's entry, so that the same commands give the same state everywhere.
 */
export type Command =
  | { type: 'txn'; request: EtcdTxnRequest }
  /** With id 0 the store chooses one. */
  | { type: 'leaseGrant'; id: number; ttlSeconds: number }
  | { type: 'leaseKeepAlive'; id: number }
  /** With `expiredByMs`: only if the lease had ended by then, as it may have been kept alive in the meantime. */
  | { type: 'leaseRevoke'; id: number; expiredByMs?: number | undefined }
  | { type: 'compact'; revision: number }
  | { type: 'alarm'; action: 'raise' | 'clear'; alarm: Alarm }
  /** Every member compares its own chain as of `revision` with this one. */
  | { type: 'verify'; revision: number; chain: number }
  /** What a member says of itself when it starts. */
  | { type: 'memberAttributes'; id: number; name: string; clientUrls: string[] };

/**
 * The content of one entry of the log. `origin` is a proposer (new with every start of a member), which counts its
 * batches in `sequence` from 1 on; it knows the outcome of all below `settledBelow` and proposes none of them again.
 */
export interface Batch {
  origin: number;
  sequence: number;
  settledBelow: number;
  commands: Command[];
}

/** One key's state as of a revision, by reference: the value is in the record of (version.mod, version.sub). */
export interface KeyRef {
  key: string;
  version: Version;
}

/** What an operation of a transaction found or replaced, by reference. */
export type ResultRef =
  | { type: 'put'; previous: KeyRef | undefined }
  | { type: 'delete'; previous: KeyRef[] }
  | { type: 'range'; kvs: KeyRef[]; count: number; more: boolean }
  | { type: 'txn'; succeeded: boolean; results: ResultRef[] };

/** One key changed by a transaction; `sub` of its version is its place in the revision, starting at 0. */
export interface Change {
  key: string;
  version: Version;
  /** The live version before, if there was one. */
  previous: Version | undefined;
  /** Empty for a delete. */
  value: Uint8Array;
}

export interface LeaseRecord {
  id: number;
  ttlSeconds: number;
  /** On the cluster's clock; 0 when it has ended and only some of its keys are still to be deleted. */
  expiresAtMs: number;
}

export type Response =
  | { type: 'txn'; succeeded: boolean; revision: number; results: ResultRef[] }
  | { type: 'lease'; lease: LeaseRecord }
  | { type: 'done' }
  /** There is more to do: propose the same again. */
  | { type: 'more' }
  /** Nothing was changed. */
  | { type: 'error'; code: StorageErrorCode; message: string };

/** What comes with the entry of the log, or from beside the state. */
export interface ApplyContext {
  /** The entry's time on the cluster's clock. */
  timeMs: number;
  /** The value of a version that an earlier command wrote, also one of the same batch. */
  readValue(version: Version): Uint8Array;
}

/** What a command did: what to answer, and what to write down in one atomic step. */
export interface Applied {
  response: Response;
  /** All of one revision; empty when the revision did not move. */
  changes: Change[];
  leasesPut: LeaseRecord[];
  leasesDeleted: number[];
  /** The new compacted revision. */
  compacted?: number;
  /** This member's content is not what the one that proposed `verify` has. Its own finding, no part of the state. */
  diverged?: boolean;
}
