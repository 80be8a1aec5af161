/** What arrived is not what a member of this version sends. */
export class CodecError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CodecError';
  }
}

/** Writes into a buffer that grows. */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** What was written; the writer must not be used any more. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** A safe integer from 0 on, seven bits at a time, the lowest first. */
  integer(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an integer from 0 on`);
    this.#reserve(8);
    let rest = value;
    // Beyond 32 bits there are no bit operations.
    while (rest >= 0x8000_0000) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  data(value: Uint8Array): void {
    this.integer(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what ByteWriter wrote; anything else throws CodecError, and takes no more memory than it is long. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  byte(): number {
    const value = this.#bytes[this.#offset];
    if (value === undefined) throw new CodecError('the message ends too early');
    this.#offset++;
    return value;
  }

  integer(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 56; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new CodecError('an integer is too large');
  }

  /** How many of something follow that take at least a byte each. */
  count(): number {
    const value = this.integer();
    if (value > this.left) throw new CodecError('the message ends too early');
    return value;
  }

  flag(): boolean {
    const value = this.byte();
    if (value > 1) throw new CodecError(`${value} is neither true nor false`);
    return value === 1;
  }

  double(): number {
    if (this.left < 8) throw new CodecError('the message ends too early');
    const value = this.#bytes.readDoubleLE(this.#offset);
    this.#offset += 8;
    if (!Number.isFinite(value)) throw new CodecError(`${value} is not a number`);
    return value;
  }

  /** A view of what was read. */
  data(): Buffer {
    const length = this.count();
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}
