import { getCondition, isPodTerminal, type Lease, type Node, type Pod } from '@wherry/api';
import { formatTime } from '@wherry/client';
import type { PatchStep, Plan, PlannedEvent, UpdateStep } from '../runner/plan.ts';
import { hear, isSilent, silentConditions, type GracePeriods, type Health } from './health.ts';
import { taintsOf } from './taints.ts';
import { grantEvictions, type EvictionRates, type Limits } from './zones.ts';

export interface NodeLifecycleView {
  readonly nodes: readonly Node[];
  /** By the name of the node. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** The pods of a node, asked for those whose node is not ready. */
  readonly podsOf: (node: string) => readonly Pod[];
  readonly memory: NodeMemory | undefined;
  /** Whether heartbeats reach us at all. */
  readonly listening: boolean;
  readonly settings: NodeLifecycleSettings;
}

export interface NodeLifecycleSettings extends GracePeriods {
  readonly periodMs: number;
  readonly rates: EvictionRates;
}

export interface NodeMemory {
  readonly health: Readonly<Record<string, Health>>;
  readonly limits: Limits;
  readonly lookedAt: number;
}

const maxLatePeriods = 3;

/** Looks at all nodes: who has fallen silent, and what their conditions mean for their taints and their pods. */
export function reconcileNodeLifecycle(view: NodeLifecycleView, now: number): Plan<NodeMemory> {
  const { leases, memory, settings } = view;
  const deafMs = deafSince(view, now);
  const health: Record<string, Health> = {};
  const status: UpdateStep[] = [];
  const patch: PatchStep[] = [];
  const events: PlannedEvent[] = [];
  // The conditions as they will be when this plan is done.
  const nodes = view.nodes.map((node) => {
    const { name } = node.metadata;
    const heard = hear(node, leases.get(name), memory?.health[name], deafMs, now);
    const conditions = isSilent(node, heard, settings, now) ? silentConditions(node, now) : undefined;
    if (conditions === undefined) {
      health[name] = heard;
      return node;
    }
    const updated: Node = { ...node, status: { ...node.status, conditions } };
    status.push({ resource: 'nodes', object: updated });
    health[name] = { ...heard, ready: 'Unknown' };
    return updated;
  });
  const evictions = grantEvictions(nodes, settings.rates, memory?.limits ?? {}, now);
  for (const node of nodes) {
    const { name } = node.metadata;
    const ready = getCondition(node.status?.conditions, 'Ready')?.status;
    const before = memory?.health[name]?.ready;
    if (ready !== 'True' && ready !== undefined) {
      if (before === 'True') events.push(turnedNotReady(node));
      for (const pod of view.podsOf(name)) patch.push(...markNotReady(pod, now));
    }
    const taints = taintsOf(node, evictions.granted.has(name), evictions.allowed, now);
    if (taints !== undefined) patch.push(taintPatch(node, taints));
  }
  const remember = { health, limits: evictions.limits, lookedAt: now };
  return { patch, status, events, requeueAfterMs: settings.periodMs, remember };
}

/**
 * For how long since the last look nobody could have been heard: the apiserver was away, or this process or its whole
 * machine stood still. That is no node's silence.
 */
function deafSince({ memory, listening, settings }: NodeLifecycleView, now: number): number {
  if (memory === undefined) return 0;
  const elapsedMs = now - memory.lookedAt;
  return listening ? Math.max(0, elapsedMs - maxLatePeriods * settings.periodMs) : elapsedMs;
}

/** The taints depend on the conditions that were seen: any other change of the node means to look again. */
function taintPatch({ metadata: { name, uid, resourceVersion } }: Node, taints: Node['spec']['taints']): PatchStep {
  const patch = { metadata: { uid, resourceVersion }, spec: { taints } };
  return { resource: 'nodes', namespace: undefined, name, uid, type: 'merge', patch };
}

function turnedNotReady(node: Node): PlannedEvent {
  const message = `Node ${node.metadata.name} status is now: NodeNotReady`;
  return { about: node, type: 'Normal', reason: 'NodeNotReady', message };
}

/** Nobody vouches for the pods of such a node: they are to get no traffic. */
function markNotReady(pod: Pod, now: number): PatchStep[] {
  const ready = getCondition(pod.status?.conditions, 'Ready');
  if (ready?.status !== 'True' || isPodTerminal(pod)) return [];
  const { namespace, name, uid } = pod.metadata;
  const conditions = [{ type: 'Ready', status: 'False', lastTransitionTime: formatTime(now) }];
  const patch = { metadata: { uid }, status: { conditions } };
  return [{ resource: 'pods', namespace, name, uid, type: 'strategic', subresource: 'status', patch }];
}
