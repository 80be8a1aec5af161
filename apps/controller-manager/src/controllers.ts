import { deploymentController } from './deployment/controller.ts';
import type { Options } from './options.ts';
import { replicaSetController } from './replica-set/controller.ts';
import type { Controller } from './runner/controller.ts';

/** Every controller there is, in the order in which they are started. */
export function controllers(options: Options, _rootCa: string | undefined): Controller[] {
  return [
    replicaSetController(options.concurrentReplicasetSyncs),
    deploymentController(options.concurrentDeploymentSyncs),
  ];
}

/**
 * The controllers that `--controllers` asks for: `*` is all, `name` one, `-name` all but one; the first that matches
 * decides, as upstream.
 */
export function chosen(all: readonly Controller[], wanted: readonly string[]): Controller[] {
  return all.filter(({ name }) => {
    if (wanted.includes(name)) return true;
    if (wanted.includes(`-${name}`)) return false;
    return wanted.includes('*');
  });
}
