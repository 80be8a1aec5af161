import type { Node } from '@wherry/api';
import type { PatchStep, Plan, PlannedEvent } from '../runner/plan.ts';
import { firstFree, formatCidr, parseCidr, type Cidr } from './cidr.ts';

export interface NodeIpamView {
  readonly nodes: readonly Node[];
  /** The ranges of the cluster, at most one of each family, each with the prefix length of a node's part. */
  readonly ranges: readonly { readonly range: Cidr; readonly nodePrefix: number }[];
}

/** Gives every node that has none a part of each range. All nodes are looked at together, so no part goes out twice. */
export function reconcileNodeIpam({ nodes, ranges }: NodeIpamView): Plan {
  const used: Cidr[] = [];
  const waiting: Node[] = [];
  for (const node of nodes) {
    const own = cidrsOf(node);
    for (const text of own) used.push(parseCidr(text));
    if (own.length === 0 && node.metadata.deletionTimestamp === undefined) waiting.push(node);
  }
  const patch: PatchStep[] = [];
  const events: PlannedEvent[] = [];
  for (const node of waiting.toSorted(byAge)) {
    const parts = ranges.map(({ range, nodePrefix }) => firstFree(range, nodePrefix, used));
    const found = parts.filter((part) => part !== undefined);
    if (found.length < parts.length) {
      events.push(exhausted(node));
      continue;
    }
    used.push(...found);
    patch.push(allocation(node, found.map(formatCidr)));
  }
  return { patch, events };
}

function cidrsOf({ spec: { podCIDR, podCIDRs } }: Node): string[] {
  if (podCIDRs !== undefined && podCIDRs.length > 0) return podCIDRs;
  return podCIDR === undefined || podCIDR === '' ? [] : [podCIDR];
}

function byAge(a: Node, b: Node): number {
  const text = ({ metadata }: Node): string => `${metadata.creationTimestamp ?? ''} ${metadata.name}`;
  return text(a) < text(b) ? -1 : 1;
}

/** Conflicts with any other change of the node: what is decided here holds for the node as it was seen. */
function allocation({ metadata: { name, uid, resourceVersion } }: Node, podCIDRs: string[]): PatchStep {
  const patch = { metadata: { uid, resourceVersion }, spec: { podCIDR: podCIDRs[0], podCIDRs } };
  return { resource: 'nodes', namespace: undefined, name, uid, type: 'merge', patch };
}

function exhausted(node: Node): PlannedEvent {
  const message = `Node ${node.metadata.name} status is now: CIDRNotAvailable`;
  return { about: node, type: 'Normal', reason: 'CIDRNotAvailable', message };
}
