import { quantityMilliValue, quantityValue } from '@wherry/apimachinery';
import type { Container } from '../core/container.ts';
import type { Pod } from '../core/pod.ts';

/** What a pod asks for. `other` has extended resources, in whole units. */
export interface PodResources {
  cpuMilli: number;
  memoryBytes: number;
  ephemeralStorageBytes: number;
  other: Record<string, number>;
}

/**
 * What the scheduler counts: the sum of the containers and sidecars, or what any one init container needs beside the
 * sidecars started before it, whichever is more; plus the overhead.
 */
export function podRequests(pod: Pod): PodResources {
  return podResources(pod, 'requests');
}

export function podLimits(pod: Pod): PodResources {
  return podResources(pod, 'limits');
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** From the cpu and memory of all containers, init containers among them. */
export function podQosClass(pod: Pod): QosClass {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  let some = false;
  let guaranteed = true;
  for (const { resources } of containers) {
    for (const name of ['cpu', 'memory']) {
      const limit = positive(resources?.limits?.[name]);
      const request = positive(resources?.requests?.[name]);
      if (limit !== undefined || request !== undefined) some = true;
      if (limit === undefined || (request !== undefined && request !== limit)) guaranteed = false;
    }
  }
  return !some ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable';
}

function positive(text: string | undefined): number | undefined {
  const milli = text === undefined ? 0 : quantityMilliValue(text);
  return milli > 0 ? milli : undefined;
}

function podResources(pod: Pod, what: 'requests' | 'limits'): PodResources {
  const sum = empty();
  const sidecars = empty();
  const initPeak = empty();
  for (const container of pod.spec.containers) add(sum, container.resources?.[what]);
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) {
      add(sum, container.resources?.[what]);
      add(sidecars, container.resources?.[what]);
      max(initPeak, sidecars);
    } else {
      const beside = empty();
      add(beside, container.resources?.[what]);
      merge(beside, sidecars);
      max(initPeak, beside);
    }
  }
  max(sum, initPeak);
  if (pod.spec.resources?.[what] !== undefined) override(sum, pod.spec.resources[what]);
  add(sum, pod.spec.overhead);
  return sum;
}

function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function empty(): PodResources {
  return { cpuMilli: 0, memoryBytes: 0, ephemeralStorageBytes: 0, other: {} };
}

function add(sum: PodResources, list: Record<string, string> | undefined): void {
  for (const [name, text] of Object.entries(list ?? {})) {
    if (name === 'cpu') sum.cpuMilli += quantityMilliValue(text);
    else if (name === 'memory') sum.memoryBytes += quantityValue(text);
    else if (name === 'ephemeral-storage') sum.ephemeralStorageBytes += quantityValue(text);
    else sum.other[name] = (sum.other[name] ?? 0) + quantityValue(text);
  }
}

function merge(sum: PodResources, more: PodResources): void {
  sum.cpuMilli += more.cpuMilli;
  sum.memoryBytes += more.memoryBytes;
  sum.ephemeralStorageBytes += more.ephemeralStorageBytes;
  for (const [name, value] of Object.entries(more.other)) sum.other[name] = (sum.other[name] ?? 0) + value;
}

function max(into: PodResources, candidate: PodResources): void {
  into.cpuMilli = Math.max(into.cpuMilli, candidate.cpuMilli);
  into.memoryBytes = Math.max(into.memoryBytes, candidate.memoryBytes);
  into.ephemeralStorageBytes = Math.max(into.ephemeralStorageBytes, candidate.ephemeralStorageBytes);
  for (const [name, value] of Object.entries(candidate.other)) {
    into.other[name] = Math.max(into.other[name] ?? 0, value);
  }
}

/** What the pod as a whole asks for stands above what its containers sum up to. */
function override(sum: PodResources, list: Record<string, string>): void {
  if (list['cpu'] !== undefined) sum.cpuMilli = quantityMilliValue(list['cpu']);
  if (list['memory'] !== undefined) sum.memoryBytes = quantityValue(list['memory']);
}
