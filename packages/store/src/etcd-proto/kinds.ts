import { type Reader, varintSize, WireError, type Writer } from './bytes.ts';

/**
 * How a field's value is read and written. `D` is what decoding gives, `I` what encoding takes: the same but for
 * messages, of which encoding takes partial ones.
 */
export interface Kind<D, I = D> {
  readonly wireType: 0 | 2;
  /** What a field that is not on the wire decodes to, and what is left out when encoding. */
  readonly absent: D | undefined;
  read(reader: Reader): D;
  size(value: I): number;
  write(writer: Writer, value: I): void;
}

const noBytes = Buffer.alloc(0);

/** A view into the message's buffer. */
export const bytes: Kind<Uint8Array> = {
  wireType: 2,
  absent: noBytes,
  read: (reader) => reader.bytes(),
  size: (value) => varintSize(value.length) + value.length,
  write: (writer, value) => writer.bytes(value),
};

/** Bytes as a string, one character (at most U+00FF) per byte. */
export const byteString: Kind<string> = {
  wireType: 2,
  absent: '',
  read: (reader) => reader.latin1(),
  size: (value) => varintSize(value.length) + value.length,
  write: (writer, value) => writer.latin1(value),
};

export const text: Kind<string> = {
  wireType: 2,
  absent: '',
  read: (reader) => reader.utf8(),
  size(value) {
    const length = Buffer.byteLength(value);
    return varintSize(length) + length;
  },
  write: (writer, value) => writer.utf8(value, Buffer.byteLength(value)),
};

export const bool: Kind<boolean> = {
  wireType: 0,
  absent: false,
  read: (reader) => {
    reader.read64();
    return (reader.low | reader.high) !== 0;
  },
  size: () => 1,
  write: (writer, value) => writer.varint(value ? 1 : 0),
};

const number = { wireType: 0, absent: 0, size: varintSize } as const;

export const uint32: Kind<number> = {
  ...number,
  read: (reader) => reader.uint32(),
  write: (writer, value) => writer.varint(value),
};

export const enumeration: Kind<number> = {
  ...number,
  read: (reader) => reader.uint32() | 0,
  write: (writer, value) => writer.varint(value),
};

/** Refused (WireError) when it is no safe integer. */
export const int64: Kind<number> = {
  ...number,
  read(reader) {
    const value = signed(reader);
    if (!Number.isSafeInteger(value)) throw new WireError('a number beyond 2^53-1');
    return value;
  },
  write: writeSafe,
};

export const uint64: Kind<number> = {
  ...number,
  read(reader) {
    reader.read64();
    const value = reader.high * 0x1_0000_0000 + reader.low;
    if (!Number.isSafeInteger(value)) throw new WireError('a number beyond 2^53-1');
    return value;
  },
  write: writeSafe,
};

/**
 * A revision, a version, a limit or a time to live in a request: what is beyond the safe integers becomes the nearest
 * one. No such value of a store comes near it, so every comparison turns out the same.
 */
export const bound: Kind<number> = {
  ...number,
  read: (reader) => Math.min(Math.max(signed(reader), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER),
  write: writeSafe,
};

/** The id of a lease, a member or a cluster: exact, a bigint beyond the safe integers. */
export type Id = number | bigint;

export const id: Kind<Id> = {
  ...number,
  read(reader) {
    reader.read64();
    const value = reader.high * 0x1_0000_0000 + reader.low;
    return Number.isSafeInteger(value) ? value : BigInt.asUintN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low));
  },
  write: writeId,
};

export const signedId: Kind<Id> = {
  ...number,
  read(reader) {
    const value = signed(reader);
    return Number.isSafeInteger(value) ? value : BigInt.asIntN(64, (BigInt(reader.high) << 32n) | BigInt(reader.low));
  },
  write: writeId,
};

function signed(reader: Reader): number {
  reader.read64();
  return (reader.high | 0) * 0x1_0000_0000 + reader.low;
}

function writeSafe(writer: Writer, value: number): void {
  if (!Number.isSafeInteger(value)) throw new WireError(`${value} is no safe integer`);
  writer.varint(value);
}

function writeId(writer: Writer, value: Id): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new WireError(`${value} is no safe integer`);
  writer.varint(value);
}
