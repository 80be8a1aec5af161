import type { Container, ContainerState, ContainerStatus, Pod } from '@wherry/api';
import type { ContainerKind } from './action.ts';
import { heldUntilMs } from './back-off.ts';
import { isSidecar, podWords, readySandbox, restartsAfter } from './facts.ts';
import type { PodHistory } from './history.ts';
import type { ObservedContainer, ObservedPod } from './observed.ts';
import { pullErrorShownMs } from './round.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly history: PodHistory;
  readonly nowMs: number;
}

/** RFC 3339 with whole seconds, as metav1.Time goes over the wire. */
export function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The status of one container of the pod; `initial` is what a container waits for that was never started. */
export function containerStatus(
  input: StatusInput,
  container: Container,
  kind: ContainerKind,
  initial: string,
): ContainerStatus {
  const { pod, observed, history } = input;
  const instances = observed.containers.filter((c) => c.name === container.name && c.state !== 'created');
  const newest = instances[0];
  const before = newest === undefined ? undefined : instances.find((c) => c.attempt < newest.attempt);
  const old = previousStatus(pod, container.name, kind);
  if (newest === undefined) return neverStarted(input, container, initial, old);

  const hidden = newest.state === 'running' && history.hooks[newest.id] === 'running';
  let state: ContainerState = hidden ? { waiting: { reason: initial } } : stateOf(newest);
  let lastState: ContainerState = before === undefined ? lastStateOf(old, newest) : stateOf(before);
  const waiting = newest.state === 'exited' ? whyWaiting(input, container, kind, newest) : undefined;
  if (waiting !== undefined) {
    lastState = state;
    state = { waiting };
  }
  const running = state.running !== undefined;
  const verdict = history.probes[newest.id];
  // Without its sandbox a container still runs, but nobody can reach it.
  const started = running && readySandbox(observed) !== undefined && (verdict?.started ?? true);
  const completed = kind === 'init' && !isSidecar(container) && state.terminated?.exitCode === 0;
  return {
    name: container.name,
    state,
    lastState,
    ready: completed || (started && (verdict?.ready ?? true)),
    restartCount: newest.attempt,
    image: newest.image,
    imageID: newest.imageId,
    containerID: `docker://${newest.id}`,
    started,
    ...resourcesOf(container),
    ...volumeMountsOf(container),
  };
}

function neverStarted(
  { history, nowMs }: StatusInput,
  container: Container,
  initial: string,
  old: ContainerStatus | undefined,
): ContainerStatus {
  // Someone removed the dead container: what was reported of it stays true.
  if (old?.state?.terminated !== undefined) return old;
  return {
    name: container.name,
    state: { waiting: heldReason(history, container.name, nowMs) ?? { reason: initial } },
    lastState: old?.lastState ?? {},
    ready: false,
    restartCount: old?.restartCount ?? 0,
    image: container.image ?? '',
    imageID: '',
    started: false,
    ...volumeMountsOf(container),
  };
}

/** An exited container that will be started again is shown waiting, with its exit as the last state. */
function whyWaiting(
  { pod, observed, history, nowMs }: StatusInput,
  container: Container,
  kind: ContainerKind,
  exited: ObservedContainer,
): { reason: string; message?: string } | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || history.failed !== undefined || history.released)
    return undefined;
  if (kind === 'ephemeral') return undefined;
  const again =
    kind === 'app' || isSidecar(container)
      ? isSidecar(container) || restartsAfter(pod, exited.exitCode)
      : exited.exitCode !== 0 && pod.spec.restartPolicy !== 'Never';
  if (!again) return undefined;
  const held = heldReason(history, container.name, nowMs);
  if (held !== undefined) return held;
  const entry = history.restarts[container.name];
  if (entry !== undefined && heldUntilMs(entry, exited.finishedAtMs, nowMs) > 0) {
    const words = `back-off ${durationWords(entry.delayMs)} restarting failed container=${container.name}`;
    return { reason: 'CrashLoopBackOff', message: `${words} pod=${podWords(pod)}` };
  }
  // The sandbox is gone and being made anew, so the container waits for it.
  return readySandbox(observed) === undefined ? { reason: 'ContainerCreating' } : undefined;
}

function heldReason(history: PodHistory, name: string, nowMs: number): { reason: string; message: string } | undefined {
  const hold = history.holds[name];
  if (hold === undefined) return undefined;
  if (hold.reason !== 'ErrImagePull' || nowMs < hold.sinceMs + pullErrorShownMs) {
    return { reason: hold.reason, message: hold.message };
  }
  return { reason: 'ImagePullBackOff', message: hold.backOffMessage ?? hold.message };
}

export function stateOf(instance: ObservedContainer): ContainerState {
  if (instance.state === 'running') return { running: { startedAt: timeOf(instance.startedAtMs) } };
  const failedToStart = instance.startError !== '' && instance.startedAtMs === 0;
  return {
    terminated: {
      exitCode: instance.exitCode,
      reason: failedToStart ? 'StartError' : reasonOf(instance),
      message: failedToStart ? instance.startError : instance.message === '' ? undefined : instance.message,
      startedAt: timeOf(instance.startedAtMs),
      finishedAt: timeOf(instance.finishedAtMs),
      containerID: `docker://${instance.id}`,
    },
  };
}

function reasonOf(instance: ObservedContainer): string {
  if (instance.oomKilled) return 'OOMKilled';
  return instance.exitCode === 0 ? 'Completed' : 'Error';
}

function previousStatus(pod: Pod, name: string, kind: ContainerKind): ContainerStatus | undefined {
  const {
    initContainerStatuses: init,
    containerStatuses: app,
    ephemeralContainerStatuses: ephemeral,
  } = pod.status ?? {};
  return { init, app, ephemeral }[kind]?.find((status) => status.name === name);
}

/** The dead instance before this one may have been removed meanwhile: then the API remembers it. */
function lastStateOf(old: ContainerStatus | undefined, newest: ObservedContainer): ContainerState {
  if (old === undefined || newest.attempt === 0) return {};
  if (old.containerID === `docker://${newest.id}`) return old.lastState ?? {};
  return old.state?.terminated === undefined ? (old.lastState ?? {}) : { terminated: old.state.terminated };
}

/** As Go prints a time.Duration of whole seconds: 10s, 2m40s, 5m0s. */
export function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function resourcesOf(container: Container): Partial<ContainerStatus> {
  const { requests, limits } = container.resources ?? {};
  if (requests === undefined && limits === undefined) return { resources: {} };
  return { allocatedResources: requests, resources: { limits, requests } };
}

function volumeMountsOf(container: Container): Partial<ContainerStatus> {
  if (container.volumeMounts === undefined || container.volumeMounts.length === 0) return {};
  return {
    volumeMounts: container.volumeMounts.map((mount) => ({
      name: mount.name,
      mountPath: mount.mountPath,
      readOnly: mount.readOnly,
      recursiveReadOnly: mount.readOnly === true ? (mount.recursiveReadOnly ?? 'Disabled') : undefined,
    })),
  };
}
