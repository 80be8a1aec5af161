import type { Applied, Response } from './command.ts';
import type { StorageErrorCode } from './storage.ts';

export function error(code: StorageErrorCode, message: string): Response {
  return { type: 'error', code, message };
}

/** An answer, and nothing to write down. */
export function only(response: Response): Applied {
  return { response, changes: [], leasesPut: [], leasesDeleted: [] };
}

export const leaseNotFound: Response = error('lease-not-found', 'requested lease not found');
export const keyNotFound: Response = error('key-not-found', 'key not found');
export const compactedAway: Response = error('compacted', 'required revision has been compacted');
export const inTheFuture: Response = error('future-revision', 'required revision is a future revision');
export const noSpace: Response = error('no-space', 'etcdserver: mvcc: database space exceeded');
export const corruptCluster: Response = error('corrupt', 'etcdserver: corrupt cluster');
