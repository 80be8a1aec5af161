import { getCondition, type Lease, type Node, type NodeCondition } from '@wherry/api';
import { formatTime } from '@wherry/client';

/** What has been heard of a node, by our own clock: the clocks of others are only compared with themselves. */
export interface Health {
  /** When something new was last heard. */
  readonly heardAt: number;
  readonly heartbeat: string | undefined;
  readonly leaseRenewal: string | undefined;
  /** What Ready was when we looked last. */
  readonly ready: string | undefined;
}

export interface GracePeriods {
  readonly gracePeriodMs: number;
  readonly startupGracePeriodMs: number;
}

const watched = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** @param deafMs for how long since the last look nobody could have been heard */
export function hear(
  node: Node,
  lease: Lease | undefined,
  before: Health | undefined,
  deafMs: number,
  now: number,
): Health {
  const ready = getCondition(node.status?.conditions, 'Ready');
  const heartbeat = ready?.lastHeartbeatTime;
  const leaseRenewal = lease?.spec.renewTime ?? before?.leaseRenewal;
  // What we wrote ourselves is no sign of life.
  const alive =
    before === undefined ||
    leaseRenewal !== before.leaseRenewal ||
    (heartbeat !== before.heartbeat && ready?.status !== 'Unknown');
  return { heardAt: alive ? now : before.heardAt + deafMs, heartbeat, leaseRenewal, ready: ready?.status };
}

export function isSilent(
  node: Node,
  health: Health,
  { gracePeriodMs, startupGracePeriodMs }: GracePeriods,
  now: number,
): boolean {
  const started = getCondition(node.status?.conditions, 'Ready') !== undefined;
  return now > health.heardAt + (started ? gracePeriodMs : startupGracePeriodMs);
}

/** The conditions of a silent node: what it said last is not known to hold any more. Undefined when nothing changes. */
export function silentConditions(node: Node, now: number): NodeCondition[] | undefined {
  const conditions = node.status?.conditions ?? [];
  let changed = false;
  const result = conditions.map((one) => {
    if (!watched.some((type) => type === one.type) || one.status === 'Unknown') return one;
    changed = true;
    const reason = 'NodeStatusUnknown';
    const message = 'Kubelet stopped posting node status.';
    return { ...one, status: 'Unknown', reason, message, lastTransitionTime: formatTime(now) };
  });
  for (const type of watched) {
    if (getCondition(conditions, type) !== undefined) continue;
    changed = true;
    result.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: node.metadata.creationTimestamp,
      lastTransitionTime: formatTime(now),
    });
  }
  return changed ? result : undefined;
}
