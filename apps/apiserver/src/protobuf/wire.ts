/** One field of a protobuf message as it lies on the wire. */
export interface WireField {
  number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  type: number;
  varint: bigint;
  bytes: Buffer;
}

const none = Buffer.alloc(0);
const MAX_VARINT_BYTES = 10;

/** Reads a message field by field. Throws for what is cut off or not protobuf. */
export function* readFields(message: Buffer): Generator<WireField> {
  const reader = new Reader(message);
  while (!reader.done) {
    const tag = Number(reader.varint() & 0xffffffffn);
    const type = tag & 7;
    const number = tag >>> 3;
    if (type === 0) yield { number, type, varint: reader.varint(), bytes: none };
    else if (type === 2) yield { number, type, varint: 0n, bytes: reader.take(Number(reader.varint())) };
    else if (type === 1) yield { number, type, varint: 0n, bytes: reader.take(8) };
    else if (type === 5) yield { number, type, varint: 0n, bytes: reader.take(4) };
    else throw new Error(`proto: illegal wireType ${type}`);
  }
}

/** The varints of a packed repeated field. */
export function* readPacked(bytes: Buffer): Generator<bigint> {
  const reader = new Reader(bytes);
  while (!reader.done) yield reader.varint();
}

/** Signed, as int32 and int64 are. Throws beyond what a JavaScript number holds. */
export function toInteger(varint: bigint): number {
  const value = Number(BigInt.asIntN(64, varint));
  if (!Number.isSafeInteger(value)) throw new Error('proto: integer out of range');
  return value;
}

class Reader {
  readonly #message: Buffer;
  #at = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  get done(): boolean {
    return this.#at >= this.#message.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#message[this.#at++];
      if (byte === undefined) throw new Error('unexpected EOF');
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    throw new Error('proto: integer overflow');
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (!(length >= 0) || end > this.#message.length) throw new Error('unexpected EOF');
    const bytes = this.#message.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }
}
