export { openMemoryStore, openStore } from './open.ts';
export { defaultLimits, type Limits, type OpenStoreOptions, type StoreLog, type StoreOptions } from './options.ts';
export * from './storage.ts';
export type { Store, StoreStats } from './store.ts';
