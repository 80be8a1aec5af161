import { deepEqual } from '@wherry/apimachinery';
import type { PodCondition, PodStatus } from '@wherry/api';

/** Fields of PodStatus that the kubelet writes; others (nominatedNodeName, ...) are somebody else's. */
const owned = [
  'phase',
  'reason',
  'message',
  'observedGeneration',
  'hostIP',
  'hostIPs',
  'podIP',
  'podIPs',
  'startTime',
  'initContainerStatuses',
  'containerStatuses',
  'ephemeralContainerStatuses',
  'qosClass',
] as const satisfies readonly (keyof PodStatus)[];

/**
 * A strategic merge patch that turns the stored status into the wanted one: fields that went are null, addresses are
 * replaced as a whole, conditions go one by one, so that others' conditions stay. Undefined when nothing differs.
 */
export function statusPatch(stored: PodStatus | undefined, wanted: PodStatus): Record<string, unknown> | undefined {
  const from = plain(stored ?? {});
  const to = plain(wanted);
  const patch: Record<string, unknown> = {};
  for (const field of owned) {
    if (deepEqual(from[field], to[field])) continue;
    const value = to[field];
    if (value === undefined) patch[field] = null;
    else if (field === 'podIPs' || field === 'hostIPs') patch[field] = [...(value as object[]), { $patch: 'replace' }];
    else patch[field] = value;
  }
  const conditions = changedConditions(from.conditions as PodCondition[] | undefined, to.conditions as PodCondition[]);
  if (conditions.length > 0) patch.conditions = conditions;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changedConditions(
  from: readonly PodCondition[] | undefined,
  to: readonly PodCondition[] | undefined,
): unknown[] {
  const changed: unknown[] = [];
  for (const condition of to ?? []) {
    const before = from?.find((other) => other.type === condition.type);
    if (before !== undefined && deepEqual(before, condition)) continue;
    const gone = Object.keys(before ?? {}).filter((key) => !(key in condition));
    changed.push({ ...Object.fromEntries(gone.map((key) => [key, null])), ...condition });
  }
  return changed;
}

function plain(status: PodStatus): Record<string, unknown> {
  return JSON.parse(JSON.stringify(status)) as Record<string, unknown>;
}
