/** Writes numbers, byte strings and bytes one after another, into room that grows as it must. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  /** `room` is about how much it will be. */
  constructor(room: number) {
    this.#bytes = Buffer.allocUnsafe(room);
  }

  byte(value: number): void {
    if (this.#at === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#at++] = value;
  }

  /**
   * A safe integer from 0 on: seven bits a byte, low ones first, the top bit set on all but the last. Any other number,
   * after two bytes that are none: as it is.
   */
  number(value: number): void {
    if (!isPlain(value)) return this.#odd(value);
    if (this.#at + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
      rest = rest < 0x80000000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#bytes[this.#at++] = rest;
  }

  /** One byte a character. */
  string(value: string): void {
    this.number(value.length);
    if (this.#at + value.length > this.#bytes.length) this.#grow(value.length);
    this.#at += this.#bytes.write(value, this.#at, value.length, 'latin1');
  }

  text(value: string): void {
    this.bytes(Buffer.from(value));
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    if (this.#at + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #odd(value: number): void {
    if (this.#at + 10 > this.#bytes.length) this.#grow(10);
    this.#bytes[this.#at++] = 0x80;
    this.#bytes[this.#at++] = 0;
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  #grow(by: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + by + 64));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote; throws RangeError where there is not what is asked for. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('the bytes end too early');
    return value;
  }

  number(): number {
    let value = this.byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next === 0 && value === 0 && scale === 0x80) return this.#odd();
      // The second is no number as it is written, and ends a chain of bytes without an end.
      if (!Number.isSafeInteger(value) || next === 0) throw new RangeError('there is no such number');
      if (next < 0x80) return value;
    }
  }

  /** Of things, or bytes. */
  count(): number {
    const count = this.number();
    if (!isPlain(count) || count > this.left) throw new RangeError('the bytes end too early');
    return count;
  }

  string(): string {
    const from = this.#skip(this.count());
    return this.#bytes.toString('latin1', from, this.#at);
  }

  text(): string {
    const from = this.#skip(this.count());
    return this.#bytes.toString('utf8', from, this.#at);
  }

  /** A view. */
  bytes(): Uint8Array {
    const from = this.#skip(this.count());
    return this.#bytes.subarray(from, this.#at);
  }

  #odd(): number {
    const value = this.#bytes.readDoubleLE(this.#skip(8));
    if (isPlain(value)) throw new RangeError('there is no such number');
    return value;
  }

  #skip(length: number): number {
    const from = this.#at;
    this.#at = from + length;
    if (this.#at > this.#bytes.length) throw new RangeError('the bytes end too early');
    return from;
  }
}

function isPlain(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
