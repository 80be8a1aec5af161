/** Bytes that are no message of the kind they were taken for, or numbers that cannot be carried exactly. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

const maxDepth = 100;
const two32 = 0x1_0000_0000;

/** Reads protobuf's basic forms from a buffer, never beyond `end`. Strings and byte strings are copies, bytes are views. */
export class Reader {
  readonly #bytes: Buffer;
  position = 0;
  end: number;
  #depth = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  /** A tag, a length or a 32-bit number; what is above 32 bits is dropped, as protobuf has it. */
  uint32(): number {
    const bytes = this.#bytes;
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw new WireError('the message ends within a number');
      const byte = bytes[this.position++]!;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError('a number of more than ten bytes');
  }

  /** The low and the high half of a 64-bit number are left in `low` and `high`, both unsigned. */
  low = 0;
  high = 0;
  read64(): void {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw new WireError('the message ends within a number');
      const byte = bytes[this.position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw new WireError('a number of more than ten bytes');
  }

  bytes(): Buffer {
    const start = this.#take();
    return this.#bytes.subarray(start, this.position);
  }

  latin1(): string {
    const start = this.#take();
    return this.#bytes.toString('latin1', start, this.position);
  }

  utf8(): string {
    const start = this.#take();
    return this.#bytes.toString('utf8', start, this.position);
  }

  /** Runs `read` with the end set to that of the length-delimited field here, all of which it must take. */
  within<T>(read: (reader: Reader) => T): T {
    const start = this.#take();
    const after = this.position;
    const outerEnd = this.end;
    if (++this.#depth > maxDepth) throw new WireError(`messages nested more than ${maxDepth} deep`);
    this.position = start;
    this.end = after;
    const value = read(this);
    if (this.position !== after) throw new WireError('a field does not end where its length says');
    this.end = outerEnd;
    this.#depth--;
    return value;
  }

  skip(wireType: number): void {
    if (wireType === 0) this.read64();
    else if (wireType === 2) this.#take();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 5) this.#advance(4);
    else throw new WireError(`wire type ${wireType} is not in use`);
  }

  #take(): number {
    const length = this.uint32();
    const start = this.position;
    this.#advance(length);
    return start;
  }

  #advance(length: number): void {
    if (length > this.end - this.position) throw new WireError('a field is longer than its message');
    this.position += length;
  }
}

/** Writes protobuf's basic forms into a buffer of the right size, from `position` on. */
export class Writer {
  readonly buffer: Buffer;
  position: number;

  constructor(buffer: Buffer, position: number) {
    this.buffer = buffer;
    this.position = position;
  }

  /** A whole number from -2^63 on; one beyond 2^53 as bigint. */
  varint(value: number | bigint): void {
    const { buffer } = this;
    let position = this.position;
    if (typeof value === 'bigint' || value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest >= 0x80n; rest >>= 7n) buffer[position++] = Number(rest & 0x7fn) | 0x80;
      buffer[position++] = Number(rest);
    } else {
      let rest = value;
      for (; rest >= two32; rest = Math.floor(rest / 0x80)) buffer[position++] = (rest % 0x80) | 0x80;
      for (; rest >= 0x80; rest >>>= 7) buffer[position++] = (rest & 0x7f) | 0x80;
      buffer[position++] = rest;
    }
    this.position = position;
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    this.buffer.set(value, this.position);
    this.position += value.length;
  }

  latin1(value: string): void {
    if (/[^\0-\xff]/.test(value)) throw new WireError('a byte string with a character above U+00FF');
    this.varint(value.length);
    this.position += this.buffer.write(value, this.position, 'latin1');
  }

  utf8(value: string, length: number): void {
    this.varint(length);
    this.position += this.buffer.write(value, this.position, 'utf8');
  }
}

/** Bytes that `Writer.varint` takes for it. */
export function varintSize(value: number | bigint): number {
  if (typeof value === 'bigint') {
    let size = 1;
    for (let rest = BigInt.asUintN(64, value) >> 7n; rest > 0n; rest >>= 7n) size++;
    return size;
  }
  if (value < 0) return 10;
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  if (value < 0x1000_0000) return 4;
  let size = 5;
  for (let bound = 0x8_0000_0000; value >= bound; bound *= 0x80) size++;
  return size;
}
