export type { EtcdStore, Member, Alarm, StoreStatus, LeaseState } from './etcd-store.ts';
export { openMemoryStore, openStore } from './open.ts';
export {
  type ClusterOptions,
  defaultLimits,
  type Limits,
  type OpenStoreOptions,
  type PeerTls,
  type StoreLog,
  type StoreOptions,
} from './options.ts';
export { restoreStore, type RestoreOptions } from './restore.ts';
export { snapshotStatus, type SnapshotStatus } from './snapshot.ts';
export * from './storage.ts';
export type { Store, StoreStats } from './store.ts';
