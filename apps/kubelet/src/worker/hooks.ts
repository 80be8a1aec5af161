import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, LifecycleHandler, Pod } from '@wherry/api';
import { runHandler } from '../probes/run-probe.ts';
import type { PodWorker } from './pod-worker.ts';
import { recordContainerEvent } from './record.ts';

const postStartTimeoutMs = 600_000;

/** Runs the postStart hook beside the worker; until it ends the container counts as still being created. */
export function runPostStart(worker: PodWorker, pod: Pod, container: Container, id: string, ip: string): void {
  const handler = container.lifecycle?.postStart;
  if (handler === undefined) return;
  const { history, parts } = worker;
  runHook(worker, container, id, ip, handler, postStartTimeoutMs)
    .then((failure) => {
      history.hooks[id] = failure === undefined ? 'done' : 'failed';
      if (failure !== undefined) {
        recordContainerEvent(parts, pod, container.name, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
      }
    })
    .catch((error: unknown) => parts.log.error({ event: 'postStartFailed', container: container.name, err: error }))
    .finally(() => worker.wake());
}

/** Runs the preStop hook, for no longer than the grace period lasts. */
export async function runPreStop(
  worker: PodWorker,
  pod: Pod,
  container: Container,
  id: string,
  ip: string,
  timeoutMs: number,
): Promise<void> {
  const handler = container.lifecycle?.preStop;
  if (handler === undefined) return;
  const failure = await runHook(worker, container, id, ip, handler, timeoutMs);
  if (failure === undefined) return;
  recordContainerEvent(worker.parts, pod, container.name, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
}

/** What went wrong, or undefined. */
async function runHook(
  worker: PodWorker,
  container: Container,
  id: string,
  ip: string,
  handler: LifecycleHandler,
  timeoutMs: number,
): Promise<string | undefined> {
  if (handler.sleep) {
    await sleep(Math.min(handler.sleep.seconds * 1000, timeoutMs), undefined, { ref: false });
    return undefined;
  }
  try {
    const target = { docker: worker.parts.patient, containerId: id, container, ip };
    const { ok, message } = await runHandler(target, handler, timeoutMs);
    return ok ? undefined : message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
