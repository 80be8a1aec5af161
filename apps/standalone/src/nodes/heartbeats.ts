import { isAlreadyExists, isConflict, isNotFound } from '@wherry/apimachinery';
import { leases, type Lease } from '@wherry/api';
import { formatMicroTime, runWorkers, WorkQueue, type RestClient } from '@wherry/client';

const namespace = 'kube-node-lease';
const workers = 4;

/** Keeps the Leases of many nodes alive, each for itself: what tells the control plane that they live. */
export class Heartbeats {
  readonly #client: RestClient;
  readonly #everyMs: number;
  readonly #durationSeconds: number;
  readonly #queue = new WorkQueue();
  /** By the node's name: its uid, and its Lease as it was last written. */
  readonly #beating = new Map<string, { readonly uid: string; lease: Lease | undefined }>();

  constructor(client: RestClient, options: { readonly everyMs: number; readonly durationSeconds: number }) {
    this.#client = client;
    this.#everyMs = options.everyMs;
    this.#durationSeconds = options.durationSeconds;
  }

  begin(name: string, uid: string): void {
    this.#beating.set(name, { uid, lease: undefined });
    this.#queue.add(name);
  }

  cease(name: string): void {
    this.#beating.delete(name);
  }

  async run(signal: AbortSignal, onError: (name: string, error: unknown) => void): Promise<void> {
    await runWorkers(this.#queue, workers, (name) => this.#beat(name, signal), signal, onError);
    this.#queue.shutDown();
  }

  async #beat(name: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | undefined> {
    const node = this.#beating.get(name);
    if (node === undefined) return undefined;
    const { lease } = node;
    // Forgotten first: after a failure nobody knows what is stored.
    node.lease = undefined;
    const kept = lease === undefined ? await this.#write(name, node.uid, signal) : await this.#renew(lease, signal);
    node.lease = kept;
    return { requeueAfterMs: kept === undefined ? 0 : this.#jittered() };
  }

  async #renew(lease: Lease, signal: AbortSignal): Promise<Lease | undefined> {
    const spec = { ...lease.spec, renewTime: formatMicroTime(Date.now()) };
    try {
      return await this.#client.resource(leases).update({ ...lease, spec }, { signal });
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #write(name: string, uid: string, signal: AbortSignal): Promise<Lease | undefined> {
    const api = this.#client.resource(leases);
    const lease: Lease = {
      metadata: { name, namespace, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec: {
        holderIdentity: name,
        leaseDurationSeconds: this.#durationSeconds,
        renewTime: formatMicroTime(Date.now()),
      },
    };
    try {
      return await api.create(lease, { signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return this.#renew(await api.get(name, { namespace, signal }), signal);
    }
  }

  /** So that they do not all come together. */
  #jittered(): number {
    return this.#everyMs * (0.9 + 0.2 * Math.random());
  }
}
