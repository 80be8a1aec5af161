export { decodeConfigurationChange, encodeConfigurationChange } from './core/configuration.ts';
export { RaftInvariantError } from './core/invariant.ts';
export type { RaftLimits } from './core/limits.ts';
export { defaultLimits } from './core/limits.ts';
export type { RaftOptions } from './core/member.ts';
export { Raft } from './core/raft.ts';
export * from './core/types.ts';
export * from './runner/types.ts';
