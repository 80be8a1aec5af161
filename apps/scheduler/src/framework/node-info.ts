import { quantityMilliValue, quantityValue } from '@wherry/apimachinery';
import type { Node } from '@wherry/api';
import { HostPorts } from './host-ports.ts';
import type { PodInfo } from './pod-info.ts';

export interface Resources {
  cpuMilli: number;
  memoryBytes: number;
  ephemeralStorageBytes: number;
  /** Extended resources, in whole units. */
  other: Record<string, number>;
}

/** A node with the sums over its pods, kept up by addition and subtraction. */
export class NodeInfo {
  readonly name: string;
  /** Absent while only its pods are known. */
  node: Node | undefined;
  readonly pods = new Map<string, PodInfo>();
  readonly requested: Resources = noResources();
  readonly nonZero = { cpuMilli: 0, memoryBytes: 0 };
  readonly hostPorts = new HostPorts();
  allocatable: Resources = noResources();
  allowedPods = 0;
  imageBytes: ReadonlyMap<string, number> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  setNode(node: Node | undefined): void {
    this.node = node;
    this.allocatable = noResources();
    this.allowedPods = 0;
    for (const [name, text] of Object.entries(node?.status?.allocatable ?? {})) {
      if (name === 'cpu') this.allocatable.cpuMilli = quantityMilliValue(text);
      else if (name === 'memory') this.allocatable.memoryBytes = quantityValue(text);
      else if (name === 'ephemeral-storage') this.allocatable.ephemeralStorageBytes = quantityValue(text);
      else if (name === 'pods') this.allowedPods = quantityValue(text);
      else this.allocatable.other[name] = quantityValue(text);
    }
    const images = node?.status?.images ?? [];
    this.imageBytes = new Map(
      images.flatMap((image) => (image.names ?? []).map((name) => [name, image.sizeBytes ?? 0])),
    );
  }

  addPod(info: PodInfo): void {
    this.pods.set(info.key, info);
    this.#count(info, 1);
    for (const port of info.hostPorts) this.hostPorts.add(port);
  }

  removePod(key: string): PodInfo | undefined {
    const info = this.pods.get(key);
    if (info === undefined) return undefined;
    this.pods.delete(key);
    this.#count(info, -1);
    for (const port of info.hostPorts) this.hostPorts.remove(port);
    return info;
  }

  #count(info: PodInfo, sign: 1 | -1): void {
    const { requests, nonZero } = info;
    this.requested.cpuMilli += sign * requests.cpuMilli;
    this.requested.memoryBytes += sign * requests.memoryBytes;
    this.requested.ephemeralStorageBytes += sign * requests.ephemeralStorageBytes;
    for (const name in requests.other) {
      this.requested.other[name] = (this.requested.other[name] ?? 0) + sign * (requests.other[name] ?? 0);
    }
    this.nonZero.cpuMilli += sign * nonZero.cpuMilli;
    this.nonZero.memoryBytes += sign * nonZero.memoryBytes;
  }
}

function noResources(): Resources {
  return { cpuMilli: 0, memoryBytes: 0, ephemeralStorageBytes: 0, other: {} };
}
