import type { Message, NodeId, Transport, TransportReceiver } from '@wherry/raft';
import type { Random } from './random.ts';
import type { Life, Scheduler } from './scheduler.ts';

export interface NetworkTemper {
  latencyMs: number;
  loss: number;
  duplication: number;
  /** Of messages that are delayed by up to some seconds. */
  straggling: number;
  /** What is sent first arrives first, as over one connection. */
  inOrder: boolean;
  /** Of each chunk of a snapshot. */
  breaking: number;
}

type Snapshot = Message & { type: 'snapshot' };

interface End {
  life: Life;
  receiver: TransportReceiver;
  transport: Transport;
  /** Whom it knows to be no member any more. */
  removed: readonly NodeId[];
  /** Who has written to it: it can answer them, even if it has not heard yet that they are members. */
  met: Set<NodeId>;
}

interface Pipe {
  sender: Life;
  receiver: Life;
  breakOff: (why: string) => void;
}

export class Network {
  readonly temper: NetworkTemper;
  /** `from>to` */
  readonly cut = new Set<string>();
  /** Sees every message that a member sends, whatever becomes of it. */
  onSend: (message: Message) => void = () => {};
  onDeliver: (message: Message) => void = () => {};
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #ends = new Map<NodeId, End>();
  readonly #lastArrivalMs = new Map<string, number>();
  readonly #pipes = new Set<Pipe>();

  constructor(scheduler: Scheduler, random: Random, temper: NetworkTemper) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.temper = temper;
  }

  transport(id: NodeId, life: Life): Transport {
    let peers: ReadonlyMap<NodeId, readonly string[]> = new Map();
    let mine: TransportReceiver | undefined;
    let gone: readonly NodeId[] = [];
    const met = new Set<NodeId>();
    const transport: Transport = {
      start: async (receiver) => {
        mine = receiver;
        this.#ends.set(id, { life, receiver, transport, removed: gone, met });
      },
      send: (messages) => {
        for (const message of messages) {
          this.onSend(message);
          if (!peers.has(message.to) && !met.has(message.to)) continue;
          this.#send(message);
          if (this.#isCut(message.from, message.to) && this.#random.chance(0.2)) {
            this.#scheduler.after(this.#random.tail(20), life, () => mine?.onUnreachable(message.to));
          }
        }
      },
      sendSnapshot: (message, chunks) => {
        this.onSend(message);
        return this.#sendSnapshot(life, message, chunks);
      },
      setPeers: (now, removed) => {
        peers = new Map(now);
        gone = removed;
        const end = this.#ends.get(id);
        if (end?.life === life) end.removed = removed;
      },
      close: () =>
        new Promise((resolve) => {
          this.died(life);
          this.#scheduler.after(1, life, resolve);
        }),
    };
    return transport;
  }

  /** As if the member had found out by itself. */
  setPeers(id: NodeId, peers: ReadonlyMap<NodeId, readonly string[]>): void {
    this.#ends.get(id)?.transport.setPeers(peers, []);
  }

  /** Its connections break. */
  died(life: Life): void {
    for (const [id, end] of this.#ends) if (end.life === life) this.#ends.delete(id);
    for (const pipe of this.#pipes)
      if (pipe.sender === life || pipe.receiver === life) pipe.breakOff('the other side is gone');
  }

  #isCut(from: NodeId, to: NodeId): boolean {
    return this.cut.has(`${from}>${to}`);
  }

  #send(message: Message): void {
    const { temper } = this;
    const copies = this.#random.chance(temper.duplication) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (this.#random.chance(temper.loss)) continue;
      let delayMs = this.#random.tail(temper.latencyMs);
      if (this.#random.chance(temper.straggling)) delayMs += this.#random.between(10, 4000);
      if (temper.inOrder) delayMs = this.#behindTheOthers(message, delayMs);
      this.#scheduler.after(delayMs, undefined, () => this.#deliver(message));
    }
  }

  #behindTheOthers(message: Message, delayMs: number): number {
    const link = `${message.from}>${message.to}`;
    const arrivalMs = Math.max(this.#scheduler.nowMs + delayMs, this.#lastArrivalMs.get(link) ?? 0);
    this.#lastArrivalMs.set(link, arrivalMs);
    return arrivalMs - this.#scheduler.nowMs;
  }

  #deliver(message: Message): void {
    const end = this.#ends.get(message.to);
    if (!end || this.#isCut(message.from, message.to)) return;
    if (end.removed.includes(message.from)) return this.#tellRemoved(message.from);
    end.met.add(message.from);
    // Through the scheduler, since the receiver may be paused: then what comes from outside is late, and in any order.
    const pausedMs = Math.max(0, end.life.pausedUntilMs - this.#scheduler.nowMs);
    this.#scheduler.after(pausedMs === 0 ? 0 : pausedMs + this.#random.tail(1), end.life, () => {
      this.onDeliver(message);
      end.receiver.onMessages([copyOf(message)]);
    });
  }

  #tellRemoved(id: NodeId): void {
    const end = this.#ends.get(id);
    if (end) this.#scheduler.after(this.#random.tail(this.temper.latencyMs), end.life, () => end.receiver.onRemoved());
  }

  #sendSnapshot(sender: Life, message: Snapshot, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = chunks[Symbol.asyncIterator]();
    return new Promise((resolve, reject) => {
      const after = (life: Life, run: () => void): void => {
        this.#scheduler.after(this.#random.tail(this.temper.latencyMs), life, run);
      };
      const fail = (why: string): void => {
        after(sender, () => {
          void iterator.return?.();
          reject(new Error(`snapshot to ${message.to}: ${why}`));
        });
      };
      after(sender, () => {
        const end = this.#ends.get(message.to);
        if (!end || this.#isCut(message.from, message.to)) return fail('unreachable');
        this.#pipe(sender, end, message, iterator, after, resolve, fail);
      });
    });
  }

  #pipe(
    sender: Life,
    end: End,
    message: Snapshot,
    iterator: AsyncIterator<Uint8Array>,
    after: (life: Life, run: () => void) => void,
    resolve: () => void,
    fail: (why: string) => void,
  ): void {
    let broken: string | undefined;
    let waiting: ((error: Error) => void) | undefined;
    const breakOff = (why: string): void => {
      if (broken !== undefined) return;
      broken = why;
      this.#pipes.delete(pipe);
      after(end.life, () => waiting?.(new Error(why)));
      fail(why);
    };
    const pipe: Pipe = { sender, receiver: end.life, breakOff };
    this.#pipes.add(pipe);
    const next = (): Promise<IteratorResult<Uint8Array>> =>
      new Promise((give, refuse) => {
        waiting = refuse;
        if (broken !== undefined) return after(end.life, () => refuse(new Error(broken)));
        if (this.#random.chance(this.temper.breaking) || this.#isCut(message.from, message.to))
          return breakOff('the connection broke');
        after(sender, () => {
          if (broken !== undefined) return;
          iterator.next().then(
            (result) => after(end.life, () => (broken === undefined ? give(result) : undefined)),
            (error: Error) => breakOff(error.message),
          );
        });
      });
    const chunks: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next, return: () => Promise.resolve({ done: true, value: undefined }) }),
    };
    after(end.life, () => {
      this.onDeliver(message);
      end.receiver.onSnapshot(copyOf(message), chunks).then(
        () => {
          if (broken !== undefined) return;
          broken = 'done';
          this.#pipes.delete(pipe);
          if (this.#random.chance(this.temper.loss)) fail('the answer was lost');
          else after(sender, resolve);
        },
        (error: Error) => breakOff(error.message),
      );
    });
  }
}

/** Members share no memory. Data is shared, since nobody alters it. */
function copyOf<M extends Message>(message: M): M {
  if (message.type === 'append') return { ...message, entries: message.entries.map((entry) => ({ ...entry })) };
  if (message.type === 'propose') return { ...message, entries: message.entries.map((entry) => ({ ...entry })) };
  return { ...message };
}
