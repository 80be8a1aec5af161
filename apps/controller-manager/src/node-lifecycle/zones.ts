import { getCondition, type Node } from '@wherry/api';
import { evictionTaint } from './taints.ts';

export interface EvictionRates {
  /** Nodes per second. */
  readonly rate: number;
  readonly secondaryRate: number;
  readonly unhealthyThreshold: number;
  readonly largeZone: number;
}

/** When the next node of a zone may be tainted. */
export type Limits = Readonly<Record<string, number>>;

export interface Evictions {
  /** False when no node at all is ready: then it is more likely we who are cut off than all of them. */
  readonly allowed: boolean;
  /** Nodes that may be tainted NoExecute now. */
  readonly granted: ReadonlySet<string>;
  readonly limits: Limits;
}

/** Which of the nodes that are not ready may lose their pods now: at a rate for each zone, lower if many are ill. */
export function grantEvictions(nodes: readonly Node[], rates: EvictionRates, limits: Limits, now: number): Evictions {
  const zones = Map.groupBy(nodes, zoneOf);
  const anyReady = nodes.some((node) => !isIll(node));
  const granted = new Set<string>();
  const next: Record<string, number> = {};
  for (const [zone, members] of zones) {
    const rate = rateOf(members, rates);
    let freeAt = limits[zone] ?? 0;
    for (const node of members) {
      if (!anyReady || rate === 0 || now < freeAt) break;
      if (!isIll(node) || isTainted(node)) continue;
      granted.add(node.metadata.name);
      freeAt = now + 1000 / rate;
    }
    next[zone] = freeAt;
  }
  return { allowed: anyReady, granted, limits: next };
}

function rateOf(
  members: readonly Node[],
  { rate, secondaryRate, unhealthyThreshold, largeZone }: EvictionRates,
): number {
  const ill = members.filter(isIll).length;
  const unhealthy = ill > 2 && ill < members.length && ill / members.length >= unhealthyThreshold;
  if (!unhealthy) return rate;
  return members.length > largeZone ? secondaryRate : 0;
}

function isIll(node: Node): boolean {
  return evictionTaint(getCondition(node.status?.conditions, 'Ready')?.status) !== undefined;
}

function isTainted(node: Node): boolean {
  const wanted = evictionTaint(getCondition(node.status?.conditions, 'Ready')?.status);
  return node.spec.taints?.some((taint) => taint.effect === 'NoExecute' && taint.key === wanted) === true;
}

function zoneOf({ metadata: { labels } }: Node): string {
  const region = labels?.['topology.kubernetes.io/region'] ?? '';
  const zone = labels?.['topology.kubernetes.io/zone'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}
