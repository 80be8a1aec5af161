import { podQosClass, type ContainerStatus, type Pod, type PodStatus } from '@wherry/api';
import { podConditions } from './conditions.ts';
import { containerStatus, timeOf, type StatusInput } from './container-status.ts';
import { ephemeralContainers, initContainers, isHostNetwork, readySandbox, runningContainers } from './facts.ts';
import { hasEnded } from './plan.ts';
import { podPhase } from './phase.ts';

/** The addresses of the node this pod runs on. */
export interface HostAddresses {
  readonly hostIPs: readonly string[];
}

/** Everything the kubelet reports of a pod, from what is there; the shapes and words of upstream's kubelet. */
export function podStatus(input: StatusInput, host: HostAddresses): PodStatus {
  const { pod, observed, history, nowMs } = input;
  if (history.failed !== undefined && observed.containers.length === 0) return refused(input, host);
  // It ended before this kubelet started and nothing is left of it: what was said of it stays true.
  if (hasEnded(pod) && observed.containers.length === 0) return { ...pod.status };
  const hasInit = initContainers(pod).length > 0;
  const initial = hasInit ? 'PodInitializing' : 'ContainerCreating';
  const ended = isOver(input);
  const shownInit = initContainers(pod).map((c) => containerStatus(input, c, 'init', initial));
  const shown = pod.spec.containers
    .map((c) => containerStatus(input, c, 'app', initial))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const [initStatuses, statuses] = ended ? settled(shownInit, shown) : [shownInit, shown];

  const ephemeral = ephemeralContainers(pod).map((c) =>
    ephemeralStatus(containerStatus(input, c, 'ephemeral', initial)),
  );

  const phase = history.failed !== undefined && ended ? 'Failed' : phaseOf(pod, initStatuses, statuses, ended);
  const sandbox = readySandbox(observed);
  const conditions = podConditions(
    { pod, phase, initStatuses, statuses, sandboxReady: sandbox !== undefined },
    timeOf(nowMs),
  );
  return {
    phase,
    conditions,
    observedGeneration: pod.metadata.generation,
    ...(history.failed ?? endReason(pod)),
    ...hostFields(host),
    ...podIpFields(pod, sandbox?.ip ?? '', host),
    startTime: pod.status?.startTime ?? timeOf(history.acceptedAtMs),
    initContainerStatuses: hasInit ? initStatuses : undefined,
    containerStatuses: statuses,
    ephemeralContainerStatuses: ephemeral.length > 0 ? ephemeral : undefined,
    qosClass: pod.status?.qosClass ?? podQosClass(pod),
  };
}

/** Nobody waits for it to be ready: upstream says nothing of that. */
function ephemeralStatus(status: ContainerStatus): ContainerStatus {
  return { ...status, ready: false, started: undefined };
}

/** Nothing runs and nothing will be started again. */
function isOver({ pod, observed, history }: StatusInput): boolean {
  if (runningContainers(observed).length > 0) return false;
  return (
    pod.metadata.deletionTimestamp !== undefined || history.failed !== undefined || history.released || hasEnded(pod)
  );
}

/** Why it ended, if an earlier life of this kubelet said so. */
function endReason(pod: Pod): Pick<PodStatus, 'reason' | 'message'> {
  return hasEnded(pod) ? { reason: pod.status?.reason, message: pod.status?.message } : {};
}

/** A phase that has ended never comes back. */
function phaseOf(
  pod: Pod,
  initStatuses: readonly ContainerStatus[],
  statuses: readonly ContainerStatus[],
  ended: boolean,
): string {
  if (hasEnded(pod)) return pod.status?.phase ?? 'Failed';
  return podPhase(pod, initStatuses, statuses, ended);
}

/**
 * A container that should have run in a pod that is over counts as ended: nobody can find it any more. Those whose turn
 * had not come (the init containers after the last that ran, the apps of a pod that was not initialized) still wait.
 */
function settled(
  init: readonly ContainerStatus[],
  apps: readonly ContainerStatus[],
): [ContainerStatus[], ContainerStatus[]] {
  const reached = Math.max(init.findLastIndex(ran), 0);
  const last = init.at(-1)?.state?.terminated ?? init.at(-1)?.lastState?.terminated;
  const initialized = init.length === 0 || apps.some(ran) || last?.exitCode === 0;
  return [
    init.map((status, index) => (index <= reached ? settledStatus(status) : status)),
    apps.map((status) => (initialized ? settledStatus(status) : status)),
  ];
}

function ran({ state, lastState }: ContainerStatus): boolean {
  return state?.terminated !== undefined || lastState?.terminated !== undefined;
}

function settledStatus(status: ContainerStatus): ContainerStatus {
  if (status.state?.waiting === undefined)
    return { ...status, ready: status.state?.running !== undefined && status.ready };
  const terminated = status.lastState?.terminated ?? {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
  };
  return { ...status, state: { terminated }, lastState: {}, ready: false, started: false };
}

/** Refused at admission: nothing was ever made for it. */
function refused({ pod, history, nowMs }: StatusInput, host: HostAddresses): PodStatus {
  return {
    ...pod.status,
    phase: 'Failed',
    ...history.failed,
    ...hostFields(host),
    observedGeneration: pod.metadata.generation,
    startTime: pod.status?.startTime ?? timeOf(nowMs),
    qosClass: pod.status?.qosClass ?? podQosClass(pod),
  };
}

function hostFields({ hostIPs }: HostAddresses): Pick<PodStatus, 'hostIP' | 'hostIPs'> {
  return { hostIP: hostIPs[0], hostIPs: hostIPs.map((ip) => ({ ip })) };
}

/** A pod that has ended keeps showing the address it had. */
function podIpFields(pod: Pod, sandboxIp: string, host: HostAddresses): Pick<PodStatus, 'podIP' | 'podIPs'> {
  const ip = isHostNetwork(pod) ? (host.hostIPs[0] ?? '') : sandboxIp;
  if (ip !== '') return { podIP: ip, podIPs: [{ ip }] };
  return { podIP: pod.status?.podIP, podIPs: pod.status?.podIPs };
}
