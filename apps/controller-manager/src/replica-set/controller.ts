import { selectorMatches, type KubeObject } from '@wherry/apimachinery';
import { isPodActive, pods, replicaSets, type Pod, type ReplicaSet } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { controllerOf } from '../ownership/controller-ref.ts';
import { input, type Cache, type Controller } from '../runner/controller.ts';
import { reconcileReplicaSet, type ReplicaSetView } from './reconcile.ts';

export function replicaSetController(workers: number): Controller<ReplicaSetView> {
  return {
    name: 'replicaset-controller',
    component: 'replicaset-controller',
    workers,
    inputs: [input(replicaSets, (set) => [keyOf(set)]), input(pods, setsOfPod)],
    outputs: { pods: ['create', 'delete', 'patch'], 'replicasets.apps': ['status'] },
    reportsFailures: true,
    view(key, { cache, failure }) {
      const set = cache.get(replicaSets, key);
      if (set === undefined) return undefined;
      return { set, pods: candidates(set, cache), related: related(set, cache), failure };
    },
    reconcile: reconcileReplicaSet,
  };
}

/** Its ReplicaSet, or those that might adopt it. */
function setsOfPod(pod: Pod, cache: Cache): string[] {
  const reference = controllerOf(pod);
  if (reference !== undefined) {
    return reference.kind === 'ReplicaSet' ? [`${pod.metadata.namespace ?? ''}/${reference.name}`] : [];
  }
  if (pod.metadata.labels === undefined) return [];
  return cache
    .byIndex(replicaSets, 'namespace', pod.metadata.namespace ?? '')
    .filter((set) => selectorMatches(set.spec.selector, pod.metadata.labels))
    .map(keyOf);
}

/** Those it owns, by index; and orphans that match, which are few. */
function candidates(set: ReplicaSet, cache: Cache): Pod[] {
  const owned = cache.byIndex(pods, 'owner', set.metadata.uid ?? '');
  const orphans = cache
    .byIndex(pods, 'orphan', set.metadata.namespace ?? '')
    .filter((pod) => selectorMatches(set.spec.selector, pod.metadata.labels));
  return [...owned, ...orphans];
}

function related(set: ReplicaSet, cache: Cache): Pod[] {
  const owner = controllerOf(set);
  const sets: KubeObject[] = owner === undefined ? [set] : cache.byIndex(replicaSets, 'owner', owner.uid);
  return sets.flatMap((other) => cache.byIndex(pods, 'owner', other.metadata.uid ?? '')).filter(isPodActive);
}
