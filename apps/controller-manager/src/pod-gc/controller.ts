import { nodes, pods } from '@wherry/api';
import { changes, type Controller } from '../runner/controller.ts';
import { reconcilePodGc, type PodGcMemory, type PodGcView } from './reconcile.ts';

export function podGcController(terminatedThreshold: number): Controller<PodGcView, PodGcMemory> {
  return {
    name: 'pod-garbage-collector-controller',
    component: 'pod-garbage-collector',
    workers: 1,
    inputs: [changes(pods, () => []), changes(nodes, () => [])],
    outputs: { pods: ['status', 'delete'] },
    keys: ['pods'],
    view: (_key, { cache, memory }) => ({
      pods: cache.list(pods),
      nodes: cache.list(nodes),
      terminatedThreshold,
      memory,
    }),
    reconcile: reconcilePodGc,
  };
}
