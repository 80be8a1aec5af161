import type { ContainerInspectInfo } from 'dockerode';
import type { ObservedContainer } from '../pod/observed.ts';
import { labels } from './labels.ts';

/** One container of ours as Docker knows it. A sandbox's network is not Docker's, so it is not in here. */
export type Seen =
  | { readonly kind: 'sandbox'; readonly podUid: string; readonly sandbox: SeenSandbox; readonly labels: SeenLabels }
  | {
      readonly kind: 'container';
      readonly podUid: string;
      readonly container: ObservedContainer;
      readonly labels: SeenLabels;
    };

export type SeenLabels = Readonly<Record<string, string>>;

export interface SeenSandbox {
  readonly id: string;
  readonly attempt: number;
  readonly running: boolean;
  readonly pid: number;
  readonly createdAtMs: number;
  readonly hostNetwork: boolean;
}

/** `message` is the termination message, read by the caller once the container has exited. */
export function seen(info: ContainerInspectInfo, message: string): Seen | undefined {
  const found = info.Config.Labels ?? {};
  const podUid = found[labels.podUid];
  if (podUid === undefined) return undefined;
  const attempt = Number(found[labels.restartCount] ?? 0);
  const { State: state } = info;
  const running = state.Running;
  const createdAtMs = timeMs(info.Created);
  if (found[labels.type] === 'podsandbox') {
    const hostNetwork = info.HostConfig.NetworkMode === 'host';
    const sandbox = { id: info.Id, attempt, running, pid: state.Pid, createdAtMs, hostNetwork };
    return { kind: 'sandbox', podUid, sandbox, labels: found };
  }
  const startError = (state as { Error?: string }).Error ?? '';
  const startedAtMs = timeMs(state.StartedAt);
  const neverStarted = startedAtMs === 0 && startError === '';
  const container: ObservedContainer = {
    id: info.Id,
    name: found[labels.containerName] ?? '',
    attempt,
    sandboxId: found[labels.sandboxId] ?? '',
    state: running ? 'running' : neverStarted ? 'created' : 'exited',
    pid: state.Pid,
    createdAtMs,
    startedAtMs,
    finishedAtMs: timeMs(state.FinishedAt) || createdAtMs,
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    startError,
    message,
    image: found[labels.image] ?? info.Config.Image,
    imageId: `docker://${info.Image}`,
    specHash: found[labels.hash] ?? '',
  };
  return { kind: 'container', podUid, container, labels: found };
}

/** Docker writes year 1 for "never". */
function timeMs(text: string): number {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms < 0 ? 0 : ms;
}
