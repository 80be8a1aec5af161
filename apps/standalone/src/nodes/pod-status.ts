import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '@wherry/api';
import { formatTime } from '@wherry/client';
import { podConditions, podPhase } from '@wherry/kubelet/pod-status';
import { behaviourOfContainer, type ContainerBehaviour, type PodBehaviour } from './behaviour.ts';
import { unborn, type ContainerLife, type Ended } from './container-life.ts';
import type { PodLife } from './pod-life.ts';

export interface Addresses {
  readonly hostIP: string;
  readonly podIP: string;
}

/** What the node reports of the pod: phase and conditions are judged as our kubelet judges them. */
export function statusOf(
  life: PodLife,
  pod: Pod,
  behaviour: PodBehaviour,
  { hostIP, podIP }: Addresses,
  nowMs: number,
): PodStatus {
  const { initContainers = [], containers } = pod.spec;
  const waitsFor = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const shown = (container: Container, role: 'init' | 'sidecar' | 'app'): ContainerStatus => {
    const one = life.containers[container.name] ?? unborn(nowMs);
    const told = behaviourOfContainer(behaviour, container, role);
    return containerStatus(life.uid, container, one, told, role, waitsFor, nowMs);
  };
  const initStatuses = initContainers.map((one) => shown(one, one.restartPolicy === 'Always' ? 'sidecar' : 'init'));
  const statuses = containers.map((one) => shown(one, 'app'));
  const phase = life.failed ? 'Failed' : podPhase(pod, initStatuses, statuses, life.isOver);
  const input = { pod, phase, initStatuses, statuses, sandboxReady: !life.isOver };
  return {
    phase,
    conditions: podConditions(input, formatTime(nowMs)),
    observedGeneration: pod.metadata.generation,
    ...life.failed,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: formatTime(life.acceptedAtMs),
    initContainerStatuses: initStatuses.length > 0 ? initStatuses : undefined,
    containerStatuses: statuses,
  };
}

function containerStatus(
  uid: string,
  container: Container,
  life: ContainerLife,
  behaviour: ContainerBehaviour,
  role: 'init' | 'sidecar' | 'app',
  waitsFor: string,
  nowMs: number,
): ContainerStatus {
  const { state, restarts, last } = life;
  const id = (number: number): string => `simulated://${uid}-${container.name}-${number}`;
  const image = container.image ?? '';
  const running = state.name === 'running';
  const readyAtMs = running ? state.startedAtMs + (behaviour.readyAfterMs ?? 0) : 0;
  const passes = running && behaviour.ready !== false && readyAtMs <= nowMs;
  const ended = state.name === 'ended' && state.terminated.exitCode === 0;
  return {
    name: container.name,
    image,
    imageID: life.isPulled === true ? `simulated://${image}` : '',
    ...(state.name === 'waiting' && last === undefined
      ? {}
      : { containerID: id(running || state.name === 'ended' ? restarts : restarts - 1) }),
    ready: role === 'init' ? ended : passes,
    started: running,
    // Upstream counts a restart when the new container is there.
    restartCount: state.name === 'waiting' ? Math.max(0, restarts - 1) : restarts,
    state: stateOf(life, waitsFor, id(restarts)),
    lastState: last === undefined ? {} : { terminated: terminated(last, id(restarts - 1)) },
  };
}

function stateOf({ state }: ContainerLife, waitsFor: string, containerID: string): ContainerState {
  if (state.name === 'running') return { running: { startedAt: formatTime(state.startedAtMs) } };
  if (state.name === 'ended') return { terminated: terminated(state.terminated, containerID) };
  const { reason, message } = state;
  return { waiting: { reason: reason === 'ContainerCreating' ? waitsFor : reason, message } };
}

function terminated(ended: Ended, containerID: string) {
  const { exitCode, reason, message } = ended;
  const startedAt = formatTime(ended.startedAtMs);
  return { containerID, exitCode, reason, message, startedAt, finishedAt: formatTime(ended.finishedAtMs) };
}

/** Equal for statuses that say the same; when they said it does not count. */
export function meaningOf(status: PodStatus): string {
  const conditions = status.conditions?.map(({ type, status: value, reason, message }) => [
    type,
    value,
    reason,
    message,
  ]);
  return JSON.stringify({ ...status, conditions });
}
