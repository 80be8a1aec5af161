import type { ContainerStatus, Pod, PodCondition } from '@wherry/api';
import { isSidecar } from './facts.ts';

export interface ConditionInput {
  readonly pod: Pod;
  readonly phase: string;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  readonly sandboxReady: boolean;
}

type Finding = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The conditions that the kubelet owns, in upstream's order; others' conditions follow as they were. */
export function podConditions(input: ConditionInput, now: string): PodCondition[] {
  const containersReady = findContainersReady(input);
  const findings: Finding[] = [
    { type: 'PodReadyToStartContainers', status: input.sandboxReady ? 'True' : 'False' },
    findInitialized(input),
    findReady(input.pod, containersReady),
    containersReady,
    { type: 'PodScheduled', status: 'True' },
  ];
  const old = input.pod.status?.conditions ?? [];
  const own = findings.map((finding) => withTimes(finding, old, input.pod, now));
  const kept = old.filter((condition) => !findings.some((finding) => finding.type === condition.type));
  return [...own, ...kept];
}

function withTimes(finding: Finding, old: readonly PodCondition[], pod: Pod, now: string): PodCondition {
  const before = old.find((condition) => condition.type === finding.type);
  const changed = before === undefined || before.status !== finding.status;
  return {
    type: finding.type,
    status: finding.status,
    observedGeneration: pod.metadata.generation,
    lastTransitionTime: changed ? now : before.lastTransitionTime,
    reason: finding.reason,
    message: finding.message,
  };
}

function findInitialized({ pod, phase, initStatuses, statuses }: ConditionInput): Finding {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: 'True', reason: 'PodCompleted' };
  const anyApp = statuses.some((status) => status.started === true || ran(status));
  if (anyApp) return { type, status: 'True' };
  const incomplete = (pod.spec.initContainers ?? []).filter((container) => {
    const status = initStatuses.find((candidate) => candidate.name === container.name);
    return isSidecar(container) ? status?.started !== true : status?.ready !== true;
  });
  if (incomplete.length === 0) return { type, status: 'True' };
  const message = `containers with incomplete status: [${incomplete.map((c) => c.name).join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotInitialized', message };
}

function ran(status: ContainerStatus): boolean {
  return status.state?.terminated !== undefined || status.lastState?.terminated !== undefined;
}

function findContainersReady({ pod, phase, initStatuses, statuses }: ConditionInput): Finding {
  const type = 'ContainersReady';
  if (phase === 'Succeeded') return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const all = [...initStatuses, ...statuses];
  const relevant = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
  const unready = relevant.filter((container) => !all.find((status) => status.name === container.name)?.ready);
  if (unready.length === 0) return { type, status: 'True' };
  const message = `containers with unready status: [${unready.map((c) => c.name).join(' ')}]`;
  return { type, status: 'False', reason: 'ContainersNotReady', message };
}

function findReady(pod: Pod, containersReady: Finding): Finding {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const gate = pod.status?.conditions?.find((condition) => condition.type === conditionType);
    if (gate === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (gate.status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
    }
  }
  if (messages.length === 0) return { type, status: 'True' };
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}
