import { setTimeout as sleep } from 'node:timers/promises';
import { deepEqual, isNotFound } from '@wherry/apimachinery';
import { pods, type Pod, type PodStatus } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import type { Logger } from '../logger.ts';
import { statusPatch } from '../pod/status-patch.ts';

interface Slot {
  pod: Pod;
  /** What should be in the API; undefined when it is there. */
  wanted: PodStatus | undefined;
  /** What is in the API, as far as known. */
  stored: PodStatus | undefined;
  storedVersion: bigint;
  writing: Promise<void> | undefined;
}

const retryMs = 500;
const maxRetryMs = 30_000;

/** Writes pods' statuses, one write a pod at a time, the newest wins, and only what differs. */
export class StatusWriter {
  readonly #client: RestClient;
  readonly #log: Logger;
  readonly #slots = new Map<string, Slot>();

  constructor(client: RestClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /** The pod as the API has it now: the informer's word, or our own later write. */
  observe(pod: Pod): void {
    const slot = this.#slot(pod);
    slot.pod = pod;
    const version = versionOf(pod);
    if (version <= slot.storedVersion) return;
    slot.stored = pod.status;
    slot.storedVersion = version;
  }

  /** The newest status known to be in the API. */
  stored(pod: Pod): PodStatus | undefined {
    return this.#slot(pod).stored;
  }

  set(pod: Pod, status: PodStatus): void {
    const slot = this.#slot(pod);
    if (slot.writing === undefined && deepEqual(plain(slot.stored), plain(status))) return;
    slot.wanted = status;
    slot.writing ??= this.#write(slot).finally(() => {
      slot.writing = undefined;
    });
  }

  /** Resolves when the last status is in the API, or the pod is gone. */
  async flush(pod: Pod): Promise<void> {
    await this.#slots.get(pod.metadata.uid ?? '')?.writing;
  }

  forget(podUid: string): void {
    const slot = this.#slots.get(podUid);
    if (slot !== undefined) slot.wanted = undefined;
    this.#slots.delete(podUid);
  }

  async #write(slot: Slot): Promise<void> {
    let delayMs = retryMs;
    while (slot.wanted !== undefined) {
      const { pod, wanted } = slot;
      const patch = statusPatch(slot.stored, wanted);
      if (patch === undefined) {
        slot.wanted = undefined;
        return;
      }
      const { name, namespace, uid } = pod.metadata;
      try {
        const body = { metadata: { uid }, status: patch };
        const options = { type: 'strategic', namespace, subresource: 'status' } as const;
        const after = await this.#client.resource(pods).patch(name, body, options);
        delayMs = retryMs;
        slot.stored = after.status;
        slot.storedVersion = versionOf(after);
        if (slot.wanted === wanted) slot.wanted = undefined;
      } catch (error) {
        if (isNotFound(error) || !this.#slots.has(uid ?? '')) slot.wanted = undefined;
        else {
          this.#log.warn({ event: 'statusNotWritten', pod: name, namespace, err: error });
          await sleep(delayMs, undefined, { ref: false });
          delayMs = Math.min(delayMs * 2, maxRetryMs);
        }
      }
    }
  }

  #slot(pod: Pod): Slot {
    const uid = pod.metadata.uid ?? '';
    const known = this.#slots.get(uid);
    if (known !== undefined) return known;
    const slot: Slot = {
      pod,
      wanted: undefined,
      stored: pod.status,
      storedVersion: versionOf(pod),
      writing: undefined,
    };
    this.#slots.set(uid, slot);
    return slot;
  }
}

/** Our store's versions are revisions, which only grow. */
function versionOf(pod: Pod): bigint {
  return BigInt(pod.metadata.resourceVersion ?? '0');
}

/** As it would come back over the wire: without undefined fields. */
function plain(status: PodStatus | undefined): unknown {
  return status === undefined ? undefined : JSON.parse(JSON.stringify(status));
}
