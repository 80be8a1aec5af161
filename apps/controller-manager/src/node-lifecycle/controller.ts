import { deepEqual } from '@wherry/apimachinery';
import { leases, nodes, pods, type Lease, type Node } from '@wherry/api';
import { changes, type Controller } from '../runner/controller.ts';
import {
  reconcileNodeLifecycle,
  type NodeLifecycleSettings,
  type NodeLifecycleView,
  type NodeMemory,
} from './reconcile.ts';

const heartbeats = 'kube-node-lease';

export function nodeLifecycleController(settings: NodeLifecycleSettings): Controller<NodeLifecycleView, NodeMemory> {
  return {
    name: 'node-lifecycle-controller',
    component: 'node-controller',
    workers: 1,
    inputs: [
      changes(nodes, (old, node) =>
        old !== undefined && node !== undefined && sameMeaning(old, node) ? [] : ['nodes'],
      ),
      changes(pods, () => []),
      changes(leases, () => []),
    ],
    outputs: { nodes: ['patch', 'status'], pods: ['status'] },
    keys: ['nodes'],
    view(_key, { cache, memory }) {
      const byNode = new Map<string, Lease>();
      for (const lease of cache.byIndex(leases, 'namespace', heartbeats)) byNode.set(lease.metadata.name, lease);
      return {
        nodes: cache.list(nodes),
        leases: byNode,
        podsOf: (node) => cache.byIndex(pods, 'node', node),
        memory,
        listening: cache.isWatching(leases),
        settings,
      };
    },
    reconcile: reconcileNodeLifecycle,
  };
}

/** Heartbeats change times alone: those are looked at when the period is over. */
function sameMeaning(a: Node, b: Node): boolean {
  const states = (node: Node): unknown => node.status?.conditions?.map(({ type, status }) => [type, status]);
  return (
    a.spec.unschedulable === b.spec.unschedulable &&
    deepEqual(a.spec.taints, b.spec.taints) &&
    deepEqual(states(a), states(b))
  );
}
