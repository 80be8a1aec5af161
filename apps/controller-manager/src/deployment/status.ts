import {
  getCondition,
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  type ReplicaSet,
} from '@wherry/api';
import { maxUnavailable } from './bounds.ts';
import { condition, removeCondition, setCondition } from './conditions.ts';
import { sumReplicas, sumStatus } from './sets.ts';

/** The counts, and whether enough pods are available; as upstream's calculateStatus. */
export function calculateStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = sumStatus(sets, 'availableReplicas');
  const enough = available >= (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const availability = enough
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : condition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        now,
      );
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: someOf(sumStatus(sets, 'replicas')),
    updatedReplicas: someOf(newSet?.status?.replicas ?? 0),
    readyReplicas: someOf(sumStatus(sets, 'readyReplicas')),
    availableReplicas: someOf(available),
    unavailableReplicas: someOf(Math.max(0, sumReplicas(sets) - available)),
    terminatingReplicas: sumStatus(sets, 'terminatingReplicas'),
    collisionCount: deployment.status?.collisionCount,
    conditions: setCondition(deployment.status?.conditions, availability),
  };
}

/** With the condition Progressing brought up to date, and failures of ReplicaSets; as upstream's syncRolloutStatus. */
export function rolloutStatus(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const status = calculateStatus(deployment, sets, newSet, now);
  const current = getCondition(deployment.status?.conditions, 'Progressing');
  let { conditions } = status;
  if (!hasDeadline(deployment)) {
    conditions = removeCondition(conditions, 'Progressing');
  } else if (!(status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable')) {
    conditions = progress(deployment, { ...status, conditions }, newSet, current, now);
  }
  const failure = replicaFailure(sets, newSet);
  conditions =
    failure === undefined ? removeCondition(conditions, 'ReplicaFailure') : setCondition(conditions, failure);
  return { ...status, conditions };
}

export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    (status?.updatedReplicas ?? 0) === replicas &&
    (status?.replicas ?? 0) === replicas &&
    (status?.availableReplicas ?? 0) === replicas &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When the deadline is to be looked at; undefined when nothing is waited for. */
export function deadlineCheckMs(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const current = getCondition(status.conditions, 'Progressing');
  if (!hasDeadline(deployment) || current === undefined) return undefined;
  if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadline(deployment, current) - now) + 1000;
}

/** The largest integer stands for none. */
export function hasDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== 2 ** 31 - 1;
}

/** Upstream's types leave zeros out. */
function someOf(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

function progress(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: ReplicaSet | undefined,
  current: DeploymentCondition | undefined,
  now: number,
): DeploymentCondition[] {
  const subject =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  const { conditions } = status;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return setCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetAvailable', message, now));
  }
  if (hasProgressed(deployment.status, status)) {
    const made = condition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, now);
    // Progress is news each time: lastUpdateTime, from which the deadline counts, moves with the same reason too.
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : made.lastTransitionTime;
    return [...removeCondition(conditions, 'Progressing'), { ...made, lastTransitionTime }];
  }
  if (hasTimedOut(deployment, current, now)) {
    const message = `${subject} has timed out progressing.`;
    return setCondition(conditions, condition('Progressing', 'False', 'ProgressDeadlineExceeded', message, now));
  }
  return [...(conditions ?? [])];
}

function hasProgressed(old: DeploymentStatus | undefined, status: DeploymentStatus): boolean {
  const count = (of: DeploymentStatus | undefined, name: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas') =>
    of?.[name] ?? 0;
  const outdated = (of: DeploymentStatus | undefined): number => (of?.replicas ?? 0) - count(of, 'updatedReplicas');
  return (
    count(status, 'updatedReplicas') > count(old, 'updatedReplicas') ||
    outdated(status) < outdated(old) ||
    count(status, 'readyReplicas') > count(old, 'readyReplicas') ||
    count(status, 'availableReplicas') > count(old, 'availableReplicas')
  );
}

function hasTimedOut(deployment: Deployment, current: DeploymentCondition | undefined, now: number): boolean {
  if (current === undefined || current.reason === 'NewReplicaSetAvailable') return false;
  return current.reason === 'ProgressDeadlineExceeded' || deadline(deployment, current) < now;
}

function deadline(deployment: Deployment, { lastUpdateTime }: DeploymentCondition): number {
  return Date.parse(lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** That of the new ReplicaSet before that of any other. */
function replicaFailure(sets: readonly ReplicaSet[], newSet: ReplicaSet | undefined): DeploymentCondition | undefined {
  for (const set of newSet === undefined ? sets : [newSet, ...sets]) {
    const failure = getCondition(set.status?.conditions, 'ReplicaFailure');
    if (failure !== undefined) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}
