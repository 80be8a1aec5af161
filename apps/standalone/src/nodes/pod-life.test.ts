import type { ContainerStatus, Pod, PodSpec } from '@wherry/api';
import { formatTime } from '@wherry/client';
import { expect, test } from 'vitest';
import type { PodBehaviour } from './behaviour.ts';
import { livePod, takeUp, type PodLife } from './pod-life.ts';
import { statusOf } from './pod-status.ts';

const birthMs = Date.parse('2026-01-01T00:00:00Z');
const backOff = { initialMs: 10_000, maxMs: 300_000 };
const addresses = { hostIP: '198.18.0.1', podIP: '10.128.0.2' };

function podOf(spec: Partial<PodSpec> = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'default', uid: 'u' },
    spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
  };
}

/** `+seconds phase container: what it does`, each time that something is due, until nothing is or the time is over. */
function story(pod: Pod, behaviour: PodBehaviour, untilMs = 120_000): string[] {
  const lines: string[] = [];
  let life: PodLife = takeUp(pod, birthMs);
  for (let nowMs = birthMs; nowMs <= birthMs + untilMs; ) {
    const next = livePod(life, pod, behaviour, backOff, nowMs);
    life = next.life;
    const status = statusOf(life, pod, behaviour, addresses, nowMs);
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    lines.push([`+${(nowMs - birthMs) / 1000}`, status.reason ?? status.phase, ...all.map(shown)].join(' '));
    if (next.nextMs === undefined) return [...lines, life.isOver ? 'over' : 'still'];
    expect(next.nextMs).toBeGreaterThan(nowMs);
    nowMs = next.nextMs;
  }
  return [...lines, '...'];
}

function shown({ name, ready, restartCount, state }: ContainerStatus): string {
  const what = state?.waiting?.reason ?? (state?.terminated ? `exit ${state.terminated.exitCode}` : 'running');
  return `${name}: ${what}${ready ? ' ready' : ''}${restartCount > 0 ? ` x${restartCount}` : ''}`;
}

test('unless told, a pod runs and is ready at once, for ever', () => {
  expect(story(podOf(), {})).toEqual(['+0 Running app: running ready', 'still']);
});

test('pulling, starting and getting ready take their time', () => {
  expect(story(podOf(), { pull: { afterMs: 1000 }, startMs: 500, readyAfterMs: 2000 })).toEqual([
    '+0 Pending app: ContainerCreating',
    '+1 Pending app: ContainerCreating',
    '+1.5 Running app: running',
    '+3.5 Running app: running ready',
    'still',
  ]);
});

test('a pull that fails is tried again after growing pauses', () => {
  expect(story(podOf(), { pull: { error: 'gone' } }, 75_000)).toEqual([
    '+0 Pending app: ErrImagePull',
    '+10 Pending app: ImagePullBackOff',
    '+30 Pending app: ImagePullBackOff',
    '+70 Pending app: ImagePullBackOff',
    '...',
  ]);
});

test('a container that keeps exiting is restarted once at once, then after growing pauses', () => {
  expect(story(podOf(), { exit: { code: 1, afterMs: 1000 } }, 40_000)).toEqual([
    '+0 Running app: running ready',
    '+1 Running app: running ready x1',
    '+2 Running app: CrashLoopBackOff x1',
    '+12 Running app: running ready x2',
    '+13 Running app: CrashLoopBackOff x2',
    '+33 Running app: running ready x3',
    '+34 Running app: CrashLoopBackOff x3',
    '...',
  ]);
});

test('the restart policy decides whether an exit is the end', () => {
  const exit = (code: number) => ({ exit: { code, afterMs: 1000 } });
  expect(story(podOf({ restartPolicy: 'Never' }), exit(0)).slice(1)).toEqual(['+1 Succeeded app: exit 0', 'over']);
  expect(story(podOf({ restartPolicy: 'Never' }), exit(2)).slice(1)).toEqual(['+1 Failed app: exit 2', 'over']);
  expect(story(podOf({ restartPolicy: 'OnFailure' }), exit(0)).slice(1)).toEqual(['+1 Succeeded app: exit 0', 'over']);
  expect(story(podOf({ restartPolicy: 'OnFailure' }), exit(2)).at(-2)).toBe('+75 Running app: CrashLoopBackOff x4');
});

test('init containers end one after another, and sidecars end with the apps', () => {
  const initContainers = [
    { name: 'first', image: 'i' },
    { name: 'side', image: 'i', restartPolicy: 'Always' },
    { name: 'second', image: 'i' },
  ];
  const containers = { second: { exit: { code: 0, afterMs: 3000 } }, app: { exit: { code: 0, afterMs: 1000 } } };
  expect(story(podOf({ initContainers, restartPolicy: 'Never' }), { containers })).toEqual([
    '+0 Pending first: exit 0 ready side: running ready second: running app: PodInitializing',
    '+3 Running first: exit 0 ready side: running ready second: exit 0 ready app: running ready',
    '+4 Succeeded first: exit 0 ready side: exit 0 second: exit 0 ready app: exit 0',
    'over',
  ]);
});

test('an init container that fails ends a pod that never restarts', () => {
  const initContainers = [{ name: 'first', image: 'i' }];
  const containers = { first: { exit: { code: 1 } } };
  expect(story(podOf({ initContainers, restartPolicy: 'Never' }), { containers })).toEqual([
    '+0 Failed first: exit 1 app: PodInitializing',
    'over',
  ]);
});

test('a pod past its deadline fails, whatever it does', () => {
  expect(story(podOf({ activeDeadlineSeconds: 5 }), {})).toEqual([
    '+0 Running app: running ready',
    '+5 DeadlineExceeded app: exit 137',
    'over',
  ]);
});

test('a deleted pod stops when it likes, at the latest when its grace period is over', () => {
  const running = { containerStatuses: [statusRunning('app')], startTime: formatTime(birthMs - 1000) };
  const deleted = (behaviour: PodBehaviour): string[] => {
    const pod = podOf();
    const metadata = { ...pod.metadata, deletionTimestamp: formatTime(birthMs + 30_000) };
    return story({ ...pod, metadata, status: running }, behaviour);
  };
  expect(deleted({})).toEqual(['+0 Succeeded app: exit 0', 'over']);
  expect(deleted({ stop: { afterMs: 4000, code: 143 } })).toEqual([
    '+0 Running app: running ready',
    '+4 Failed app: exit 143',
    'over',
  ]);
  expect(deleted({ stop: { afterMs: 40_000 } })).toEqual([
    '+0 Running app: running ready',
    '+30 Failed app: exit 137',
    'over',
  ]);
});

test('what another life of the node reported is taken up as it was', () => {
  const crashed = {
    ...statusRunning('app'),
    ready: false,
    restartCount: 2,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, finishedAt: formatTime(birthMs - 5000) } },
  };
  const pod = { ...podOf(), status: { containerStatuses: [crashed] } };
  expect(story(pod, {})).toEqual(['+0 Running app: running ready x3', 'still']);
  const going = { ...podOf(), status: { containerStatuses: [statusRunning('app')] } };
  const { life } = livePod(takeUp(going, birthMs), going, {}, backOff, birthMs);
  const [status] = statusOf(life, going, {}, addresses, birthMs).containerStatuses ?? [];
  expect(status?.state?.running?.startedAt).toBe(formatTime(birthMs - 1000));
});

function statusRunning(name: string): ContainerStatus {
  return {
    name,
    image: 'app:1',
    imageID: 'simulated://app:1',
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: formatTime(birthMs - 1000) } },
  };
}
