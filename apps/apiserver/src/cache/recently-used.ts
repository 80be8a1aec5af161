/** Something that holds what it can make again. */
export interface Holder {
  /** Set by the holder at each use. */
  used: boolean;
  readonly size: number;
  release(): void;
}

/**
 * Bounds what many holders hold together: beyond it the oldest let go, but for those that were used meanwhile, which go
 * to the end of the queue once more.
 */
export class RecentlyUsed {
  readonly #maxBytes: number;
  #queue: (Holder | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A holder that has just begun to hold. */
  add(holder: Holder): void {
    this.#queue.push(holder);
    this.#bytes += holder.size;
    // Each look either takes one out or clears its mark, so this ends.
    while (this.#bytes > this.#maxBytes && this.#queue.length - this.#first > 1) this.#step();
    if (this.#first > 1_024 && this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
  }

  #step(): void {
    const holder = this.#queue[this.#first]!;
    this.#queue[this.#first++] = undefined;
    if (holder.used) {
      holder.used = false;
      this.#queue.push(holder);
    } else {
      this.#bytes -= holder.size;
      holder.release();
    }
  }
}
