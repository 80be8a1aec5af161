import { Reader, varintSize, WireError, Writer } from './bytes.ts';
import type { Kind } from './kinds.ts';

export interface Field<D, I> {
  readonly number: number;
  /** A function where the kind is declared further down or is its own part. */
  readonly kind: Kind<never, never> | (() => Kind<never, never>);
  /** `single` is left out when it has its kind's absent value; `oneof` is there whenever it is not undefined. */
  readonly rule: 'single' | 'repeated' | 'oneof';
  /** Types alone; nothing is there. */
  readonly types?: [D, I];
}

type LazyKind<D, I> = Kind<D, I> | (() => Kind<D, I>);

/** Messages are undefined when they are not there, all else has protobuf's default. */
export function single<D, I>(number: number, kind: Message<D, I>): Field<D | undefined, I>;
export function single<D, I>(number: number, kind: Kind<D, I>): Field<D, I>;
export function single<D, I>(number: number, kind: Kind<D, I>): Field<D | undefined, I> {
  return { number, kind: kind as Kind<never, never>, rule: 'single' };
}

export function repeated<D, I>(number: number, kind: LazyKind<D, I>): Field<readonly D[], readonly I[]> {
  return { number, kind: kind as Kind<never, never>, rule: 'repeated' };
}

/** Told apart from its absence, so that zero and the empty string are written too. */
export function oneof<D, I>(number: number, kind: LazyKind<D, I>): Field<D | undefined, I> {
  return { number, kind: kind as Kind<never, never>, rule: 'oneof' };
}

type Fields = Record<string, Field<unknown, unknown>>;
type DecodedFields<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer D, infer _> ? D : never };
type InputFields<F extends Fields> = {
  [K in keyof F]?: (F[K] extends Field<infer _, infer I> ? I : never) | undefined;
};

export interface Message<D, I> extends Kind<D, I> {
  readonly name: string;
  /** @throws WireError */
  decode(bytes: Uint8Array): D;
  /** @throws WireError for a number that is not safe. `spare` bytes are left free before it. */
  encode(value: I, spare?: number): Buffer;
}

/** What decoding a message gives, and what encoding it takes. */
export type Decoded<M> = M extends Message<infer D, infer _> ? D : never;
export type Input<M> = M extends Message<infer _, infer I> ? I : never;

/** A message by the table of its fields. */
export function message<F extends Fields>(name: string, fields: F): Message<DecodedFields<F>, InputFields<F>> {
  return compile(name, fields) as unknown as Message<DecodedFields<F>, InputFields<F>>;
}

interface Slot {
  readonly key: string;
  readonly rule: Field<unknown, unknown>['rule'];
  readonly tag: number;
  readonly tagSize: number;
  readonly kind: Kind<unknown>;
}

const none: readonly never[] = Object.freeze([]);

function compile(name: string, fields: Fields): Message<object, object> {
  type Plain = Record<string, unknown>;
  let slots: Slot[] | undefined;
  const byNumber: (Slot | undefined)[] = [];
  const absent: Plain = {};

  // Kinds may be declared after this message: they are looked at when it is first used.
  function resolve(): Slot[] {
    slots = Object.entries(fields).map(([key, { number, rule, kind }]) => {
      const resolved = (typeof kind === 'function' ? kind() : kind) as Kind<unknown>;
      const packed = rule === 'repeated' && resolved.wireType === 0;
      const tag = (number << 3) | (packed ? 2 : resolved.wireType);
      const slot = { key, rule, tag, tagSize: varintSize(tag), kind: resolved };
      byNumber[number] = slot;
      absent[key] = rule === 'repeated' ? none : rule === 'oneof' ? undefined : resolved.absent;
      return slot;
    });
    return slots;
  }

  function readFields(reader: Reader): Plain {
    if (slots === undefined) resolve();
    const value = { ...absent };
    while (reader.position < reader.end) {
      const tag = reader.uint32();
      const slot = byNumber[tag >>> 3];
      if (slot === undefined) {
        if (tag >>> 3 === 0) throw new WireError(`${name}: field 0`);
        reader.skip(tag & 7);
      } else if (slot.rule === 'repeated') {
        const list = value[slot.key] === none ? (value[slot.key] = []) : (value[slot.key] as unknown[]);
        readItems(reader, name, slot, tag & 7, list as unknown[]);
      } else {
        if ((tag & 7) !== slot.kind.wireType) throw new WireError(`${name}.${slot.key}: wire type ${tag & 7}`);
        value[slot.key] = slot.kind.read(reader);
      }
    }
    return value;
  }

  function sizeOfFields(value: Plain): number {
    let size = 0;
    for (const slot of slots ?? resolve()) {
      const field = value[slot.key];
      if (isLeftOut(slot, field)) continue;
      if (slot.rule !== 'repeated') size += slot.tagSize + slot.kind.size(field);
      else if (slot.kind.wireType === 2) {
        for (const item of field as unknown[]) size += slot.tagSize + slot.kind.size(item);
      } else {
        const length = packedSize(slot, field as unknown[]);
        size += slot.tagSize + varintSize(length) + length;
      }
    }
    return size;
  }

  function writeFields(writer: Writer, value: Plain): void {
    for (const slot of slots ?? resolve()) {
      const field = value[slot.key];
      if (isLeftOut(slot, field)) continue;
      if (slot.rule === 'repeated' && slot.kind.wireType === 2) {
        for (const item of field as unknown[]) {
          writer.varint(slot.tag);
          slot.kind.write(writer, item);
        }
        continue;
      }
      writer.varint(slot.tag);
      if (slot.rule === 'repeated') {
        writer.varint(packedSize(slot, field as unknown[]));
        for (const item of field as unknown[]) slot.kind.write(writer, item);
      } else slot.kind.write(writer, field);
    }
  }

  return {
    name,
    wireType: 2,
    absent: undefined,
    read: (reader) => reader.within(readFields),
    size(value) {
      const size = sizeOfFields(value as Plain);
      return varintSize(size) + size;
    },
    write(writer, value) {
      writer.varint(sizeOfFields(value as Plain));
      writeFields(writer, value as Plain);
    },
    decode: (bytes) => readFields(new Reader(bytes)),
    encode(value, spare = 0) {
      const buffer = Buffer.allocUnsafe(spare + sizeOfFields(value as Plain));
      writeFields(new Writer(buffer, spare), value as Plain);
      return buffer;
    },
  };
}

function isLeftOut({ rule, kind }: Slot, field: unknown): boolean {
  if (field === undefined) return true;
  if (rule === 'oneof') return false;
  if (rule === 'repeated') return (field as unknown[]).length === 0;
  return field === kind.absent || (field instanceof Uint8Array && field.length === 0);
}

function readItems(reader: Reader, name: string, slot: Slot, wireType: number, list: unknown[]): void {
  const { kind } = slot;
  if (wireType === kind.wireType) list.push(kind.read(reader));
  else if (wireType === 2) {
    reader.within(() => {
      while (reader.position < reader.end) list.push(kind.read(reader));
    });
  } else throw new WireError(`${name}.${slot.key}: wire type ${wireType}`);
}

function packedSize({ kind }: Slot, items: unknown[]): number {
  let size = 0;
  for (const item of items) size += kind.size(item);
  return size;
}
