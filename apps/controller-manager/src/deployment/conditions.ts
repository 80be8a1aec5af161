import { getCondition, type DeploymentCondition } from '@wherry/api';
import { formatTime } from '@wherry/client';

type Conditions = readonly DeploymentCondition[] | undefined;

export function condition(
  type: 'Available' | 'Progressing' | 'ReplicaFailure',
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const at = formatTime(now);
  return { type, status, lastUpdateTime: at, lastTransitionTime: at, reason, message };
}

/** Nothing changes while status and reason stay; the time of transition stays while the status stays. */
export function setCondition(conditions: Conditions, wanted: DeploymentCondition): DeploymentCondition[] {
  const current = getCondition(conditions, wanted.type);
  if (current?.status === wanted.status && current.reason === wanted.reason) return [...(conditions ?? [])];
  const lastTransitionTime = current?.status === wanted.status ? current.lastTransitionTime : wanted.lastTransitionTime;
  return [...removeCondition(conditions, wanted.type), { ...wanted, lastTransitionTime }];
}

export function removeCondition(conditions: Conditions, type: string): DeploymentCondition[] {
  return (conditions ?? []).filter((one) => one.type !== type);
}
