import { setOwn, type JsonMap, type ObjectSchema, type Schema } from '@wherry/apimachinery';
import { magic } from './encode.ts';
import { messageOf, type Message, type MessageField } from './messages.ts';
import { WireReader } from './wire.ts';

const MAX_DEPTH = 250;

/** A body of application/vnd.kubernetes.protobuf without its envelope. */
export interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Buffer;
  contentType: string;
}

/** The four magic bytes and runtime.Unknown. Throws for what is not that. */
export function readEnvelope(body: Buffer): Envelope {
  if (!body.subarray(0, magic.length).equals(magic))
    throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const envelope: Envelope = { apiVersion: '', kind: '', raw: Buffer.alloc(0), contentType: '' };
  const reader = new WireReader(body, magic.length);
  while (reader.next()) {
    if (reader.number === 1) {
      const { inner } = reader;
      while (inner.next()) {
        if (inner.number === 1) envelope.apiVersion = inner.text;
        if (inner.number === 2) envelope.kind = inner.text;
      }
    } else if (reader.number === 2) envelope.raw = reader.bytes;
    else if (reader.number === 4) envelope.contentType = reader.text;
  }
  return envelope;
}

/** A message as the JSON that the same client would have sent. Fields that the schema does not have are left out. */
export function decodeMessage(schema: ObjectSchema, message: Buffer): JsonMap {
  const object: JsonMap = {};
  readInto(object, messageOf(schema), new WireReader(message), 0);
  return object;
}

function readInto(object: JsonMap, message: Message, reader: WireReader, depth: number): void {
  if (depth > MAX_DEPTH) throw new Error('proto: exceeded max depth');
  while (reader.next()) {
    const field = message.byNumber.get(reader.number);
    if (field === undefined) continue;
    if (field.inline !== undefined) readInto(object, field.inline, reader.inner, depth + 1);
    else if (field.wrapped) object[field.name] = readList(field.schema, reader.inner, depth);
    else readField(object, field, reader, depth);
  }
}

function readField(object: JsonMap, field: MessageField, reader: WireReader, depth: number): void {
  const { name, schema } = field;
  if (schema.type === 'list') {
    const list = (object[name] ??= []) as unknown[];
    if (schema.items.type === 'integer' && reader.type === 2) for (const value of reader.packed()) list.push(value);
    else list.push(readValue(schema.items, reader, depth));
  } else if (schema.type === 'map') {
    readMapEntry((object[name] ??= {}) as JsonMap, schema.values, reader.inner, depth);
  } else {
    const value = readValue(schema, reader, depth);
    if (value !== undefined && (field.pointer || !isZero(value))) object[name] = value;
  }
}

/**
 * Protobuf sends what Go holds: where Go has no pointer the zero value stands for absence, as JSON's omitempty has it.
 * Required fields get their zero value back from the schema.
 */
function isZero(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

function readMapEntry(map: JsonMap, values: Schema, reader: WireReader, depth: number): void {
  let key = '';
  let value = emptyValue(values);
  while (reader.next()) {
    if (reader.number === 1) key = reader.text;
    if (reader.number === 2) value = readValue(values, reader, depth);
  }
  setOwn(map, key, value);
}

function emptyValue(schema: Schema): unknown {
  switch (schema.type) {
    case 'string':
      return '';
    case 'quantity':
      return '0';
    case 'list':
      return [];
    case 'object':
      return {};
    default:
      return undefined;
  }
}

function readValue(schema: Schema, reader: WireReader, depth: number): unknown {
  switch (schema.type) {
    case 'string':
      if (schema.format === undefined) return reader.text;
      return schema.format === 'byte' ? reader.base64 : readTime(reader.inner, schema.format === 'micro-time');
    case 'boolean':
      return reader.value !== 0;
    case 'integer':
      return reader.value;
    case 'number':
      return reader.type === 5 ? reader.bytes.readFloatLE() : reader.bytes.readDoubleLE();
    case 'quantity':
      return firstText(reader.inner) || '0';
    case 'int-or-string':
      return readIntOrString(reader.inner);
    case 'any':
      return schema.oneOf ? readUnion(schema.oneOf(), reader.inner, depth + 1) : readRaw(reader.inner);
    case 'object': {
      const object: JsonMap = {};
      readInto(object, messageOf(schema), reader.inner, depth + 1);
      return object;
    }
    case 'list':
      return readList(schema, reader.inner, depth);
    default:
      throw new Error('proto: maps in maps do not exist');
  }
}

/** A list that is a message of its own. */
function readList(schema: Schema, reader: WireReader, depth: number): unknown[] {
  const list: unknown[] = [];
  if (schema.type !== 'list') return list;
  while (reader.next()) if (reader.number === 1) list.push(readValue(schema.items, reader, depth + 1));
  return list;
}

function readTime(reader: WireReader, micro: boolean): string | undefined {
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.number === 1) seconds = reader.value;
    if (reader.number === 2) nanos = reader.value;
  }
  // The zero time is how an absent one is sent.
  if ((seconds === 0 && nanos === 0) || seconds <= -62_135_596_800) return undefined;
  const time = new Date(seconds * 1_000);
  if (Number.isNaN(time.getTime())) throw new Error('proto: time out of range');
  const text = time.toISOString().slice(0, -5);
  return micro ? `${text}.${String(Math.trunc(nanos / 1_000)).padStart(6, '0')}Z` : `${text}Z`;
}

function readIntOrString(reader: WireReader): number | string {
  let isString = false;
  let integer = 0;
  let text = '';
  while (reader.next()) {
    if (reader.number === 1) isString = reader.value === 1;
    if (reader.number === 2) integer = reader.value;
    if (reader.number === 3) text = reader.text;
  }
  return isString ? text : integer;
}

function firstText(reader: WireReader): string {
  while (reader.next()) if (reader.number === 1) return reader.text;
  return '';
}

/** RawExtension and FieldsV1 carry JSON. */
function readRaw(reader: WireReader): unknown {
  const text = firstText(reader);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** JSONSchemaPropsOrBool, -OrArray, -OrStringArray. */
function readUnion(choices: readonly Schema[], reader: WireReader, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Error('proto: exceeded max depth');
  const schema = choices.find(({ type }) => type === 'object') as Schema;
  const other = choices.find(({ type }) => type !== 'object') as Schema;
  const schemaNumber = other.type === 'boolean' ? 2 : 1;
  let plain: unknown = other.type === 'boolean' ? false : undefined;
  let found: unknown;
  while (reader.next()) {
    if (reader.number === schemaNumber) found = readValue(schema, reader, depth);
    else if (other.type === 'list') ((plain ??= []) as unknown[]).push(readValue(other.items, reader, depth));
    else plain = readValue(other, reader, depth);
  }
  return found ?? plain;
}
