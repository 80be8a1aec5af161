import type { Pod } from '@wherry/api';
import { unlessGone } from '../docker/engine-error.ts';
import type { Action } from '../pod/action.ts';
import { allContainers, isHostNetwork, readySandbox } from '../pod/facts.ts';
import { runPreStop } from './hooks.ts';
import type { PodWorker } from './pod-worker.ts';
import { recordContainerEvent } from './record.ts';

type Kill = Extract<Action, { type: 'killContainer' }>;

/** preStop, then the stop signal, then SIGKILL at the deadline; goes on beside the worker. A later call may shorten it. */
export function killContainer(worker: PodWorker, pod: Pod, action: Kill): void {
  const { history, parts } = worker;
  const deadlineMs = parts.now() + action.graceSeconds * 1000;
  const again = history.kills[action.id] !== undefined;
  history.kills[action.id] = { deadlineMs };
  if (!again) recordContainerEvent(parts, pod, action.name, 'Normal', 'Killing', action.message);
  stop(worker, pod, action, again).catch((error: unknown) => {
    parts.log.error({ event: 'killFailed', container: action.name, id: action.id, err: error });
    // Forgotten, so that the next round tries again.
    delete history.kills[action.id];
    worker.wakeIn(1_000);
  });
}

async function stop(worker: PodWorker, pod: Pod, action: Kill, again: boolean): Promise<void> {
  const { parts, history } = worker;
  const container = allContainers(pod).find((c) => c.name === action.name);
  const began = parts.now();
  if (!again && container !== undefined) {
    const sandbox = readySandbox(parts.world.pod(worker.uid));
    const ip = isHostNetwork(pod) ? (parts.hostIPs[0] ?? '') : (sandbox?.ip ?? '');
    await runPreStop(worker, pod, container, action.id, ip, action.graceSeconds * 1000);
  }
  // Upstream leaves two seconds to a container whose hook used up the grace period.
  const left = Math.max(Math.ceil(action.graceSeconds - (parts.now() - began) / 1000), again ? 1 : 2);
  const seconds = Math.min(left, Math.max(action.graceSeconds, 1));
  const deadlineMs = history.kills[action.id]?.deadlineMs;
  await unlessGone(parts.patient.getContainer(action.id).stop({ t: seconds }));
  await parts.world.refresh(action.id);
  parts.log.debug({ event: 'containerStopped', container: action.name, id: action.id, deadlineMs });
  worker.wake();
}
