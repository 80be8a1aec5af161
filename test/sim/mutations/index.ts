import type { Mutation } from './mutation.ts';
import { raftCoreMutations } from './raft-core.ts';
import { raftRunnerMutations } from './raft-runner.ts';
import { storeCoreMutations } from './store-core.ts';
import { storeShellMutations } from './store-shell.ts';

export type { Mutation } from './mutation.ts';

/** Every one must be caught by the simulation. */
export const mutations: Mutation[] = [
  ...raftCoreMutations,
  ...raftRunnerMutations,
  ...storeCoreMutations,
  ...storeShellMutations,
];
