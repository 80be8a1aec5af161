import type { Node } from '@wherry/api';
import { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** What decisions may read of the cluster. A decision never awaits, so this is its snapshot: nothing is copied. */
export interface ClusterView {
  /** Nodes that are there, in the order in which they came. */
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** On how many nodes an image is. */
  imageNodes(name: string): number;
}

/**
 * The nodes and the pods on them: those that the apiserver says are bound, and those that we have just decided on
 * (assumed), whose binding is still under way. Every change costs what it changes.
 */
export class ClusterState implements ClusterView {
  readonly #nodes: NodeInfo[] = [];
  readonly #byName = new Map<string, NodeInfo>();
  readonly #places = new Map<string, { readonly node: string; readonly uid: string; readonly assumed: boolean }>();
  readonly #imageNodes = new Map<string, number>();

  get nodes(): readonly NodeInfo[] {
    return this.#nodes;
  }
  node(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }
  imageNodes(name: string): number {
    return this.#imageNodes.get(name) ?? 0;
  }
  get assumedCount(): number {
    let count = 0;
    for (const place of this.#places.values()) if (place.assumed) count++;
    return count;
  }

  setNode(node: Node): NodeInfo {
    const info = this.#ensure(node.metadata.name);
    if (info.node === undefined) this.#nodes.push(info);
    this.#countImages(info, -1);
    info.setNode(node);
    this.#countImages(info, 1);
    return info;
  }

  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info?.node === undefined) return;
    this.#countImages(info, -1);
    info.setNode(undefined);
    this.#nodes.splice(this.#nodes.indexOf(info), 1);
    this.#dropIfEmpty(info);
  }

  /** A pod the apiserver says is on a node; it confirms, or overrules, what was assumed. */
  setPod(info: PodInfo, nodeName: string): void {
    this.#place(info, nodeName, false);
  }

  /** @throws {Error} when the pod has a place: deciding twice is a defect */
  assume(info: PodInfo, nodeName: string): void {
    if (this.#places.has(info.key)) throw new Error(`pod ${info.key} is already on a node`);
    this.#place(info, nodeName, true);
  }

  /** Takes an assumption back; a pod that was confirmed meanwhile stays. */
  forget(info: PodInfo): void {
    const place = this.#places.get(info.key);
    if (place?.assumed === true && place.uid === info.uid) this.removePod(info.key);
  }

  isAssumed(key: string): boolean {
    return this.#places.get(key)?.assumed === true;
  }
  isPlaced(key: string): boolean {
    return this.#places.has(key);
  }

  removePod(key: string): PodInfo | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    this.#places.delete(key);
    const node = this.#byName.get(place.node);
    const info = node?.removePod(key);
    if (node !== undefined) this.#dropIfEmpty(node);
    return info;
  }

  #place(info: PodInfo, nodeName: string, assumed: boolean): void {
    this.removePod(info.key);
    this.#ensure(nodeName).addPod(info);
    this.#places.set(info.key, { node: nodeName, uid: info.uid, assumed });
  }

  #ensure(name: string): NodeInfo {
    let info = this.#byName.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.#byName.set(name, info);
    }
    return info;
  }

  #dropIfEmpty(info: NodeInfo): void {
    if (info.node === undefined && info.pods.size === 0) this.#byName.delete(info.name);
  }

  #countImages(info: NodeInfo, sign: 1 | -1): void {
    for (const name of info.imageBytes.keys()) {
      const count = this.imageNodes(name) + sign;
      if (count > 0) this.#imageNodes.set(name, count);
      else this.#imageNodes.delete(name);
    }
  }
}
