import type { Pod } from '@wherry/api';
import { unlessGone } from '../docker/engine-error.ts';
import type { Action } from '../pod/action.ts';
import { readySandbox } from '../pod/facts.ts';
import type { ObservedPod } from '../pod/observed.ts';
import { killContainer } from './kill-container.ts';
import type { PodWorker } from './pod-worker.ts';
import { createSandbox, standingSandbox, type SandboxPromise } from './sandbox.ts';
import { startContainers } from './start-container.ts';
import { release, tearDown } from './tear-down.ts';

type Start = Extract<Action, { type: 'startContainer' }>;

/** Performs a plan: removals first, then the sandbox and all starts side by side. */
export async function perform(
  worker: PodWorker,
  pod: Pod,
  observed: ObservedPod,
  actions: readonly Action[],
): Promise<void> {
  const starts: Start[] = [];
  const standing = readySandbox(observed);
  let sandbox: SandboxPromise | undefined = standing && standingSandbox(standing);
  for (const action of actions) {
    switch (action.type) {
      case 'removeContainer':
      case 'stopSandbox':
        await removeContainer(worker, action.id);
        break;
      case 'killContainer':
        killContainer(worker, pod, action);
        break;
      case 'createSandbox':
        sandbox = createSandbox(worker, pod, observed, action.attempt, action.changed);
        break;
      case 'startContainer':
        starts.push(action);
        break;
      case 'release':
        await release(worker, pod);
        break;
      case 'tearDown':
        await tearDown(worker, pod);
        break;
    }
  }
  const creates = actions.some((action) => action.type === 'createSandbox');
  if (sandbox === undefined || (starts.length === 0 && !creates)) return;
  await startContainers(worker, pod, observed, sandbox, starts);
}

async function removeContainer({ parts }: PodWorker, id: string): Promise<void> {
  await unlessGone(parts.docker.getContainer(id).remove({ force: true, v: true }));
  parts.world.forget(id);
}
