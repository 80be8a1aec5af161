import { setOwn, type JsonMap, type ObjectSchema, type Schema } from '@wherry/apimachinery';
import { fieldNumbers } from './field-numbers.ts';
import { readFields, readPacked, toInteger, type WireField } from './wire.ts';

const magic = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const MAX_DEPTH = 64;

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
  for (const field of readFields(body.subarray(magic.length))) {
    if (field.number === 1) {
      for (const inner of readFields(field.bytes)) {
        if (inner.number === 1) envelope.apiVersion = inner.bytes.toString();
        if (inner.number === 2) envelope.kind = inner.bytes.toString();
      }
    } else if (field.number === 2) envelope.raw = field.bytes;
    else if (field.number === 4) envelope.contentType = field.bytes.toString();
  }
  return envelope;
}

/** A message as the JSON that the same client would have sent. Fields that the schema does not have are left out. */
export function decodeMessage(schema: ObjectSchema, message: Buffer): JsonMap {
  const object: JsonMap = {};
  readInto(object, schema, schema.id, message, 0);
  return object;
}

function readInto(object: JsonMap, schema: ObjectSchema, id: string, message: Buffer, depth: number): void {
  if (depth > MAX_DEPTH) throw new Error('proto: exceeded max depth');
  const fields = fieldsOf(id);
  for (const wire of readFields(message)) {
    const field = fields.get(wire.number);
    if (field === undefined) continue;
    if (field.inline) {
      readInto(object, schema, field.name, wire.bytes, depth + 1);
      continue;
    }
    const definition = schema.fields[field.name];
    if (definition) readField(object, field.name, definition.schema, wire, depth);
  }
}

function readField(object: JsonMap, name: string, schema: Schema, wire: WireField, depth: number): void {
  if (schema.type === 'list') {
    const list = (object[name] ??= []) as unknown[];
    if (schema.items.type === 'integer' && wire.type === 2)
      for (const varint of readPacked(wire.bytes)) list.push(toInteger(varint));
    else list.push(readValue(schema.items, wire, depth));
  } else if (schema.type === 'map') {
    const map = (object[name] ??= {}) as JsonMap;
    let key = '';
    let value: unknown = emptyValue(schema.values);
    for (const entry of readFields(wire.bytes)) {
      if (entry.number === 1) key = entry.bytes.toString();
      if (entry.number === 2) value = readValue(schema.values, entry, depth);
    }
    setOwn(map, key, value);
  } else {
    const value = readValue(schema, wire, depth);
    if (value !== undefined && !isAbsent(name, value)) object[name] = value;
  }
}

function readValue(schema: Schema, wire: WireField, depth: number): unknown {
  switch (schema.type) {
    case 'string':
      if (schema.format === undefined) return wire.bytes.toString();
      return schema.format === 'byte'
        ? wire.bytes.toString('base64')
        : readTime(wire.bytes, schema.format === 'micro-time');
    case 'boolean':
      return wire.varint !== 0n;
    case 'integer':
      return toInteger(wire.varint);
    case 'number':
      return wire.type === 5 ? wire.bytes.readFloatLE() : wire.bytes.readDoubleLE();
    case 'quantity':
      return firstString(wire.bytes);
    case 'int-or-string':
      return readIntOrString(wire.bytes);
    case 'any':
      return readRaw(wire.bytes);
    case 'object': {
      const object: JsonMap = {};
      readInto(object, schema, schema.id, wire.bytes, depth + 1);
      return object;
    }
    default:
      throw new Error('proto: lists of lists do not exist');
  }
}

function emptyValue(schema: Schema): unknown {
  return schema.type === 'string' || schema.type === 'quantity' ? '' : undefined;
}

function readTime(message: Buffer, micro: boolean): string | undefined {
  let seconds = 0;
  let nanos = 0;
  for (const field of readFields(message)) {
    if (field.number === 1) seconds = toInteger(field.varint);
    if (field.number === 2) nanos = toInteger(field.varint);
  }
  // The zero time is how an absent one is sent.
  if ((seconds === 0 && nanos === 0) || seconds < -62_135_596_800) return undefined;
  const text = new Date(seconds * 1_000).toISOString().slice(0, 19);
  return micro ? `${text}.${String(Math.trunc(nanos / 1_000)).padStart(6, '0')}Z` : `${text}Z`;
}

function readIntOrString(message: Buffer): number | string {
  let isString = false;
  let integer = 0;
  let text = '';
  for (const field of readFields(message)) {
    if (field.number === 1) isString = field.varint === 1n;
    if (field.number === 2) integer = toInteger(field.varint);
    if (field.number === 3) text = field.bytes.toString();
  }
  return isString ? text : integer;
}

function firstString(message: Buffer): string {
  for (const field of readFields(message)) if (field.number === 1) return field.bytes.toString();
  return '0';
}

/** RawExtension and FieldsV1 carry JSON. */
function readRaw(message: Buffer): unknown {
  for (const field of readFields(message)) {
    if (field.number === 1 && field.bytes.length > 0) return JSON.parse(field.bytes.toString()) as unknown;
  }
  return undefined;
}

/**
 * Protobuf sends what Go holds: where Go has no pointer, the zero value stands for absence, as JSON's omitempty has it.
 * Numbers and booleans that do have a pointer keep their zero: it means something there.
 */
function isAbsent(name: string, value: unknown): boolean {
  if (value === '') return true;
  if (value === 0) return !pointers.has(name);
  return value === false && plainBooleans.has(name);
}

const pointers = new Set([
  'activeDeadlineSeconds',
  'defaultMode',
  'deletionGracePeriodSeconds',
  'expirationSeconds',
  'fsGroup',
  'gracePeriodSeconds',
  'leaseDurationSeconds',
  'leaseTransitions',
  'maxSurge',
  'maxUnavailable',
  'mode',
  'priority',
  'progressDeadlineSeconds',
  'replicas',
  'revisionHistoryLimit',
  'runAsGroup',
  'runAsUser',
  'terminationGracePeriodSeconds',
  'tolerationSeconds',
]);
const plainBooleans = new Set([
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'paused',
  'publishNotReadyAddresses',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
  'unschedulable',
]);

interface FieldName {
  name: string;
  inline: boolean;
}
const tables = new Map<string, ReadonlyMap<number, FieldName>>();

function fieldsOf(id: string): ReadonlyMap<number, FieldName> {
  let table = tables.get(id);
  if (table === undefined) {
    table = new Map(
      (fieldNumbers[id] ?? '').split(' ').map((part) => {
        const [name = '', number] = part.split('=');
        return [Number(number), name.startsWith('*') ? { name: name.slice(1), inline: true } : { name, inline: false }];
      }),
    );
    tables.set(id, table);
  }
  return table;
}
