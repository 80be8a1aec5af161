import type { Deployment, ReplicaSet } from '@wherry/api';
import { desiredReplicas, maxReplicas } from './annotations.ts';
import { isRolling, maxSurge, maxUnavailable } from './bounds.ts';
import { byCreation, bySizeNewer, bySizeOlder, isActive, replicasOf, sumReplicas } from './sets.ts';

/** A ReplicaSet and the replicas it is to have. */
export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

/** How many replicas the new ReplicaSet may have now, given what the others have. */
export function newSetReplicas(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const wanted = deployment.spec.replicas ?? 1;
  if (!isRolling(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - sumReplicas(sets);
  if (room <= 0) return current;
  return current + Math.min(room, wanted - current);
}

/** The next step of a rolling update: first the new ReplicaSet grows, then the old ones shrink. */
export function rollingStep(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Scaling[] {
  const grown = growNewSet(deployment, newSet, oldSets);
  if (grown !== undefined) return [grown];
  return shrinkOldSets(deployment, newSet, oldSets.filter(isActive));
}

function growNewSet(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Scaling | undefined {
  const wanted = deployment.spec.replicas ?? 1;
  const current = replicasOf(newSet);
  const replicas = current > wanted ? wanted : newSetReplicas(deployment, [...oldSets, newSet], current);
  return replicas === current ? undefined : { set: newSet, replicas };
}

/** Unhealthy pods first: taking them away makes nothing less available. */
function shrinkOldSets(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Scaling[] {
  const minAvailable = (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const newUnavailable = replicasOf(newSet) - staying(newSet);
  const allowed = sumReplicas([...oldSets, newSet]) - minAvailable - newUnavailable;
  if (allowed <= 0) return [];
  const replicas = new Map(oldSets.map((set) => [set, replicasOf(set)]));
  const oldest = oldSets.toSorted(byCreation);
  let cleaned = 0;
  for (const set of oldest) {
    const unhealthy = Math.max(0, replicasOf(set) - (set.status?.availableReplicas ?? 0));
    const down = Math.min(allowed - cleaned, unhealthy);
    replicas.set(set, replicasOf(set) - down);
    cleaned += down;
  }
  let spare = [...oldSets, newSet].reduce((sum, set) => sum + staying(set), 0) - minAvailable;
  for (const set of oldest) {
    if (spare <= 0) break;
    const down = Math.min(replicas.get(set) ?? 0, spare);
    replicas.set(set, (replicas.get(set) ?? 0) - down);
    spare -= down;
  }
  return oldest
    .map((set) => ({ set, replicas: replicas.get(set) ?? 0 }))
    .filter((scaling) => scaling.replicas !== replicasOf(scaling.set));
}

/**
 * The available pods that a ReplicaSet keeps: its status may still count those that it has been told to delete.
 * (Upstream takes the status as it is, and may go below the minimum when a ReplicaSet is slow.)
 */
function staying(set: ReplicaSet): number {
  return Math.min(replicasOf(set), set.status?.availableReplicas ?? 0);
}

/** After a change of spec.replicas: one ReplicaSet takes it all, several share it in proportion. */
export function proportionalScaling(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Scaling[] {
  const wanted = deployment.spec.replicas ?? 1;
  const sets = newSet === undefined ? oldSets : [...oldSets, newSet];
  const active = sets.filter(isActive);
  if (active.length <= 1) {
    const only = active[0] ?? newSet ?? oldSets.toSorted(byCreation).at(-1);
    return only === undefined ? [] : [{ set: only, replicas: wanted }];
  }
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return oldSets.filter(isActive).map((set) => ({ set, replicas: 0 }));
  }
  return isRolling(deployment) ? share(deployment, active) : [];
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const wanted = deployment.spec.replicas ?? 1;
  return (
    replicasOf(set) === wanted && desiredReplicas(set) === wanted && (set.status?.availableReplicas ?? 0) === wanted
  );
}

function share(deployment: Deployment, active: readonly ReplicaSet[]): Scaling[] {
  const wanted = deployment.spec.replicas ?? 1;
  const allowed = wanted > 0 ? wanted + maxSurge(deployment) : 0;
  const toAdd = allowed - sumReplicas(active);
  const ordered = active.toSorted(toAdd < 0 ? bySizeOlder : bySizeNewer);
  const shares = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const part = proportion(deployment, set, toAdd, added);
    shares.set(set, replicasOf(set) + part);
    added += part;
  }
  const first = ordered[0];
  // What rounding leaves over goes to the largest.
  if (first !== undefined) shares.set(first, Math.max(0, (shares.get(first) ?? 0) + toAdd - added));
  return ordered.map((set) => ({ set, replicas: shares.get(set) ?? 0 }));
}

function proportion(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(deployment: Deployment, set: ReplicaSet): number {
  const wanted = deployment.spec.replicas ?? 1;
  if (wanted === 0) return -replicasOf(set);
  const before = maxReplicas(set) ?? deployment.status?.replicas ?? 0;
  if (before === 0) return 0;
  return Math.round((replicasOf(set) * (wanted + maxSurge(deployment))) / before) - replicasOf(set);
}
