import type { Container } from '../core/container.ts';
import type { ContainerState, ContainerStatus } from '../core/pod-status.ts';
import type { Pod } from '../core/pod.ts';
import { getCondition } from '../facts/condition.ts';
import { isPodTerminal } from '../facts/pod-condition.ts';
import type { Column } from '../resource.ts';
import { ageColumn, ageSince, nameColumn } from './age.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    description: 'The aggregate readiness state of this pod for accepting traffic.',
    priority: 0,
    cell: (pod) => {
      const { ready, total } = summarize(pod);
      return `${ready}/${total}`;
    },
  },
  {
    name: 'Status',
    type: 'string',
    description: 'The aggregate status of the containers in this pod.',
    priority: 0,
    cell: (pod) => summarize(pod).reason,
  },
  {
    name: 'Restarts',
    type: 'string',
    description:
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    priority: 0,
    cell: restarts,
  },
  ageColumn,
  wide('IP', 'Its address.', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>'),
  wide('Node', 'Where it runs.', (pod) => pod.spec.nodeName || '<none>'),
  wide(
    'Nominated Node',
    'Where it will run, once others have made room.',
    (pod) => pod.status?.nominatedNodeName || '<none>',
  ),
  wide('Readiness Gates', 'Its readiness gates that are true, of all it has.', readinessGates),
];

function wide(name: string, description: string, cell: (pod: Pod) => string): Column<Pod> {
  return { name, type: 'string', description, priority: 1, cell };
}

interface Summary {
  ready: number;
  total: number;
  restarts: number;
  lastRestart: string | undefined;
  reason: string;
}

/** The words of upstream's printPod: init containers first, then the containers, then what the pod as a whole says. */
function summarize(pod: Pod): Summary {
  const summary: Summary = {
    ready: 0,
    total: pod.spec.containers.length,
    restarts: 0,
    lastRestart: undefined,
    reason: pod.status?.reason || pod.status?.phase || '',
  };
  if (getCondition(pod.status?.conditions, 'PodScheduled')?.reason === 'SchedulingGated')
    summary.reason = 'SchedulingGated';
  const initializing = readInitContainers(pod, summary);
  if (!initializing || isInitialized(pod)) readContainers(pod, summary);
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (pod.status?.reason === 'NodeLost') summary.reason = 'Unknown';
    else if (!isPodTerminal(pod)) summary.reason = 'Terminating';
  }
  return summary;
}

const isSidecar = (container: Container | undefined): boolean => container?.restartPolicy === 'Always';

function isInitialized(pod: Pod): boolean {
  return getCondition(pod.status?.conditions, 'Initialized')?.status === 'True';
}

/** Whether the pod is still initializing. Sidecars count as containers of the pod. */
function readInitContainers(pod: Pod, summary: Summary): boolean {
  const specs = new Map((pod.spec.initContainers ?? []).map((container) => [container.name, container]));
  summary.total += [...specs.values()].filter(isSidecar).length;
  let reason: string | undefined;
  let restarts = 0;
  let lastRestart: string | undefined;
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = isSidecar(specs.get(status.name));
    summary.restarts += status.restartCount;
    summary.lastRestart = later(summary.lastRestart, status.lastState?.terminated?.finishedAt);
    if (sidecar) {
      restarts += status.restartCount;
      lastRestart = later(lastRestart, status.lastState?.terminated?.finishedAt);
    }
    if (status.state?.terminated?.exitCode === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) summary.ready++;
      continue;
    }
    reason = initReason(status.state, index, pod.spec.initContainers?.length ?? 0);
    break;
  }
  if (reason === undefined || isInitialized(pod)) {
    summary.restarts = restarts;
    summary.lastRestart = lastRestart;
  }
  if (reason !== undefined) summary.reason = reason;
  return reason !== undefined;
}

function initReason(state: ContainerState | undefined, index: number, count: number): string {
  if (state?.terminated !== undefined) {
    const { reason, signal, exitCode } = state.terminated;
    return `Init:${reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)}`;
  }
  const waiting = state?.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? `Init:${waiting}` : `Init:${index}/${count}`;
}

function readContainers(pod: Pod, summary: Summary): void {
  let running = false;
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    summary.restarts += status.restartCount;
    summary.lastRestart = later(summary.lastRestart, status.lastState?.terminated?.finishedAt);
    const reason = containerReason(status);
    if (reason !== undefined) summary.reason = reason;
    else if (status.ready && status.state?.running !== undefined) {
      running = true;
      summary.ready++;
    }
  }
  if (summary.reason === 'Completed' && running) {
    summary.reason = getCondition(pod.status?.conditions, 'Ready')?.status === 'True' ? 'Running' : 'NotReady';
  }
}

function containerReason({ state }: ContainerStatus): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  if (state?.terminated === undefined) return undefined;
  const { reason, signal, exitCode } = state.terminated;
  return reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);
}

function restarts(pod: Pod, now: Date): string {
  const { restarts: count, lastRestart } = summarize(pod);
  return count === 0 || lastRestart === undefined ? `${count}` : `${count} (${ageSince(lastRestart, now)} ago)`;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Date.parse(b) > Date.parse(a) ? b : a;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const met = gates.filter((gate) => getCondition(pod.status?.conditions, gate.conditionType)?.status === 'True');
  return `${met.length}/${gates.length}`;
}
