import { isPodTerminal, type Container, type Pod } from '@wherry/api';
import { behaviourOfContainer, type PodBehaviour } from './behaviour.ts';
import { adopted, end, live, unborn, type BackOff, type ContainerLife } from './container-life.ts';

/** What a simulated node knows of one pod. Plain data. */
export interface PodLife {
  readonly uid: string;
  readonly acceptedAtMs: number;
  readonly containers: Readonly<Record<string, ContainerLife>>;
  /** Since when its containers are told to stop. */
  readonly stoppingSinceMs?: number | undefined;
  /** Why it failed as a whole. */
  readonly failed?: { readonly reason: string; readonly message: string } | undefined;
  /** Nothing runs, and nothing will be started again. */
  readonly isOver: boolean;
}

/** A pod as it is found: new, or left by another life of this process. */
export function takeUp(pod: Pod, nowMs: number): PodLife {
  const { status } = pod;
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  // A container whose turn has not come has no life yet: it begins when its turn comes.
  const begun = statuses.filter(({ state, lastState }) => state?.waiting === undefined || lastState?.terminated);
  return {
    uid: pod.metadata.uid ?? '',
    acceptedAtMs: Date.parse(status?.startTime ?? '') || nowMs,
    containers: Object.fromEntries(begun.map((one) => [one.name, adopted(one, nowMs)])),
    isOver: isPodTerminal(pod),
  };
}

/** All that has happened to the pod until now. @returns its life, and when there is something to do next */
export function livePod(
  life: PodLife,
  pod: Pod,
  behaviour: PodBehaviour,
  backOff: BackOff,
  nowMs: number,
): { life: PodLife; nextMs: number | undefined } {
  if (life.isOver) return { life, nextMs: undefined };
  if (pod.metadata.deletionTimestamp !== undefined) return stop(life, pod, behaviour, nowMs);
  const deadlineMs = deadlineOf(life, pod);
  if (deadlineMs !== undefined && nowMs >= deadlineMs) {
    const message = 'Pod was active on the node longer than the specified deadline';
    return { life: over(life, 137, nowMs, { reason: 'DeadlineExceeded', message }), nextMs: undefined };
  }
  const going = run(life, pod, behaviour, backOff, nowMs);
  return { life: going.life, nextMs: going.life.isOver ? undefined : earliest(going.nextMs, deadlineMs) };
}

function deadlineOf(life: PodLife, pod: Pod): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  return seconds === undefined ? undefined : life.acceptedAtMs + seconds * 1000;
}

/** Init containers one after another, sidecars as they come among them, then the apps. */
function run(life: PodLife, pod: Pod, behaviour: PodBehaviour, backOff: BackOff, nowMs: number) {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const containers: Record<string, ContainerLife> = { ...life.containers };
  let nextMs: number | undefined;
  const advance = (container: Container, role: 'init' | 'sidecar' | 'app'): ContainerLife => {
    const restarts = (exitCode: number): boolean => {
      if (role === 'sidecar') return true;
      if (policy === 'Never') return false;
      return exitCode !== 0 || (role === 'app' && policy === 'Always');
    };
    const told = behaviourOfContainer(behaviour, container, role);
    const lived = live(containers[container.name] ?? unborn(nowMs), told, restarts, backOff, nowMs);
    containers[container.name] = lived.life;
    nextMs = earliest(nextMs, lived.nextMs);
    return lived.life;
  };
  for (const container of pod.spec.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    const { state } = advance(container, isSidecar ? 'sidecar' : 'init');
    if (isSidecar ? state.name === 'running' : state.name === 'ended' && state.terminated.exitCode === 0) continue;
    const failed = !isSidecar && state.name === 'ended';
    const now = { ...life, containers };
    return { life: failed ? over(now, 0, nowMs) : now, nextMs };
  }
  const ended = pod.spec.containers.map((container) => {
    const { state } = advance(container, 'app');
    return state.name === 'ended';
  });
  const now = { ...life, containers };
  return { life: ended.every(Boolean) ? over(now, 0, nowMs) : now, nextMs };
}

/** Told to stop: each container when it likes, all at the latest when the grace period is over. */
function stop(life: PodLife, pod: Pod, behaviour: PodBehaviour, nowMs: number) {
  const stoppingSinceMs = life.stoppingSinceMs ?? nowMs;
  const killMs = Math.max(Date.parse(pod.metadata.deletionTimestamp ?? ''), stoppingSinceMs);
  const containers: Record<string, ContainerLife> = { ...life.containers };
  let nextMs: number | undefined;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  for (const container of all) {
    const one = containers[container.name];
    if (one?.state.name !== 'running') continue;
    const role = pod.spec.containers.includes(container) ? 'app' : 'sidecar';
    const { afterMs = 0, code = 0 } = behaviourOfContainer(behaviour, container, role).stop ?? {};
    const byItselfMs = stoppingSinceMs + afterMs;
    if (byItselfMs <= nowMs && byItselfMs <= killMs) {
      containers[container.name] = end(one, code, code === 0 ? 'Completed' : 'Error', byItselfMs);
    } else if (killMs <= nowMs) {
      containers[container.name] = end(one, 137, 'Error', killMs);
    } else {
      nextMs = earliest(nextMs, Math.min(byItselfMs, killMs));
    }
  }
  return { life: { ...life, containers, stoppingSinceMs, isOver: nextMs === undefined }, nextMs };
}

/** Whatever still runs ends with that code. */
function over(life: PodLife, exitCode: number, nowMs: number, failed?: PodLife['failed']): PodLife {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const ended = Object.entries(life.containers).map(([name, one]) => [name, end(one, exitCode, reason, nowMs)]);
  return { ...life, containers: Object.fromEntries(ended), failed, isOver: true };
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
