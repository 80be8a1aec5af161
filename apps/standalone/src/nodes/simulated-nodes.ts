import { isAlreadyExists, isConflict, isNotFound } from '@wherry/apimachinery';
import { nodes, pods, type Node, type Pod, type PodStatus } from '@wherry/api';
import { formatTime, Informer, keyOf, runWorkers, WorkQueue, type RestClient } from '@wherry/client';
import type { Logger } from '@wherry/daemon';
import { behaviourOf, type BehaviourOf, type PodBehaviour } from './behaviour.ts';
import type { BackOff } from './container-life.ts';
import { Heartbeats } from './heartbeats.ts';
import { addressesOf, maxNodes, newNode, readyConditions, type NodeShape } from './node-object.ts';
import { PodAddresses } from './pod-addresses.ts';
import { livePod, takeUp, type PodLife } from './pod-life.ts';
import { meaningOf, statusOf } from './pod-status.ts';

export interface NodeSettings {
  /** How pods fare; those it says nothing of start at once and run until they are deleted. */
  readonly behaviour: BehaviourOf | undefined;
  /** Between starts of a container that ends, and between pulls that fail. */
  readonly backOff: BackOff;
  readonly heartbeatMs: number;
  readonly leaseDurationSeconds: number;
}

interface SimulatedNode {
  readonly name: string;
  readonly ip: string;
  readonly addresses: PodAddresses;
  running: boolean;
}

interface KnownPod {
  life: PodLife;
  readonly node: SimulatedNode;
  /** The meaning of the status that was written last. */
  written: string | undefined;
  /** Whether its end was written, and its deletion asked for. */
  isGone: boolean;
}

const workers = 16;
const creators = 16;

/**
 * Nodes that only pretend to run pods: one watch and one queue for all of them. What they report is what a kubelet
 * would, and nothing is run.
 */
export class SimulatedNodes {
  readonly #client: RestClient;
  readonly #log: Logger;
  readonly #settings: NodeSettings;
  readonly #nodes = new Map<string, SimulatedNode>();
  readonly #pods = new Map<string, KnownPod>();
  readonly #queue = new WorkQueue();
  readonly #informer: Informer<Pod>;
  readonly #heartbeats: Heartbeats;
  #index = 0;

  constructor(client: RestClient, settings: NodeSettings, log: Logger) {
    this.#client = client;
    this.#settings = settings;
    this.#log = log;
    this.#informer = new Informer(client, pods, {
      fieldSelector: 'spec.nodeName!=',
      indexers: { node: (pod) => [pod.spec.nodeName ?? ''] },
      transform: withoutManagedFields,
      onError: (error, delayMs) => log.warn({ err: error, delayMs }, 'cannot list or watch pods'),
    });
    const wake = (pod: Pod): void => this.#queue.add(keyOf(pod));
    this.#informer.addHandler({ onAdd: wake, onUpdate: (_, pod) => wake(pod), onDelete: wake });
    const { heartbeatMs, leaseDurationSeconds } = settings;
    this.#heartbeats = new Heartbeats(client, { everyMs: heartbeatMs, durationSeconds: leaseDurationSeconds });
  }

  /** Plays all nodes until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const failed = (what: string) => (key: string, error: unknown) => this.#log.warn({ key, err: error }, what);
    await Promise.all([
      this.#informer.run(signal),
      this.#heartbeats.run(signal, failed('lease not renewed')),
      runWorkers(this.#queue, workers, (key) => this.#look(key, signal), signal, failed('pod status not written')),
    ]);
    this.#queue.shutDown();
  }

  get names(): string[] {
    return [...this.#nodes.keys()];
  }

  /** Makes nodes, or takes up those that are there; resolves when they are known to the apiserver, and Ready. */
  async add(names: readonly string[], shape: NodeShape = {}): Promise<void> {
    const waiting = [...names];
    const create = async (): Promise<void> => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await this.#add(name, shape);
    };
    await Promise.all(Array.from({ length: creators }, create));
  }

  /** As if its power had failed: no heartbeats, no reports, its pods as they were. The Node object stays. */
  stop(name: string): void {
    this.#node(name).running = false;
    this.#heartbeats.cease(name);
  }

  /** After `stop`: it says that it is Ready again, and looks after its pods. */
  async start(name: string): Promise<void> {
    const node = this.#node(name);
    if (node.running) return;
    const stored = await this.#reportReady(name);
    this.#play(node, stored);
  }

  /** For good, the Node object too. */
  async remove(name: string): Promise<void> {
    this.stop(name);
    this.#nodes.delete(name);
    try {
      await this.#client.resource(nodes).delete(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** Asks how all pods fare, again: for a behaviour that has changed its mind. */
  refresh(): void {
    for (const key of this.#pods.keys()) this.#queue.add(key);
  }

  /** Does nothing, or throws for a name that none of these nodes has. */
  #node(name: string): SimulatedNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`no simulated node is called ${JSON.stringify(name)}`);
    return node;
  }

  async #add(name: string, shape: NodeShape): Promise<void> {
    if (this.#nodes.has(name)) throw new Error(`a simulated node is called ${JSON.stringify(name)} already`);
    if (this.#index >= maxNodes) throw new Error(`there may be no more than ${maxNodes} simulated nodes`);
    const { ip, podCidr } = addressesOf(this.#index++);
    const node: SimulatedNode = { name, ip, addresses: new PodAddresses(podCidr), running: false };
    this.#nodes.set(name, node);
    try {
      this.#play(node, await this.#create(newNode(name, { ip, podCidr }, shape, formatTime(Date.now()))));
    } catch (error) {
      this.#nodes.delete(name);
      throw error;
    }
  }

  async #create(node: Node): Promise<Node> {
    try {
      return await this.#client.resource(nodes).create(node);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return this.#reportReady(node.metadata.name);
    }
  }

  async #reportReady(name: string): Promise<Node> {
    const status = { conditions: readyConditions(formatTime(Date.now())) };
    return this.#client.resource(nodes).patch(name, { status }, { type: 'strategic', subresource: 'status' });
  }

  #play(node: SimulatedNode, stored: Node): void {
    node.running = true;
    this.#heartbeats.begin(node.name, stored.metadata.uid ?? '');
    for (const pod of this.#informer.store.byIndex('node', node.name)) this.#queue.add(keyOf(pod));
  }

  /** One pod: what has happened to it until now, told to the apiserver. */
  async #look(key: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | undefined> {
    const pod = this.#informer.store.get(key);
    const known = this.#know(key, pod);
    if (pod === undefined || known === undefined || !known.node.running || known.isGone) return undefined;
    const nowMs = Date.now();
    const behaviour = this.#behaviour(pod);
    const lived = livePod(known.life, pod, behaviour, this.#settings.backOff, nowMs);
    known.life = lived.life;
    const { ip: hostIP, addresses } = known.node;
    const podIP = pod.spec.hostNetwork === true ? hostIP : addresses.of(known.life.uid, pod.status?.podIP);
    await this.#report(pod, known, statusOf(known.life, pod, behaviour, { hostIP, podIP }, nowMs), signal);
    if (known.life.isOver && pod.metadata.deletionTimestamp !== undefined) await this.#finish(pod, known, signal);
    return lived.nextMs === undefined ? undefined : { requeueAfterMs: Math.max(1, lived.nextMs - Date.now()) };
  }

  /** What is known of the pod, which may be another of the same name; nothing of one that is gone or on other nodes. */
  #know(key: string, pod: Pod | undefined): KnownPod | undefined {
    const known = this.#pods.get(key);
    const uid = pod?.metadata.uid;
    if (known !== undefined && known.life.uid === uid) return known;
    if (known !== undefined) {
      known.node.addresses.release(known.life.uid);
      this.#pods.delete(key);
    }
    const node = this.#nodes.get(pod?.spec.nodeName ?? '');
    if (pod === undefined || node === undefined) return undefined;
    const fresh: KnownPod = { life: takeUp(pod, Date.now()), node, written: undefined, isGone: false };
    if (fresh.life.isOver && pod.status !== undefined) fresh.written = meaningOf(pod.status);
    this.#pods.set(key, fresh);
    return fresh;
  }

  #behaviour(pod: Pod): PodBehaviour {
    try {
      return behaviourOf(pod, this.#settings.behaviour);
    } catch (error) {
      // As a kubelet says of what it cannot make a container from.
      return { pull: { error: (error as Error).message } };
    }
  }

  async #report(pod: Pod, known: KnownPod, status: PodStatus, signal: AbortSignal): Promise<void> {
    if (isSettled(pod)) return;
    const meaning = meaningOf(status);
    if (meaning === known.written) return;
    const { name, namespace, uid } = pod.metadata;
    // The uid keeps this from a pod that came later under the same name.
    const patch = { metadata: { uid }, status };
    await ignoringLateness(() =>
      this.#client.resource(pods).patch(name, patch, { type: 'strategic', subresource: 'status', namespace, signal }),
    );
    known.written = meaning;
  }

  async #finish(pod: Pod, known: KnownPod, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = pod.metadata;
    await ignoringLateness(() =>
      this.#client.resource(pods).delete(name, { namespace, gracePeriodSeconds: 0, preconditions: { uid }, signal }),
    );
    known.isGone = true;
  }
}

/** It has ended and said so: a phase that has ended never comes back. */
function isSettled(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** The pod is gone, or another: the watch tells. */
async function ignoringLateness(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

function withoutManagedFields(pod: Pod): Pod {
  pod.metadata.managedFields = undefined;
  return pod;
}
