import { isConflict, isNotFound } from '@wherry/apimachinery';
import { pods, type Pod } from '@wherry/api';
import { unlessGone } from '../docker/engine-error.ts';
import type { PodWorker } from './pod-worker.ts';

/** The pod has ended but stays in the API: its namespaces, address and volumes go, its dead containers stay. */
export async function release(worker: PodWorker, pod: Pod): Promise<void> {
  const { parts, history } = worker;
  history.released = true;
  worker.report();
  const observed = await parts.world.readPod(worker.uid);
  for (const sandbox of observed.sandboxes) await removeSandbox(worker, sandbox.id, sandbox.attempt);
  parts.objects.unwatch(worker.uid);
  parts.tokens.forget(worker.uid);
  await parts.volumes.release(worker.uid);
  await parts.statuses.flush(pod);
}

/** Everything goes; then, if the pod is only marked as deleted, the API is told that it may go too. */
export async function tearDown(worker: PodWorker, pod: Pod): Promise<void> {
  const { parts, history } = worker;
  history.released = true;
  worker.report();
  const { docker, world, volumes, statuses } = parts;
  const observed = await world.readPod(worker.uid);
  await Promise.all(observed.sandboxes.map((sandbox) => removeSandbox(worker, sandbox.id, sandbox.attempt)));
  await releaseAddresses(worker);
  await volumes.remove(worker.uid);
  await statuses.flush(pod);
  for (const { id } of observed.containers) {
    await unlessGone(docker.getContainer(id).remove({ force: true, v: true }));
    world.forget(id);
  }
  if (!worker.removed) await finishDeletion(worker, pod);
  worker.end();
}

async function removeSandbox(worker: PodWorker, id: string, attempt: number): Promise<void> {
  const { docker, world, network } = worker.parts;
  await network()?.tearDown({ podUid: worker.uid, attempt });
  await unlessGone(docker.getContainer(id).remove({ force: true, v: true }));
  world.forget(id);
}

/** Also those of sandboxes that somebody else removed. */
async function releaseAddresses(worker: PodWorker): Promise<void> {
  const network = worker.parts.network();
  for (const holder of network?.holders() ?? []) {
    if (holder.podUid === worker.uid) await network?.tearDown(holder);
  }
}

async function finishDeletion(worker: PodWorker, pod: Pod): Promise<void> {
  const { name, namespace, uid, finalizers = [], deletionGracePeriodSeconds } = pod.metadata;
  // Told already: now it is up to those who hold a finalizer, and each further delete would only be a new change.
  if (deletionGracePeriodSeconds === 0 && finalizers.length > 0) return;
  try {
    const options = { namespace, gracePeriodSeconds: 0, preconditions: { uid } };
    await worker.parts.client.resource(pods).delete(name, options);
  } catch (error) {
    // Already gone, or another pod has the name by now.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}
