import type { ContainerStateTerminated, ContainerStatus } from '@wherry/api';
import type { ContainerBehaviour } from './behaviour.ts';

/** One container's life so far. Plain data; times in milliseconds since the epoch. */
export interface ContainerLife {
  readonly state:
    | {
        readonly name: 'waiting';
        readonly reason: string;
        readonly message?: string | undefined;
        readonly sinceMs: number;
        /** Not before; a wait that has no end is ended by others. */
        readonly untilMs: number;
      }
    | { readonly name: 'running'; readonly startedAtMs: number }
    | { readonly name: 'ended'; readonly terminated: Ended };
  readonly restarts: number;
  readonly last?: Ended | undefined;
  /** Of the back-off that came last, of pulling or of starting. */
  readonly delayMs?: number | undefined;
  readonly isPulled?: boolean | undefined;
}

export interface Ended {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message?: string | undefined;
}

export interface BackOff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** After that much time without failure a container's back-off begins anew, as upstream. */
const forgetMs = 600_000;

export function unborn(nowMs: number): ContainerLife {
  return { state: { name: 'waiting', reason: 'ContainerCreating', sinceMs: nowMs, untilMs: nowMs }, restarts: 0 };
}

/** What the API says of a container that another life of this process has run. */
export function adopted(status: ContainerStatus, nowMs: number): ContainerLife {
  const ended = status.state?.terminated;
  const last = status.lastState?.terminated && endedOf(status.lastState.terminated, nowMs);
  const restarts = status.restartCount;
  if (status.state?.running) {
    const startedAtMs = Date.parse(status.state.running.startedAt ?? '') || nowMs;
    return { state: { name: 'running', startedAtMs }, restarts, last, isPulled: true };
  }
  if (ended) return { state: { name: 'ended', terminated: endedOf(ended, nowMs) }, restarts, last, isPulled: true };
  return {
    ...unborn(nowMs),
    restarts: last === undefined ? restarts : restarts + 1,
    last,
    isPulled: last !== undefined,
  };
}

function endedOf(from: ContainerStateTerminated, nowMs: number): Ended {
  const finishedAtMs = Date.parse(from.finishedAt ?? '') || nowMs;
  return {
    startedAtMs: Date.parse(from.startedAt ?? '') || finishedAtMs,
    finishedAtMs,
    exitCode: from.exitCode,
    reason: from.reason ?? (from.exitCode === 0 ? 'Completed' : 'Error'),
    message: from.message,
  };
}

/**
 * All that has happened to the container until now. `restarts` says whether it is started again after that exit code.
 * @returns its life, and when there is something to do next
 */
export function live(
  life: ContainerLife,
  behaviour: ContainerBehaviour,
  restarts: (exitCode: number) => boolean,
  backOff: BackOff,
  nowMs: number,
): { life: ContainerLife; nextMs: number | undefined } {
  for (let at = life; ; ) {
    const next = step(at, behaviour, restarts, backOff, nowMs);
    if (typeof next === 'number' || next === undefined) return { life: at, nextMs: next };
    at = next;
  }
}

/** Its next state if that is due; else when it is, or undefined when it stays as it is. */
function step(
  life: ContainerLife,
  behaviour: ContainerBehaviour,
  restarts: (exitCode: number) => boolean,
  backOff: BackOff,
  nowMs: number,
): ContainerLife | number | undefined {
  const { state } = life;
  if (state.name === 'waiting') return begin(life, state, behaviour, backOff, nowMs);
  if (state.name === 'running') {
    const { exit } = behaviour;
    const readyMs = state.startedAtMs + (behaviour.readyAfterMs ?? 0);
    const laterReady = behaviour.ready !== false && readyMs > nowMs ? readyMs : undefined;
    if (exit === undefined) return laterReady;
    const exitMs = state.startedAtMs + (exit.afterMs ?? 0);
    if (exitMs > nowMs) return Math.min(exitMs, laterReady ?? exitMs);
    const reason = exit.reason ?? (exit.code === 0 ? 'Completed' : 'Error');
    return end(life, exit.code, reason, exitMs, exit.message);
  }
  const { terminated } = state;
  if (!restarts(terminated.exitCode)) return undefined;
  return { ...again(life, terminated, backOff, nowMs), restarts: life.restarts + 1, last: terminated };
}

function begin(
  life: ContainerLife,
  state: Extract<ContainerLife['state'], { name: 'waiting' }>,
  { pull, startMs }: ContainerBehaviour,
  backOff: BackOff,
  nowMs: number,
): ContainerLife | number {
  if (state.untilMs > nowMs) return state.untilMs;
  if (life.isPulled !== true) {
    const pulledMs = state.untilMs + (pull?.afterMs ?? 0);
    if (pulledMs > nowMs) return pulledMs;
    if (pull?.error !== undefined) return pullFailed(life, pull.error, backOff, nowMs);
    const waiting = { ...state, untilMs: pulledMs };
    return { ...life, state: waiting, isPulled: true, delayMs: undefined };
  }
  const startedAtMs = state.untilMs + (startMs ?? 0);
  if (startedAtMs > nowMs) return startedAtMs;
  return { ...life, state: { name: 'running', startedAtMs } };
}

function pullFailed(life: ContainerLife, error: string, backOff: BackOff, nowMs: number): ContainerLife {
  const first = life.delayMs === undefined;
  const delayMs = nextDelayMs(life.delayMs, backOff);
  const state = {
    name: 'waiting',
    reason: first ? 'ErrImagePull' : 'ImagePullBackOff',
    message: first ? error : `Back-off pulling image: ${error}`,
    sinceMs: nowMs,
    untilMs: nowMs + delayMs,
  } as const;
  return { ...life, state, delayMs };
}

/** The first time at once, then after a growing pause. */
function again(life: ContainerLife, ended: Ended, backOff: BackOff, nowMs: number): Omit<ContainerLife, 'restarts'> {
  const waiting = { name: 'waiting', reason: 'ContainerCreating', sinceMs: nowMs, untilMs: nowMs } as const;
  const quiet = ended.finishedAtMs - ended.startedAtMs > forgetMs;
  if (life.restarts === 0 || quiet) return { state: waiting, isPulled: true };
  const delayMs = nextDelayMs(life.delayMs, backOff);
  const untilMs = ended.finishedAtMs + delayMs;
  if (untilMs <= nowMs) return { state: waiting, delayMs, isPulled: true };
  const message = `back-off ${duration(delayMs)} restarting failed container`;
  return { state: { ...waiting, reason: 'CrashLoopBackOff', message, untilMs }, delayMs, isPulled: true };
}

function nextDelayMs(delayMs: number | undefined, backOff: BackOff): number {
  return delayMs === undefined ? backOff.initialMs : Math.min(delayMs * 2, backOff.maxMs);
}

/** As Go writes it: 40s, 1m20s. */
function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${Math.floor(seconds % 60)}s`;
}

/** A running container has ended; one that never ran stays as it is. */
export function end(
  life: ContainerLife,
  exitCode: number,
  reason: string,
  atMs: number,
  message?: string,
): ContainerLife {
  if (life.state.name !== 'running') return life;
  const { startedAtMs } = life.state;
  return {
    ...life,
    state: { name: 'ended', terminated: { startedAtMs, finishedAtMs: atMs, exitCode, reason, message } },
  };
}
