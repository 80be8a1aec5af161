/** Backup files, for programs that have no store open: `wherry etcd snapshot`. */
export { restoreStore, type RestoreOptions } from './restore.ts';
export { snapshotStatus, type SnapshotStatus } from './snapshot.ts';
