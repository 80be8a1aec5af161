import { createHash } from 'node:crypto';
import { isPodTerminal, type Container, type EphemeralContainer, type Pod } from '@wherry/api';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from './observed.ts';

/** name_namespace(uid), as upstream's messages name a pod. */
export function podWords(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** An init container that keeps running beside the app containers. */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

export function isHostNetwork(pod: Pod): boolean {
  return pod.spec.hostNetwork === true;
}

export function initContainers(pod: Pod): readonly Container[] {
  return pod.spec.initContainers ?? [];
}

/** Those added to the pod while it runs; of a container's fields they lack ports, probes, hooks and resources. */
export function ephemeralContainers(pod: Pod): readonly EphemeralContainer[] {
  return pod.spec.ephemeralContainers ?? [];
}

/** Every container of the spec, whichever list it stands in. */
export function allContainers(pod: Pod): readonly Container[] {
  return [...pod.spec.containers, ...initContainers(pod), ...ephemeralContainers(pod)];
}

/** The sandbox that the pod's containers may join, if it stands. */
export function readySandbox(observed: ObservedPod): ObservedSandbox | undefined {
  const newest = observed.sandboxes[0];
  return newest?.running === true && newest.networkReady ? newest : undefined;
}

export function runningContainers(observed: ObservedPod): ObservedContainer[] {
  return observed.containers.filter((c) => c.state === 'running');
}

/** Whether an app container that ended is started again under the pod's restart policy. */
export function restartsAfter(pod: Pod, exitCode: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Any app container exists in this sandbox: its init containers are through. */
export function anyAppIn(pod: Pod, observed: ObservedPod, sandboxId: string): boolean {
  const apps = new Set(pod.spec.containers.map((c) => c.name));
  return observed.containers.some((c) => c.sandboxId === sandboxId && apps.has(c.name) && c.state !== 'created');
}

/** When the pod must be over, by its activeDeadlineSeconds; undefined without one, or when it is over already. */
export function deadlineMs(pod: Pod, acceptedAtMs: number): number | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  if (seconds === undefined || isPodTerminal(pod)) return undefined;
  const { startTime } = pod.status ?? {};
  return (startTime === undefined ? acceptedAtMs : Date.parse(startTime)) + seconds * 1000;
}

/** Seconds a container gets between SIGTERM and SIGKILL. */
export function graceSeconds(pod: Pod): number {
  if (pod.metadata.deletionTimestamp !== undefined) return Math.max(pod.metadata.deletionGracePeriodSeconds ?? 30, 1);
  return pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** Changes when a running container must be replaced: of all its fields only the image may be changed in place. */
export function specHash(container: Container): string {
  return createHash('sha256').update(`${container.name}\0${container.image}`).digest('hex').slice(0, 16);
}
