import type { PersistentVolume, Pod, VolumeAttachment } from '@wherry/api';
import { podReferences, referenceOf, volumeSecrets } from './pod-references.ts';

interface BoundVolume {
  /** Reference of the claim, or ''. */
  readonly claim: string;
  readonly secrets: readonly string[];
}

/** Which objects the pods of each node make use of; changed with every pod, volume and attachment. */
export class NodeGraph {
  readonly #pods = new Map<string, { node: string; references: readonly string[] }>();
  /** By node: how many of its pods refer to something. */
  readonly #byNode = new Map<string, Map<string, number>>();
  readonly #volumes = new Map<string, BoundVolume>();
  readonly #volumesOfSecret = new Map<string, Set<string>>();
  readonly #attachments = new Map<string, string>();

  setPod(key: string, pod: Pod | undefined): void {
    const old = this.#pods.get(key);
    const node = pod?.spec.nodeName ?? '';
    const references = pod === undefined || node === '' ? [] : podReferences(pod);
    if (old?.node === node && same(old.references, references)) return;
    if (old !== undefined) {
      for (const reference of old.references) this.#count(old.node, reference, -1);
      this.#pods.delete(key);
    }
    if (references.length === 0) return;
    this.#pods.set(key, { node, references });
    for (const reference of references) this.#count(node, reference, 1);
  }

  setVolume(name: string, volume: PersistentVolume | undefined): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const users = this.#volumesOfSecret.get(secret);
      users?.delete(name);
      if (users?.size === 0) this.#volumesOfSecret.delete(secret);
    }
    this.#volumes.delete(name);
    const claimRef = volume?.spec?.claimRef;
    if (volume === undefined || claimRef === undefined) return;
    const claim = referenceOf('persistentvolumeclaims', claimRef.namespace ?? '', claimRef.name ?? '');
    const secrets = volumeSecrets(volume);
    this.#volumes.set(name, { claim, secrets });
    for (const secret of secrets) {
      const users = this.#volumesOfSecret.get(secret);
      if (users === undefined) this.#volumesOfSecret.set(secret, new Set([name]));
      else users.add(name);
    }
  }

  setAttachment(name: string, attachment: VolumeAttachment | undefined): void {
    const node = attachment?.spec?.nodeName ?? '';
    if (node === '') this.#attachments.delete(name);
    else this.#attachments.set(name, node);
  }

  clearPods(): void {
    this.#pods.clear();
    this.#byNode.clear();
  }

  clearVolumes(): void {
    this.#volumes.clear();
    this.#volumesOfSecret.clear();
  }

  clearAttachments(): void {
    this.#attachments.clear();
  }

  /** Whether a pod of the node makes use of the object, be it by way of its claims and volumes. */
  relates(node: string, resource: string, namespace: string, name: string): boolean {
    if (resource === 'volumeattachments') return this.#attachments.get(name) === node;
    const references = this.#byNode.get(node);
    if (references === undefined) return false;
    if (resource === 'persistentvolumes') return this.#usesVolume(references, name);
    if (references.has(`${resource}/${namespace}/${name}`)) return true;
    if (resource !== 'secrets') return false;
    for (const volume of this.#volumesOfSecret.get(`${namespace}/${name}`) ?? []) {
      if (this.#usesVolume(references, volume)) return true;
    }
    return false;
  }

  #usesVolume(references: ReadonlyMap<string, number>, name: string): boolean {
    const volume = this.#volumes.get(name);
    return volume !== undefined && references.has(volume.claim);
  }

  #count(node: string, reference: string, change: number): void {
    let references = this.#byNode.get(node);
    if (references === undefined) this.#byNode.set(node, (references = new Map<string, number>()));
    const count = (references.get(reference) ?? 0) + change;
    if (count > 0) references.set(reference, count);
    else references.delete(reference);
    if (references.size === 0) this.#byNode.delete(node);
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((reference, index) => reference === b[index]);
}
