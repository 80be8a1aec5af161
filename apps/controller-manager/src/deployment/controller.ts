import { selectorMatches } from '@wherry/apimachinery';
import { deployments, pods, replicaSets, type Deployment, type Pod, type ReplicaSet } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { claim } from '../ownership/claim.ts';
import { controllerOf } from '../ownership/controller-ref.ts';
import { changes, input, type Cache, type Controller } from '../runner/controller.ts';
import { isRolling } from './bounds.ts';
import { reconcileDeployment, type DeploymentView } from './reconcile.ts';

export function deploymentController(workers: number): Controller<DeploymentView> {
  return {
    name: 'deployment-controller',
    component: 'deployment-controller',
    workers,
    inputs: [
      input(deployments, (deployment) => [keyOf(deployment)]),
      input(replicaSets, deploymentsOfSet),
      // Recreate waits for the last old pod to be gone.
      changes(pods, (old, pod, cache) => (old !== undefined && pod === undefined ? recreatingOf(old, cache) : [])),
    ],
    outputs: {
      'deployments.apps': ['patch', 'status'],
      'replicasets.apps': ['create', 'update', 'patch', 'delete'],
    },
    reportsFailures: true,
    async view(key, { cache, live, failure }) {
      const deployment = cache.get(deployments, key);
      if (deployment === undefined) return undefined;
      const { claimed, patches } = claim(deployment, deployments, candidates(deployment, cache), replicaSets);
      const nameTaken = failure?.verb === 'create' && failure.reason === 'AlreadyExists';
      return {
        deployment,
        sets: claimed,
        claims: patches,
        pods: isRolling(deployment) ? [] : podsOf(claimed, cache),
        failure,
        taken: nameTaken ? await live.get(replicaSets, failure.namespace, failure.name) : undefined,
      };
    },
    reconcile: reconcileDeployment,
  };
}

/** Its Deployment, or those that might adopt it. */
function deploymentsOfSet(set: ReplicaSet, cache: Cache): string[] {
  const reference = controllerOf(set);
  const namespace = set.metadata.namespace ?? '';
  if (reference !== undefined) return reference.kind === 'Deployment' ? [`${namespace}/${reference.name}`] : [];
  if (set.metadata.labels === undefined) return [];
  return cache
    .byIndex(deployments, 'namespace', namespace)
    .filter((deployment) => selectorMatches(deployment.spec.selector, set.metadata.labels))
    .map(keyOf);
}

function recreatingOf(pod: Pod, cache: Cache): string[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'ReplicaSet') return [];
  const set = cache.get(replicaSets, `${pod.metadata.namespace ?? ''}/${owner.name}`);
  if (set === undefined || set.metadata.uid !== owner.uid) return [];
  return deploymentsOfSet(set, cache).filter((key) => {
    const deployment = cache.get(deployments, key);
    return deployment !== undefined && !isRolling(deployment);
  });
}

function candidates(deployment: Deployment, cache: Cache): ReplicaSet[] {
  const owned = cache.byIndex(replicaSets, 'owner', deployment.metadata.uid ?? '');
  const orphans = cache
    .byIndex(replicaSets, 'orphan', deployment.metadata.namespace ?? '')
    .filter((set) => selectorMatches(deployment.spec.selector, set.metadata.labels));
  return [...owned, ...orphans];
}

function podsOf(sets: readonly ReplicaSet[], cache: Cache): Pod[] {
  return sets.flatMap((set) => cache.byIndex(pods, 'owner', set.metadata.uid ?? ''));
}
