import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Pod } from '@wherry/api';
import { engineMessage, engineStatus, unlessGone } from '../docker/engine-error.ts';
import { sandboxConfig } from '../docker/container-config.ts';
import { ensurePauseImage } from '../docker/pause-image.ts';
import { hostNetworkHosts, hostsFile } from '../network/pod-files.ts';
import { podResolver } from '../network/resolv-conf.ts';
import { isHostNetwork } from '../pod/facts.ts';
import { podNames } from '../pod/hostname.ts';
import type { ObservedPod, ObservedSandbox } from '../pod/observed.ts';
import { PodDirs } from '../volumes/pod-dirs.ts';
import type { PodWorker } from './pod-worker.ts';
import { recordPodEvent } from './record.ts';

/** A sandbox on its way: what its containers need, each as soon as it is known. All reject when it fails. */
export interface SandboxPromise {
  /** The pod's address; '' on the host's network. */
  readonly ip: Promise<string>;
  readonly id: Promise<string>;
  /** The network stands and the pod's files are written: containers may start. */
  readonly ready: Promise<void>;
}

const retryMs = 1_000;

export function standingSandbox(sandbox: ObservedSandbox): SandboxPromise {
  return { ip: Promise.resolve(sandbox.ip), id: Promise.resolve(sandbox.id), ready: Promise.resolve() };
}

/** Makes the pod's namespaces; address, files and container come about side by side. */
export function createSandbox(
  worker: PodWorker,
  pod: Pod,
  observed: ObservedPod,
  attempt: number,
  changed: boolean,
): SandboxPromise {
  if (changed) {
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    recordPodEvent(worker.parts, pod, 'Normal', 'SandboxChanged', message);
  }
  const ip = prepare(worker, pod, observed, attempt);
  const id = ip.then(() => createContainer(worker, pod, attempt));
  const ready = Promise.all([ip, id]).then(([address, sandboxId]) => start(worker, pod, attempt, sandboxId, address));
  ready.then(
    () => {
      worker.history.sandboxHold = undefined;
    },
    (error: unknown) => failed(worker, pod, error),
  );
  return { ip, id, ready };
}

/** Frees what earlier sandboxes held, and sets an address aside for this one. */
async function prepare(worker: PodWorker, pod: Pod, observed: ObservedPod, attempt: number): Promise<string> {
  if (isHostNetwork(pod)) return '';
  const network = worker.parts.network();
  if (network === undefined) throw new Error('network is not ready: the node has no pod range yet');
  for (const old of observed.sandboxes) await network.tearDown({ podUid: worker.uid, attempt: old.attempt });
  return network.reserve({ podUid: worker.uid, attempt });
}

async function createContainer(worker: PodWorker, pod: Pod, attempt: number): Promise<string> {
  const { docker, owner, pauseImage, dns } = worker.parts;
  const { kernelHostname } = podNames(pod, dns.clusterDomain);
  const config = sandboxConfig(owner, pod, attempt, pauseImage, kernelHostname);
  try {
    return (await docker.createContainer(config)).id;
  } catch (error) {
    const status = engineStatus(error);
    // 409: left over from a kubelet that died here. 404: somebody removed the image.
    if (status === 409) await unlessGone(docker.getContainer(config.name ?? '').remove({ force: true }));
    else if (status === 404) await ensurePauseImage(docker, pauseImage);
    else throw error;
    return (await docker.createContainer(config)).id;
  }
}

async function start(worker: PodWorker, pod: Pod, attempt: number, id: string, address: string): Promise<void> {
  const { docker, world } = worker.parts;
  const container = docker.getContainer(id);
  const files = writeFiles(worker, pod, address);
  await Promise.all([container.start(), files]);
  if (!isHostNetwork(pod)) {
    const { State: state } = await container.inspect();
    await worker.parts.network()?.setUp({ podUid: worker.uid, attempt }, state.Pid);
  }
  await world.refresh(id);
}

async function writeFiles(worker: PodWorker, pod: Pod, address: string): Promise<void> {
  const { rootDir, dns } = worker.parts;
  const dirs = new PodDirs(rootDir, worker.uid);
  await mkdir(dirs.root, { recursive: true, mode: 0o750 });
  const hosts = isHostNetwork(pod)
    ? hostNetworkHosts(pod, await readFile('/etc/hosts', 'utf8'))
    : hostsFile(pod, address, podNames(pod, dns.clusterDomain));
  // Read each time: hosts move between networks.
  const hostResolvConf = dns.resolvConf === '' ? undefined : await readFile(dns.resolvConf, 'utf8');
  const { text, warnings } = podResolver(pod, { ...dns, hostResolvConf });
  for (const { reason, message } of warnings) recordPodEvent(worker.parts, pod, 'Warning', reason, message);
  await Promise.all([writeFile(dirs.hosts, hosts), writeFile(dirs.resolvConf, text)]);
}

function failed(worker: PodWorker, pod: Pod, error: unknown): void {
  const now = worker.parts.now();
  const message = engineMessage(error);
  const before = worker.history.sandboxHold;
  const delayMs = before === undefined ? retryMs : Math.min((before.untilMs - before.sinceMs) * 2, 60_000);
  worker.history.sandboxHold = { reason: 'FailedCreatePodSandBox', message, sinceMs: now, untilMs: now + delayMs };
  recordPodEvent(worker.parts, pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`);
  worker.wake();
}
