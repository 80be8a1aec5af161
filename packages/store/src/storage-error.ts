import { RaftError } from '@wherry/raft';
import { DiskError } from '@wherry/raft/disk';
import { StorageError } from './storage.ts';

/** What a disk, raft or a handler threw, in the words of the storage interface. */
export function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (error instanceof RaftError || error instanceof DiskError) {
    return new StorageError(error.code, error.message, { cause: error });
  }
  return new StorageError('unavailable', String(error), { cause: error });
}
