import { deepEqual } from '@wherry/apimachinery';
import { nodes, pods, type Node } from '@wherry/api';
import { keyOf } from '@wherry/client';
import { changes, type Controller } from '../runner/controller.ts';
import { reconcileTaintEviction, type TaintEvictionView, type TaintMemory } from './reconcile.ts';

export function taintEvictionController(workers: number): Controller<TaintEvictionView, TaintMemory> {
  return {
    name: 'taint-eviction-controller',
    component: 'taint-eviction-controller',
    workers,
    inputs: [
      changes(pods, (old, pod) => {
        if (pod?.spec.nodeName === undefined) return [];
        const same = old?.spec.nodeName === pod.spec.nodeName && deepEqual(old.spec.tolerations, pod.spec.tolerations);
        return same ? [] : [keyOf(pod)];
      }),
      changes(nodes, (old, node, cache) => {
        if (node === undefined || deepEqual(noExecute(old), noExecute(node))) return [];
        return cache.byIndex(pods, 'node', node.metadata.name).map(keyOf);
      }),
    ],
    outputs: { pods: ['status', 'delete'] },
    view(key, { cache, memory }) {
      const pod = cache.get(pods, key);
      const node = pod?.spec.nodeName === undefined ? undefined : cache.get(nodes, pod.spec.nodeName);
      return pod === undefined || node === undefined ? undefined : { pod, node, memory };
    },
    reconcile: reconcileTaintEviction,
  };
}

function noExecute(node: Node | undefined): unknown {
  return (node?.spec.taints ?? []).filter((taint) => taint.effect === 'NoExecute');
}
