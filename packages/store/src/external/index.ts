export { openExternalStore } from './external-store.ts';
export { defaultExternalLimits, type ExternalLimits, type ExternalLog, type ExternalStoreOptions } from './options.ts';
