import type { Pod } from '@wherry/api';
import { labels } from './docker/labels.ts';
import type { NodeParts } from './worker/node.ts';
import { PodWorker } from './worker/pod-worker.ts';
import { admit } from './pod/admit.ts';

/** One worker a pod: told of pods by the informer and of containers by the world. */
export class PodManager {
  readonly #parts: NodeParts;
  readonly #maxPods: number;
  readonly #workers = new Map<string, PodWorker>();
  #synced = false;

  constructor(parts: NodeParts, maxPods: number) {
    this.#parts = parts;
    this.#maxPods = maxPods;
  }

  get pods(): Pod[] {
    return [...this.#workers.values()].map((worker) => worker.pod);
  }

  find(namespace: string, name: string): PodWorker | undefined {
    for (const worker of this.#workers.values()) {
      if (worker.pod.metadata.name === name && worker.pod.metadata.namespace === namespace) return worker;
    }
    return undefined;
  }

  /** The pod is new or has changed. */
  set(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.#workers.get(uid);
    if (known !== undefined) return known.update(pod);
    const worker = this.#begin(pod);
    const { sandboxes, containers } = this.#parts.world.pod(uid);
    const isNew = sandboxes.length + containers.length === 0 && pod.metadata.deletionTimestamp === undefined;
    if (isNew && (pod.status?.phase ?? 'Pending') === 'Pending') this.#admit(worker, pod);
    worker.update(pod);
  }

  remove(pod: Pod): void {
    this.#workers.get(pod.metadata.uid ?? '')?.remove(pod);
  }

  wake(podUid: string): void {
    const known = this.#workers.get(podUid);
    if (known !== undefined) known.wake();
    else if (this.#synced) this.#removeOrphan(podUid);
  }

  /** An object that the pod shows in a volume, or waits for, has changed. */
  refreshVolumes(podUid: string): void {
    this.#workers.get(podUid)?.refreshVolumes();
  }

  /** All pods of this node are known: whatever else runs, holds an address or has volumes here, is nobody's. */
  async synced(): Promise<void> {
    const { world, volumes } = this.#parts;
    const withVolumes = await volumes.podUids();
    this.#synced = true;
    const held = (this.#parts.network()?.holders() ?? []).map((holder) => holder.podUid);
    for (const uid of [...world.podUids(), ...held, ...withVolumes]) {
      if (!this.#workers.has(uid)) this.#removeOrphan(uid);
    }
  }

  #begin(pod: Pod): PodWorker {
    const uid = pod.metadata.uid ?? '';
    const worker = new PodWorker(this.#parts, pod, () => {
      this.#workers.delete(uid);
      // A container that came into sight while the rest was being removed is nobody's now.
      if (this.#parts.world.labelsOf(uid) !== undefined) this.wake(uid);
    });
    this.#workers.set(uid, worker);
    return worker;
  }

  #admit(worker: PodWorker, pod: Pod): void {
    const others = this.pods.filter((other) => other.metadata.uid !== pod.metadata.uid);
    const refusal = admit(pod, others, this.#parts.allocatable, this.#maxPods);
    if (refusal === undefined) return;
    worker.history.failed = refusal;
    this.#parts.recorder.event({ ...pod, apiVersion: 'v1', kind: 'Pod' }, 'Warning', refusal.reason, refusal.message);
  }

  /** Its pod is known by its labels alone; a bare stand-in is enough to stop and remove it. */
  #removeOrphan(podUid: string): void {
    const found = this.#parts.world.labelsOf(podUid) ?? {};
    const pod: Pod = {
      metadata: { name: found[labels.podName] ?? 'unknown', namespace: found[labels.podNamespace] ?? '', uid: podUid },
      spec: { containers: [], terminationGracePeriodSeconds: Number(found[labels.grace] ?? 30) },
    };
    this.#parts.log.info({ event: 'orphanRemoved', podUid, pod: pod.metadata.name });
    this.#begin(pod).remove(pod);
  }
}
