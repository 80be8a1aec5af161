import type { Container, Pod, Secret } from '@wherry/api';
import { credentialsFor } from '../images/credentials.ts';
import type { PodWorker } from './pod-worker.ts';
import { recordContainerEvent } from './record.ts';

const refusedRetryMs = 10_000;

/**
 * The id of the container's image when it may be used now. Undefined: a pull has begun (and wakes the pod at its end),
 * or the policy forbids one (and the hold says why).
 */
export async function findImage(worker: PodWorker, pod: Pod, container: Container): Promise<string | undefined> {
  const { parts, history } = worker;
  const image = container.image ?? '';
  const say = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recordContainerEvent(parts, pod, container.name, type, reason, message);

  const pulled = history.pulled[container.name];
  if (pulled !== undefined) {
    delete history.pulled[container.name];
    return pulled;
  }
  const found = await parts.images.look(image, container.imagePullPolicy);
  if (found.outcome === 'present') {
    say('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
    return found.id;
  }
  const now = parts.now();
  if (found.outcome === 'refused') {
    const { reason, message } = found;
    say('Warning', reason === 'InvalidImageName' ? 'InspectFailed' : reason, message);
    say('Warning', 'Failed', `Error: ${reason}`);
    history.holds[container.name] = { reason, message, sinceMs: now, untilMs: now + refusedRetryMs };
    return undefined;
  }
  say('Normal', 'Pulling', `Pulling image "${image}"`);
  history.pulling[container.name] = true;
  pull(worker, pod, container.name, image, now, say).catch((error: unknown) =>
    parts.log.error({ event: 'pullFailed', image, err: error }),
  );
  return undefined;
}

async function pull(
  worker: PodWorker,
  pod: Pod,
  name: string,
  image: string,
  beganMs: number,
  say: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
): Promise<void> {
  const { parts, history } = worker;
  try {
    const failure = await parts.images.pull(image, credentialsFor(image, await pullSecrets(worker, pod)));
    const now = parts.now();
    const found = failure === undefined ? await parts.images.inspect(image) : undefined;
    if (found === undefined) {
      const error = failure?.error ?? 'the image is not there after the pull';
      say('Warning', 'Failed', `Failed to pull image "${image}": ${error}`);
      say('Warning', 'Failed', 'Error: ErrImagePull');
      history.holds[name] = {
        reason: 'ErrImagePull',
        message: error,
        backOffMessage: `Back-off pulling image "${image}": ErrImagePull: ${error}`,
        sinceMs: now,
        untilMs: now + (failure?.delayMs ?? 10_000),
      };
      return;
    }
    const took = `${((now - beganMs) / 1000).toFixed(3)}s`;
    say('Normal', 'Pulled', `Successfully pulled image "${image}" in ${took} (${took} including waiting)`);
    history.pulled[name] = found.id;
  } finally {
    delete history.pulling[name];
    worker.wake();
  }
}

/** A pull secret that does not exist is no hindrance: the registry decides. */
async function pullSecrets({ parts }: PodWorker, pod: Pod): Promise<Secret[]> {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name).filter((name) => name !== undefined);
  if (names.length === 0) return [];
  const references = { configMaps: new Set<string>(), secrets: new Set(names) };
  const found = await parts.objects.fetch(pod.metadata.namespace ?? '', references);
  return names.map((name) => found.secret(name)).filter((secret) => secret !== undefined);
}
