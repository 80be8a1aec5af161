const MAX_VARINT_BYTES = 10;

/**
 * Reads one message, field by field: after each `next()` the field's number, wire type and value stand in the reader.
 * Throws for what is cut off or not protobuf.
 */
export class WireReader {
  /** Of the current field. */
  number = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  type = 0;
  /** The value of a varint, signed as int32 and int64 are. */
  value = 0;
  #bytesFrom = 0;
  #bytesTo = 0;
  readonly #message: Buffer;
  readonly #end: number;
  #at: number;

  constructor(message: Buffer, from = 0, to = message.length) {
    this.#message = message;
    this.#at = from;
    this.#end = to;
  }

  next(): boolean {
    if (this.#at >= this.#end) return false;
    const tag = this.#varint();
    this.type = tag & 7;
    this.number = tag >>> 3;
    switch (this.type) {
      case 0:
        this.value = this.#varint();
        return true;
      case 1:
        this.#skip(8);
        return true;
      case 2:
        this.#skip(this.#varint());
        return true;
      case 5:
        this.#skip(4);
        return true;
      default:
        throw new Error(`proto: illegal wireType ${this.type}`);
    }
  }

  get text(): string {
    return this.#message.toString('utf8', this.#bytesFrom, this.#bytesTo);
  }

  get base64(): string {
    return this.#message.toString('base64', this.#bytesFrom, this.#bytesTo);
  }

  get bytes(): Buffer {
    return this.#message.subarray(this.#bytesFrom, this.#bytesTo);
  }

  /** The message that the current field holds. */
  get inner(): WireReader {
    return new WireReader(this.#message, this.#bytesFrom, this.#bytesTo);
  }

  /** The varints of a packed repeated field. */
  packed(): number[] {
    const reader = this.inner;
    const values: number[] = [];
    while (reader.#at < reader.#end) values.push(reader.#varint());
    return values;
  }

  #skip(length: number): void {
    if (!(length >= 0) || this.#at + length > this.#end) throw new Error('unexpected EOF');
    this.#bytesFrom = this.#at;
    this.#bytesTo = this.#at += length;
  }

  #varint(): number {
    let value = 0;
    let unit = 1;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      if (this.#at >= this.#end) throw new Error('unexpected EOF');
      const byte = this.#message[this.#at++]!;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value <= Number.MAX_SAFE_INTEGER ? value : this.#large(i + 1);
      unit *= 128;
    }
    throw new Error('proto: integer overflow');
  }

  /** Negative numbers, and what a JavaScript number cannot hold. */
  #large(length: number): number {
    let value = 0n;
    for (let i = 0; i < length; i++) {
      value |= BigInt(this.#message[this.#at - length + i]! & 0x7f) << BigInt(7 * i);
    }
    const signed = Number(BigInt.asIntN(64, value));
    if (!Number.isSafeInteger(signed)) throw new Error('proto: integer out of range');
    return signed;
  }
}
