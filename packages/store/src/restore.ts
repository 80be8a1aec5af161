import { existsSync, readdirSync, rmSync } from 'node:fs';
import { openLevelVolume } from '@wherry/raft/disk';
import type { Member } from './etcd-store.ts';
import { clusterIdOf, memberIdOf } from './identity.ts';
import { restoreBackup, snapshotStatus, type SnapshotStatus } from './snapshot.ts';
import { asStorageError } from './storage-error.ts';
import { StorageError } from './storage.ts';

export interface RestoreOptions {
  /** The data directory to be made; it must not be there, or be empty. */
  path: string;
  /** Peer URLs of all members of the new cluster by name, the same for all of them. Absent: a store of one member. */
  initialCluster?: Record<string, string[]>;
  initialClusterToken?: string;
}

const alone = { default: ['http://localhost:2380'] };

/**
 * Makes the data directory of a member of a new cluster from a backup. The cluster's id comes from its members and the
 * backup, so that members restored from the same backup find one another, and none takes the old cluster for its own.
 * `backup` is read twice, first to see that it is whole. Rejects with StorageError; then there is no data directory.
 */
export async function restoreStore(
  backup: () => AsyncIterable<Uint8Array>,
  { path, initialCluster = alone, initialClusterToken = 'wherry' }: RestoreOptions,
): Promise<SnapshotStatus> {
  if (existsSync(path) && readdirSync(path).length > 0) {
    throw new StorageError('unavailable', `the data directory ${path} is not empty: choose another one, or remove it`);
  }
  const status = await snapshotStatus(backup());
  const token = `${initialClusterToken} restored ${status.hash} ${status.revision}`;
  const members = Object.entries(initialCluster).map(([name, peerUrls]): Member => {
    return { id: memberIdOf(peerUrls, token), name, peerUrls, clientUrls: [], isLearner: false };
  });
  const ids = members.map(({ id }) => id);
  try {
    const volume = await openLevelVolume(path);
    try {
      await restoreBackup(backup(), volume.state, { clusterId: clusterIdOf(ids, token), members });
    } finally {
      await volume.close();
    }
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw asStorageError(error);
  }
  return status;
}
