/** The `append` messages on their way to one member, oldest first: the last index and the bytes of each. */
export class Inflights {
  readonly #indexes: Float64Array;
  readonly #sizes: Float64Array;
  readonly #maxBytes: number;
  #first = 0;
  #count = 0;
  #bytes = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.#indexes = new Float64Array(maxMessages);
    this.#sizes = new Float64Array(maxMessages);
    this.#maxBytes = maxBytes;
  }

  get full(): boolean {
    return this.#count === this.#indexes.length || this.#bytes >= this.#maxBytes;
  }

  add(lastIndex: number, bytes: number): void {
    const slot = (this.#first + this.#count) % this.#indexes.length;
    this.#indexes[slot] = lastIndex;
    this.#sizes[slot] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** Forgets the messages whose entries all lie up to `index`. */
  freeTo(index: number): void {
    while (this.#count > 0 && (this.#indexes[this.#first] as number) <= index) {
      this.#bytes -= this.#sizes[this.#first] as number;
      this.#first = (this.#first + 1) % this.#indexes.length;
      this.#count--;
    }
  }

  clear(): void {
    this.#first = 0;
    this.#count = 0;
    this.#bytes = 0;
  }
}
