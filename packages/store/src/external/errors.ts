import { status, type ServiceError } from '@grpc/grpc-js';
import { StorageError, type StorageErrorCode } from '../storage.ts';

/** Etcd's own words (api/v3rpc/rpctypes), by which its errors are told apart: several share a gRPC code. */
const byWords: readonly [RegExp, StorageErrorCode][] = [
  [/required revision has been compacted/, 'compacted'],
  [/required revision is a future revision/, 'future-revision'],
  [/requested lease not found/, 'lease-not-found'],
  [/lease already exists/, 'lease-exists'],
  [/request is too large|too many operations|message larger than max/, 'too-large'],
  [/database space exceeded/, 'no-space'],
  [/corrupt/, 'corrupt'],
  // Refused before anything was done.
  [/etcdserver: no leader|too many requests|permission denied|invalid auth token|user name is empty/, 'unavailable'],
];

/** Of these codes it is certain that nothing was done; of the others a write may have been. */
const refusals: ReadonlySet<status> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
  status.NOT_FOUND,
  status.FAILED_PRECONDITION,
  status.RESOURCE_EXHAUSTED,
]);

/**
 * What a failed call means. A write whose connection broke, or that etcd gave up waiting for, is `unknown`: it may be
 * in etcd's log and be committed later.
 */
export function storageErrorOf(error: unknown, isWrite: boolean): StorageError | TypeError {
  if (error instanceof StorageError) return error;
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new StorageError(isWrite ? 'unknown' : 'unavailable', message, { cause: error });
  }
  const { code, details } = error;
  const known = byWords.find(([words]) => words.test(details))?.[1];
  if (known !== undefined) return new StorageError(known, details, { cause: error });
  if (code === status.INVALID_ARGUMENT) return new TypeError(details, { cause: error });
  const certain = refusals.has(code) || details.startsWith('No connection established');
  return new StorageError(isWrite && !certain ? 'unknown' : 'unavailable', details, { cause: error });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
