import { deepEqual } from '@wherry/apimachinery';
import type { Node, Pod } from '@wherry/api';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

export type NodeChange = 'allocatable' | 'labels' | 'taints' | 'unschedulable';

/** What may make an unschedulable pod schedulable. */
export type ClusterEvent =
  | { readonly type: 'node-added'; readonly node: NodeInfo }
  | { readonly type: 'node-updated'; readonly node: NodeInfo; readonly changes: ReadonlySet<NodeChange> }
  /** A pod left its node, or needs less of it. */
  | { readonly type: 'pod-freed'; readonly freed: PodInfo };

/** Heartbeats change a node all the time; these are the changes that matter here. */
export function nodeChanges(old: Node, node: Node): Set<NodeChange> {
  const changes = new Set<NodeChange>();
  if (!deepEqual(old.status?.allocatable, node.status?.allocatable)) changes.add('allocatable');
  if (!deepEqual(old.metadata.labels, node.metadata.labels)) changes.add('labels');
  if (!deepEqual(old.spec.taints, node.spec.taints)) changes.add('taints');
  if (Boolean(old.spec.unschedulable) !== Boolean(node.spec.unschedulable)) changes.add('unschedulable');
  return changes;
}

/** Status, which we write ourselves, does not count. */
export function isSamePodSpec(old: Pod, pod: Pod): boolean {
  return deepEqual(old.metadata.labels, pod.metadata.labels) && deepEqual(old.spec, pod.spec);
}
