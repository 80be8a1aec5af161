import type Docker from 'dockerode';
import type { ObservedContainer, ObservedPod, ObservedSandbox } from '../pod/observed.ts';
import { nothingObserved } from '../pod/observed.ts';
import { engineStatus } from './engine-error.ts';
import { labels, ownerFilter, type Owner } from './labels.ts';
import { seen, type Seen, type SeenLabels } from './observe.ts';
import { terminationMessage } from './termination-message.ts';

/** Where a sandbox's address comes from: the pod network, which Docker knows nothing of. */
export interface AddressBook {
  /** The address of a standing network; undefined when it does not stand. */
  address(podUid: string, attempt: number): string | undefined;
}

/**
 * Every container of ours, as last inspected. Events and our own calls refresh one container; the relist finds what
 * they missed. Listeners get the pod's uid after each change.
 */
export class World {
  readonly #docker: Docker;
  readonly #owner: Owner;
  readonly #addresses: AddressBook;
  readonly #byId = new Map<string, Seen>();
  readonly #byPod = new Map<string, Map<string, Seen>>();
  readonly #onChange: (podUid: string) => void;

  constructor(docker: Docker, owner: Owner, addresses: AddressBook, onChange: (podUid: string) => void) {
    this.#docker = docker;
    this.#owner = owner;
    this.#addresses = addresses;
    this.#onChange = onChange;
  }

  podUids(): string[] {
    return [...this.#byPod.keys()];
  }

  /** The labels of any container of the pod: all that is known of a pod that has left the API. */
  labelsOf(podUid: string): SeenLabels | undefined {
    return this.#byPod.get(podUid)?.values().next().value?.labels;
  }

  pod(podUid: string): ObservedPod {
    const members = this.#byPod.get(podUid);
    if (members === undefined) return nothingObserved;
    const sandboxes: ObservedSandbox[] = [];
    const containers: ObservedContainer[] = [];
    for (const one of members.values()) {
      if (one.kind === 'container') containers.push(one.container);
      else sandboxes.push(this.#withNetwork(podUid, one.sandbox));
    }
    sandboxes.sort((a, b) => b.attempt - a.attempt);
    containers.sort((a, b) => b.attempt - a.attempt || b.createdAtMs - a.createdAtMs);
    return { sandboxes, containers };
  }

  #withNetwork(podUid: string, sandbox: Extract<Seen, { kind: 'sandbox' }>['sandbox']): ObservedSandbox {
    const { hostNetwork, ...rest } = sandbox;
    const address = hostNetwork ? '' : this.#addresses.address(podUid, sandbox.attempt);
    return { ...rest, ip: address ?? '', networkReady: sandbox.running && address !== undefined };
  }

  /** Reads all containers of ours again. */
  async relist(): Promise<void> {
    const listed = await this.#docker.listContainers({ all: true, filters: { label: ownerFilter(this.#owner) } });
    const ids = new Set(listed.map((one) => one.Id));
    for (const id of this.#byId.keys()) if (!ids.has(id)) this.forget(id);
    for (const one of listed) {
      if (stateWord(this.#byId.get(one.Id)) !== one.State) await this.refresh(one.Id);
    }
  }

  /** The pod's containers as Docker lists them now: also those that were made unseen because a start failed. */
  async readPod(podUid: string): Promise<ObservedPod> {
    const label = [...ownerFilter(this.#owner), `${labels.podUid}=${podUid}`];
    const listed = await this.#docker.listContainers({ all: true, filters: { label } });
    for (const { Id: id } of listed) if (!this.#byId.has(id)) await this.refresh(id);
    return this.pod(podUid);
  }

  /** Inspects one container, and tells the listener if it changed. */
  async refresh(id: string): Promise<void> {
    try {
      const info = await this.#docker.getContainer(id).inspect();
      const ended = !info.State.Running && Date.parse(info.State.StartedAt) > 0;
      const message = ended ? await terminationMessage(this.#docker, info) : '';
      const found = seen(info, message);
      if (found !== undefined) this.#put(id, found);
    } catch (error) {
      if (engineStatus(error) !== 404) throw error;
      this.forget(id);
    }
  }

  forget(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    this.#byId.delete(id);
    const members = this.#byPod.get(known.podUid);
    members?.delete(id);
    if (members?.size === 0) this.#byPod.delete(known.podUid);
    this.#onChange(known.podUid);
  }

  #put(id: string, found: Seen): void {
    const before = this.#byId.get(id);
    this.#byId.set(id, found);
    const members = this.#byPod.get(found.podUid) ?? new Map<string, Seen>();
    members.set(id, found);
    this.#byPod.set(found.podUid, members);
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(found)) this.#onChange(found.podUid);
  }
}

/** The word by which Docker's list shows the state we hold. */
function stateWord(known: Seen | undefined): string | undefined {
  if (known === undefined) return undefined;
  if (known.kind === 'container') return known.container.startError === '' ? known.container.state : 'created';
  return known.sandbox.running ? 'running' : 'exited';
}
