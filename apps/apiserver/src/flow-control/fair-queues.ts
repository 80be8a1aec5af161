/** What one priority level is given to work with. */
export interface LevelLimits {
  /** How many requests may be worked on at a time; what is borrowed comes on top. */
  readonly seats: number;
  /** How many of the seats others may use while they are free. */
  readonly lendable: number;
  /** How many seats of others may be used. */
  readonly borrowable: number;
  /** Absent: what finds no seat is refused. */
  readonly queuing?:
    | { readonly queues: number; readonly handSize: number; readonly queueLengthLimit: number }
    | undefined;
}

/** A request that waits for a seat. */
export interface Waiter {
  readonly run: () => void;
}

interface Queue {
  readonly waiting: Waiter[];
  /** Virtual time at which its next request starts: the queue that is furthest behind goes first. */
  start: number;
}

/**
 * One priority level: seats, and queues in which flows wait for them. A flow is dealt a hand of queues (shuffle
 * sharding) and waits in the shortest, so that a few heavy flows cannot fill every queue of the others; the queues take
 * turns. Pure: no clock, nothing but what it is told.
 */
export class FairQueues {
  readonly #queues: Queue[];
  #limits: LevelLimits;
  #inUse = 0;
  #waiting = 0;
  #now = 0;

  constructor(limits: LevelLimits) {
    this.#limits = limits;
    this.#queues = makeQueues(limits);
  }

  get limits(): LevelLimits {
    return this.#limits;
  }
  get inUse(): number {
    return this.#inUse;
  }
  get waiting(): number {
    return this.#waiting;
  }
  /** Seats that others may use now. */
  get idleLendable(): number {
    return this.#waiting > 0 ? 0 : Math.max(0, Math.min(this.#limits.lendable, this.#limits.seats - this.#inUse));
  }
  get borrowed(): number {
    return Math.max(0, this.#inUse - this.#limits.seats);
  }

  /** Changed limits hold for what comes; the number of queues stays until the level is made anew. */
  configure(limits: LevelLimits): void {
    this.#limits = limits;
  }

  canRun(idleElsewhere: number): boolean {
    const { seats, borrowable } = this.#limits;
    return this.#inUse < seats || (this.borrowed < borrowable && idleElsewhere > 0);
  }

  /** Takes a seat at once; the caller has asked canRun and found nobody waiting. */
  take(): void {
    this.#inUse++;
  }

  release(): void {
    this.#inUse--;
  }

  /** @returns false when the shortest queue of the flow's hand is full, or there are no queues. */
  enqueue(flowHash: number, waiter: Waiter): boolean {
    const { queuing } = this.#limits;
    if (queuing === undefined || this.#queues.length === 0) return false;
    let shortest: Queue | undefined;
    for (const index of deal(flowHash, this.#queues.length, queuing.handSize)) {
      const queue = this.#queues[index]!;
      if (shortest === undefined || queue.waiting.length < shortest.waiting.length) shortest = queue;
    }
    if (shortest === undefined || shortest.waiting.length >= queuing.queueLengthLimit) return false;
    if (shortest.waiting.length === 0) shortest.start = Math.max(shortest.start, this.#now);
    shortest.waiting.push(waiter);
    this.#waiting++;
    return true;
  }

  /** Gives up waiting. @returns false when it waits no more. */
  remove(waiter: Waiter): boolean {
    for (const { waiting } of this.#queues) {
      const at = waiting.indexOf(waiter);
      if (at < 0) continue;
      waiting.splice(at, 1);
      this.#waiting--;
      return true;
    }
    return false;
  }

  /** The next one whose turn it is takes a seat; undefined when nobody waits. */
  next(): Waiter | undefined {
    let first: Queue | undefined;
    for (const queue of this.#queues) {
      if (queue.waiting.length > 0 && (first === undefined || queue.start < first.start)) first = queue;
    }
    const waiter = first?.waiting.shift();
    if (first === undefined || waiter === undefined) return undefined;
    this.#now = first.start;
    first.start++;
    this.#waiting--;
    this.#inUse++;
    return waiter;
  }
}

function makeQueues({ queuing }: LevelLimits): Queue[] {
  return Array.from({ length: queuing?.queues ?? 0 }, () => ({ waiting: [], start: 0 }));
}

/** `handSize` different queues out of `deckSize`, chosen by the flow's hash (KEP-1040's dealer). */
export function deal(hash: number, deckSize: number, handSize: number): number[] {
  const hand: number[] = [];
  let rest = hash;
  for (let dealt = 0; dealt < Math.min(handSize, deckSize); dealt++) {
    const left = deckSize - dealt;
    let card = rest % left;
    rest = Math.floor(rest / left);
    // The card counts among those that are left: step over the ones in the hand.
    for (const taken of hand.toSorted((a, b) => a - b)) if (taken <= card) card++;
    hand.push(card);
  }
  return hand;
}
