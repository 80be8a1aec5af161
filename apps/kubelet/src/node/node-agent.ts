import { setTimeout as sleep } from 'node:timers/promises';
import { deepEqual, isAlreadyExists, isNotFound } from '@wherry/apimachinery';
import { nodes, type Node, type NodeStatus, type Taint } from '@wherry/api';
import { formatTime, type RestClient } from '@wherry/client';
import type { Logger } from '../logger.ts';
import { newNode, nodeLabels, nodeStatus, type NodeInput } from './node-object.ts';

export interface NodeAgentOptions {
  readonly client: RestClient;
  readonly log: Logger;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly checkEveryMs: number;
  readonly reportEveryMs: number;
  readonly now: () => number;
  /** What the node's status is made of, at this moment. */
  observe(): Promise<NodeInput>;
}

const retryMs = 1_000;

/** Registers the node, then keeps its status true: written when it changes, and every few minutes. */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  #stored: NodeStatus | undefined;
  #writtenAtMs = 0;
  #wake: () => void = () => undefined;

  constructor(options: NodeAgentOptions) {
    this.#options = options;
  }

  /** Resolves with the registered node. Tries until it succeeds. */
  async register(signal: AbortSignal): Promise<Node> {
    for (;;) {
      try {
        const node = await this.#registerOnce(signal);
        this.#stored = node.status;
        return node;
      } catch (error) {
        signal.throwIfAborted();
        this.#options.log.warn({ event: 'nodeNotRegistered', err: error });
        await sleep(retryMs, undefined, { signal });
      }
    }
  }

  /** Something that the status tells of has changed. */
  changed(): void {
    this.#wake();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#writeIfChanged(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn({ event: 'nodeStatusNotWritten', err: error });
        if (isNotFound(error)) await this.register(signal);
      }
      await this.#pause(signal);
    }
  }

  async #registerOnce(signal: AbortSignal): Promise<Node> {
    const { client, labels, taints, now, log } = this.#options;
    const input = await this.#options.observe();
    const api = client.resource(nodes);
    try {
      const created = await api.create(newNode(input, labels, taints, formatTime(now())), { signal });
      log.info({ event: 'nodeRegistered', node: input.name });
      return created;
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const existing = await api.get(input.name, { signal });
    const wanted = nodeLabels(input, labels);
    const missing = Object.entries(wanted).filter(([key, value]) => existing.metadata.labels?.[key] !== value);
    if (missing.length === 0) return existing;
    const patch = { metadata: { labels: Object.fromEntries(missing) } };
    return api.patch(input.name, patch, { type: 'strategic', signal });
  }

  async #writeIfChanged(signal: AbortSignal): Promise<void> {
    const { client, now, reportEveryMs } = this.#options;
    const input = await this.#options.observe();
    const nowMs = now();
    const status = nodeStatus(input, this.#stored, formatTime(nowMs));
    const due = nowMs - this.#writtenAtMs >= reportEveryMs;
    if (!due && this.#stored !== undefined && sameButHeartbeat(this.#stored, status)) return;
    const options = { type: 'strategic', subresource: 'status', signal } as const;
    const after = await client.resource(nodes).patch(input.name, { status }, options);
    this.#stored = after.status;
    this.#writtenAtMs = nowMs;
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const waker = new AbortController();
    this.#wake = () => waker.abort();
    const either = AbortSignal.any([signal, waker.signal]);
    await sleep(this.#options.checkEveryMs, undefined, { signal: either }).catch(() => undefined);
  }
}

function sameButHeartbeat(a: NodeStatus, b: NodeStatus): boolean {
  return deepEqual(still(a), still(b));
}

/** The fields that this agent writes, without the times that always differ. */
function still(status: NodeStatus): unknown {
  const { addresses, capacity, allocatable, daemonEndpoints, nodeInfo, images } = status;
  const own = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'];
  const conditions = own.map((type) => {
    const found = status.conditions?.find((condition) => condition.type === type);
    return { type, status: found?.status, reason: found?.reason, message: found?.message };
  });
  return JSON.parse(
    JSON.stringify({ addresses, capacity, allocatable, daemonEndpoints, nodeInfo, images: images ?? [], conditions }),
  );
}
