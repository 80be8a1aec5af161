import type { Message, NodeId } from '../core/types.ts';
import type { Transport, TransportReceiver } from '../runner/types.ts';

/** Members in one process. Every message arrives in the next turn, unless one of both is cut off. */
export class MemoryNetwork {
  readonly #receivers = new Map<NodeId, TransportReceiver>();
  readonly cutOff = new Set<NodeId>();

  transport(id: NodeId): Transport {
    return {
      start: async (receiver) => {
        this.#receivers.set(id, receiver);
      },
      send: (messages) => {
        for (const message of messages) setImmediate(() => this.#reach(id, message)?.onMessages([message]));
      },
      sendSnapshot: async (message, chunks) => {
        await new Promise((resolve) => setImmediate(resolve));
        const receiver = this.#reach(id, message);
        if (receiver === undefined) throw new Error(`${message.to} is not reached`);
        await receiver.onSnapshot(message, chunks);
      },
      setPeers: () => undefined,
      close: async () => {
        this.#receivers.delete(id);
      },
    };
  }

  #reach(from: NodeId, { to }: Message): TransportReceiver | undefined {
    return this.cutOff.has(from) || this.cutOff.has(to) ? undefined : this.#receivers.get(to);
  }
}
