import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Container, Pod } from '@wherry/api';
import { containerConfig } from '../docker/container-config.ts';
import { engineMessage, engineStatus, unlessGone } from '../docker/engine-error.ts';
import { containerEnv, EnvError, envReferences } from '../env/container-env.ts';
import type { FieldContext } from '../env/field-ref.ts';
import type { Action } from '../pod/action.ts';
import { nextBackOff } from '../pod/back-off.ts';
import { allContainers, ephemeralContainers, isHostNetwork } from '../pod/facts.ts';
import { newestOf, type ObservedPod } from '../pod/observed.ts';
import { VolumeError, volumeReferences } from '../volumes/payload.ts';
import { VolumeSetupError } from '../volumes/volumes.ts';
import { runPostStart } from './hooks.ts';
import { findImage } from './find-image.ts';
import type { PodWorker } from './pod-worker.ts';
import { recordContainerEvent, recordPodEvent } from './record.ts';
import type { SandboxPromise } from './sandbox.ts';
import { serviceEnv } from '../env/service-env.ts';

type Start = Extract<Action, { type: 'startContainer' }>;
export type VolumePaths = ReadonlyMap<string, string>;

/** A container could not be started; `reason` is what its status shows. */
export class StartError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const retryMs = 10_000;
const volumeRetryMs = 2_000;

/** Starts containers side by side; each failure holds only its own container. */
export async function startContainers(
  worker: PodWorker,
  pod: Pod,
  observed: ObservedPod,
  given: SandboxPromise,
  starts: readonly Start[],
): Promise<void> {
  const sandbox = guarded(given);
  const volumes = sandbox.ip.then((ip) => setUpVolumes(worker, pod, ip));
  volumes.catch(() => undefined);
  const results = await Promise.allSettled([
    sandbox.ready,
    ...starts.map((s) => one(worker, pod, sandbox, volumes, s)),
  ]);
  for (const result of results.slice(1)) if (result.status === 'rejected') throw result.reason;
  if (starts.length > 0 || observed.sandboxes.length === 0) worker.wake();
}

async function one(
  worker: PodWorker,
  pod: Pod,
  sandbox: SandboxPromise,
  volumes: Promise<VolumePaths>,
  action: Start,
): Promise<void> {
  const container = allContainers(pod).find((candidate) => candidate.name === action.name);
  if (container === undefined) return;
  const { history, parts } = worker;
  try {
    const imageId = await findImage(worker, pod, container);
    if (imageId === undefined) return;
    await sandbox.id;
    await createAndStart(worker, pod, container, sandbox, await volumes, action, imageId);
    delete history.holds[container.name];
    if (action.afterExitMs !== undefined) {
      history.restarts[container.name] = nextBackOff(history.restarts[container.name], action.afterExitMs, parts.now());
    }
  } catch (error) {
    hold(worker, pod, container, error);
  }
}

export async function setUpVolumes(worker: PodWorker, pod: Pod, ip: string): Promise<VolumePaths> {
  const { volumes, objects, tokens } = worker.parts;
  const list = pod.spec.volumes ?? [];
  const references = volumeReferences(list);
  const namespace = pod.metadata.namespace ?? '';
  const [found, token] = await Promise.all([objects.fetch(namespace, references), tokens.fetch(pod)]);
  objects.watch(worker.uid, namespace, references);
  return volumes.setUp(pod, { ...found, token }, fieldContext(worker, ip));
}

export function fieldContext(worker: PodWorker, ip: string): FieldContext {
  const { hostIPs, nodeName, allocatable } = worker.parts;
  const hostIp = hostIPs[0] ?? '';
  return { podIp: isHostNetwork(worker.pod) ? hostIp : ip, hostIp, nodeName, allocatable };
}

async function createAndStart(
  worker: PodWorker,
  pod: Pod,
  container: Container,
  sandbox: SandboxPromise,
  paths: VolumePaths,
  action: Start,
  imageId: string,
): Promise<void> {
  const { docker, world, volumes, objects, owner, limits } = worker.parts;
  const found = await objects.fetch(pod.metadata.namespace ?? '', envReferences(container));
  const context = fieldContext(worker, await sandbox.ip);
  const links = serviceEnv(
    worker.parts.services(),
    pod.metadata.namespace ?? '',
    pod.spec.enableServiceLinks !== false,
  );
  const env = containerEnv(pod, container, found, links, context);
  await checkUser(worker, pod, container, imageId);
  const dirs = volumes.dirs(pod);
  const messageFile = dirs.messageFile(container.name, action.attempt);
  await mkdir(dirname(messageFile), { recursive: true });
  await writeFile(messageFile, '');
  // Whoever the container runs as may write; a mode given to writeFile is cut by the umask.
  await chmod(messageFile, 0o666);
  const mounts = [
    ...(await volumes.mounts(pod, container, paths, env)),
    { source: messageFile, target: container.terminationMessagePath ?? '/dev/termination-log', readOnly: false },
  ];
  for (const [source, target] of [
    [dirs.hosts, '/etc/hosts'],
    [dirs.resolvConf, '/etc/resolv.conf'],
  ] as const) {
    if (!mounts.some((mount) => mount.target === target)) mounts.push({ source, target, readOnly: false });
  }
  const sandboxId = await sandbox.id;
  const { attempt } = action;
  const config = containerConfig({
    owner,
    pod,
    container,
    attempt,
    sandboxId,
    targetId: targetOf(worker, pod, container),
    imageId,
    env,
    mounts,
    messageFile,
    limits,
  });
  const id = await create(worker, config);
  recordContainerEvent(worker.parts, pod, container.name, 'Normal', 'Created', 'Container created');
  // Docker takes 8 ms to create a container, more under load: that goes on while the sandbox starts.
  await sandbox.ready;
  if (container.lifecycle?.postStart !== undefined) worker.history.hooks[id] = 'running';
  try {
    await docker.getContainer(id).start();
  } catch (error) {
    await world.refresh(id);
    throw new StartError('RunContainerError', engineMessage(error));
  }
  recordContainerEvent(worker.parts, pod, container.name, 'Normal', 'Started', 'Container started');
  await world.refresh(id);
  if (container.lifecycle?.postStart !== undefined) runPostStart(worker, pod, container, id, context.podIp);
}

/** The running container whose processes an ephemeral one is to see. */
function targetOf(worker: PodWorker, pod: Pod, container: Container): string | undefined {
  const name = ephemeralContainers(pod).find((candidate) => candidate.name === container.name)?.targetContainerName;
  if (!name) return undefined;
  const target = newestOf(worker.parts.world.pod(worker.uid), name);
  if (target?.state === 'running') return target.id;
  throw new StartError('CreateContainerConfigError', `unable to find target container ${name}`);
}

async function create(worker: PodWorker, config: ReturnType<typeof containerConfig>): Promise<string> {
  const { docker } = worker.parts;
  try {
    return (await docker.createContainer(config)).id;
  } catch (error) {
    if (engineStatus(error) !== 409) throw new StartError('CreateContainerError', engineMessage(error));
    // Left over from a kubelet that died between creating and starting it.
    await unlessGone(docker.getContainer(config.name ?? '').remove({ force: true }));
    return (await docker.createContainer(config)).id;
  }
}

/** runAsNonRoot is a promise about the user, so one that cannot be told apart from root is refused. */
async function checkUser(worker: PodWorker, pod: Pod, container: Container, imageId: string): Promise<void> {
  const own = container.securityContext;
  const all = pod.spec.securityContext;
  if ((own?.runAsNonRoot ?? all?.runAsNonRoot) !== true) return;
  const fail = (words: string): never => {
    const where = `pod: "${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})", container: ${container.name}`;
    throw new StartError('CreateContainerConfigError', `${words} (${where})`);
  };
  const user = own?.runAsUser ?? all?.runAsUser;
  if (user === 0) fail("container's runAsUser breaks non-root policy");
  if (user !== undefined) return;
  const name = ((await worker.parts.images.inspect(imageId))?.user ?? '').split(':')[0] ?? '';
  if (name === '' || name === '0') fail('container has runAsNonRoot and image will run as root');
  if (!/^\d+$/.test(name))
    fail(`container has runAsNonRoot and image has non-numeric user (${name}), cannot verify user is non-root`);
}

/** The sandbox's own handler has told the pod already. */
class SandboxFailed extends Error {}

/** Nobody may be left without a handler: whichever promise fails first, the others fail too. */
function guarded(sandbox: SandboxPromise): SandboxPromise {
  const guard = <T>(promise: Promise<T>): Promise<T> => {
    const own = promise.catch((error: unknown) => {
      throw new SandboxFailed('the sandbox could not be made', { cause: error });
    });
    own.catch(() => undefined);
    return own;
  };
  return { ip: guard(sandbox.ip), id: guard(sandbox.id), ready: guard(sandbox.ready) };
}

function hold(worker: PodWorker, pod: Pod, container: Container, error: unknown): void {
  const { parts, history } = worker;
  if (history.sandboxHold !== undefined || error instanceof SandboxFailed) return;
  const now = parts.now();
  if (error instanceof VolumeSetupError) {
    recordPodEvent(parts, pod, 'Warning', 'FailedMount', error.message);
    const hold = { reason: 'ContainerCreating', message: '', sinceMs: now, untilMs: now + volumeRetryMs };
    history.holds[container.name] = hold;
    return;
  }
  const reason =
    error instanceof StartError
      ? error.reason
      : error instanceof EnvError || error instanceof VolumeError
        ? 'CreateContainerConfigError'
        : 'CreateContainerError';
  const message = engineMessage(error);
  recordContainerEvent(parts, pod, container.name, 'Warning', 'Failed', `Error: ${message}`);
  parts.log.warn({ event: 'containerNotStarted', pod: pod.metadata.name, container: container.name, reason, message });
  history.holds[container.name] = { reason, message, sinceMs: now, untilMs: now + retryMs };
}
