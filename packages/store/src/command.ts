import type { StorageErrorCode, TxnRequest } from './storage.ts';
import type { Version } from './state.ts';

/**
 * What is put in order, made durable and applied. Every time is decided before proposing, so that applying the same
 * commands to the same state gives the same state everywhere.
 */
export type Command =
  | { type: 'txn'; request: TxnRequest }
  | { type: 'leaseGrant'; ttlSeconds: number; nowMs: number }
  | { type: 'leaseKeepAlive'; id: number; nowMs: number }
  /** With `expiredByMs`: only if the lease had ended by then, as it may have been kept alive in the meantime. */
  | { type: 'leaseRevoke'; id: number; expiredByMs?: number }
  | { type: 'compact'; revision: number };

/** One key's state as of a revision, by reference: the value is in the record of (version.mod, version.sub). */
export interface KeyRef {
  key: string;
  version: Version;
}

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
  expiresAtMs: number;
}

export type Response =
  | { type: 'txn'; succeeded: boolean; revision: number; results: KeyRef[][] }
  | { type: 'lease'; lease: LeaseRecord }
  | { type: 'done' }
  /** There is more to do: propose the same again. */
  | { type: 'more' }
  /** Nothing was changed. */
  | { type: 'error'; code: StorageErrorCode; message: string };

/** What a command did: what to answer, and what to write down in one atomic step. */
export interface Applied {
  response: Response;
  /** All of one revision; empty when the revision did not move. */
  changes: Change[];
  leasesPut: LeaseRecord[];
  leasesDeleted: number[];
  /** The new compacted revision. */
  compacted?: number;
}
