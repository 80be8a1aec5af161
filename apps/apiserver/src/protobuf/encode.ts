import { isMap, type JsonMap, type ObjectSchema, type Schema } from '@wherry/apimachinery';
import { messageOf, type Message } from './messages.ts';
import { BackwardWriter } from './write.ts';

export const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const VARINT = 0;
const EIGHT_BYTES = 1;
const LENGTH_DELIMITED = 2;

const writer = new BackwardWriter();

/** An object as the message that Go would have written of it: what is absent in JSON is absent here. */
export function encodeMessage(schema: ObjectSchema, object: object): Buffer {
  try {
    writeMessage(messageOf(schema), object as JsonMap);
    return writer.take();
  } catch (error) {
    writer.clear();
    throw error;
  }
}

/** The four magic bytes and a runtime.Unknown whose message is `raw`, or, when its length is given, follows. */
export function envelopeHead(apiVersion: string, kind: string, rawLength: number): Buffer {
  writer.varint(rawLength);
  writer.varint((2 << 3) | LENGTH_DELIMITED);
  const before = writer.length;
  if (kind !== '') writeText(2, kind);
  if (apiVersion !== '') writeText(1, apiVersion);
  writeHead(1, writer.length - before);
  writer.bytes(magic);
  return writer.take();
}

/** contentEncoding and contentType, which Go writes though they are empty. */
export const envelopeTail = Buffer.from([0x1a, 0x00, 0x22, 0x00]);

export function encodeEnvelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return Buffer.concat([envelopeHead(apiVersion, kind, raw.length), raw, envelopeTail]);
}

/** The tag and the length that stand before a length-delimited field. */
export function fieldHead(number: number, length: number): Buffer {
  writeHead(number, length);
  return writer.take();
}

/** Fields are written last to first. */
function writeMessage(message: Message, object: JsonMap): void {
  for (let i = message.fields.length - 1; i >= 0; i--) {
    const { number, name, inline, schema, wrapped } = message.fields[i]!;
    if (inline !== undefined) {
      const before = writer.length;
      writeMessage(inline, object);
      if (writer.length > before) writeHead(number, writer.length - before);
      continue;
    }
    const value = object[name];
    if (value === undefined || value === null) continue;
    if (wrapped) {
      const before = writer.length;
      writeField(1, schema, value);
      writeHead(number, writer.length - before);
    } else writeField(number, schema, value);
  }
}

function writeField(number: number, schema: Schema, value: unknown): void {
  if (schema.type === 'list') {
    const list = value as readonly unknown[];
    for (let i = list.length - 1; i >= 0; i--) writeValue(number, schema.items, list[i]);
  } else if (schema.type === 'map') {
    const map = value as JsonMap;
    const keys = Object.keys(map).sort();
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i]!;
      const before = writer.length;
      writeValue(2, schema.values, map[key]);
      writeText(1, key);
      writeHead(number, writer.length - before);
    }
  } else writeValue(number, schema, value);
}

function writeValue(number: number, schema: Schema, value: unknown): void {
  switch (schema.type) {
    case 'string':
      if (schema.format === undefined) writeText(number, value as string);
      else if (schema.format === 'byte') writeText(number, value as string, 'base64');
      else writeTime(number, value as string, schema.format === 'micro-time');
      return;
    case 'boolean':
      writer.varint(value ? 1 : 0);
      writer.varint((number << 3) | VARINT);
      return;
    case 'integer':
      writer.varint(value as number);
      writer.varint((number << 3) | VARINT);
      return;
    case 'number':
      writer.double(value as number);
      writer.varint((number << 3) | EIGHT_BYTES);
      return;
    default:
      if (value !== undefined && value !== null) writeNested(number, schema, value);
  }
}

/** What is a message of its own. */
function writeNested(number: number, schema: Schema, value: unknown): void {
  const before = writer.length;
  switch (schema.type) {
    case 'quantity':
      writeText(1, String(value));
      break;
    case 'int-or-string':
      if (typeof value === 'number') {
        writer.varint(value);
        writer.varint((2 << 3) | VARINT);
      } else writeText(3, value as string);
      writer.varint(typeof value === 'number' ? 0 : 1);
      writer.varint((1 << 3) | VARINT);
      break;
    case 'any':
      if (schema.oneOf) writeUnion(schema.oneOf(), value);
      else writeText(1, JSON.stringify(value));
      break;
    case 'object':
      writeMessage(messageOf(schema), value as JsonMap);
      break;
    default:
      // The values of a map that are lists are messages with one field upstream (ExtraValue).
      writeField(1, schema, value);
  }
  writeHead(number, writer.length - before);
}

/** JSONSchemaPropsOrBool, -OrArray, -OrStringArray: a schema is written as one, all else in the other field. */
function writeUnion(choices: readonly Schema[], value: unknown): void {
  const schema = choices.find(({ type }) => type === 'object') as Schema;
  const other = choices.find(({ type }) => type !== 'object') as Schema;
  if (other.type === 'boolean') {
    const isSchema = isMap(value);
    if (isSchema) writeValue(2, schema, value);
    writeValue(1, other, isSchema ? true : value);
  } else if (Array.isArray(value)) writeField(2, other, value);
  else writeValue(1, schema, value);
}

function writeTime(number: number, text: string, micro: boolean): void {
  const before = writer.length;
  const milliseconds = Date.parse(text);
  if (!Number.isNaN(milliseconds)) {
    const fraction = micro ? (/\.(\d{1,9})/.exec(text)?.[1] ?? '') : '';
    writer.varint(Number(fraction.padEnd(9, '0')));
    writer.varint((2 << 3) | VARINT);
    writer.varint(Math.floor(milliseconds / 1_000));
    writer.varint((1 << 3) | VARINT);
  }
  writeHead(number, writer.length - before);
}

function writeText(number: number, text: string, encoding: 'utf8' | 'base64' = 'utf8'): void {
  const before = writer.length;
  writer.text(text, encoding);
  writeHead(number, writer.length - before);
}

function writeHead(number: number, length: number): void {
  writer.varint(length);
  writer.varint((number << 3) | LENGTH_DELIMITED);
}
