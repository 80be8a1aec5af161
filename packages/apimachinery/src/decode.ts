import { exceedsDepth } from './depth.ts';
import { getOwn, isMap, setOwn, type JsonMap } from './own-key.ts';
import { canonicalQuantity, tryParseQuantity } from './quantity.ts';
import type { Field, ObjectSchema, Schema, Typed } from './schema.ts';

export interface Decoded<T> {
  /** Pruned of unknown fields and nulls; required and stored parts are present, with Go's zero values. */
  object: T;
  /** Wrong types, in the words of Go's decoder: any of them makes the request a 400. */
  errors: string[];
  /** `unknown field "spec.foo"`: an error, a warning or nothing, as fieldValidation says. */
  strict: string[];
}

/** Upstream stops counting here too. */
const maxFindings = 100;

/**
 * One pass over parsed JSON by its schema. The input is not changed, and parts that need no change are shared with it:
 * whoever defaults the object in place must own the input (a parsed body, or the result of a patch).
 * Quantities become canonical (`1000m` -> `1`).
 */
export function decode<T>(schema: ObjectSchema & Typed<T>, json: unknown): Decoded<T>;
export function decode(schema: ObjectSchema, json: unknown): Decoded<unknown> {
  const findings: Findings = { errors: [], strict: [] };
  const object = decodeValue(schema, json ?? {}, undefined, findings);
  return { object, errors: findings.errors, strict: findings.strict };
}

/** The whole message of a 400: `Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal ...` */
export function decodeFailureMessage(kind: string, version: string, errors: readonly string[]): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}: ${errors[0] ?? ''}`;
}
export function strictFailureMessage(kind: string, version: string, strict: readonly string[]): string {
  return `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${strict.join(', ')}`;
}

interface Findings {
  errors: string[];
  strict: string[];
}
/** Where a value is: a step in the object around it. Texts are made of it only when there is something to say. */
interface Place {
  readonly parent: Place | undefined;
  /** A field of this struct, or else a key of a map or an index of a list. */
  readonly struct: string | undefined;
  readonly step: string | number;
}

function decodeValue(schema: Schema, value: unknown, place: Place | undefined, findings: Findings): unknown {
  switch (schema.type) {
    case 'object':
      if (schema.unknown !== undefined) return pruneValue(schema, value, place, findings);
      return isMap(value) ? decodeObject(schema, value, place, findings) : mismatch(schema, value, place, findings);
    case 'list':
      return Array.isArray(value)
        ? decodeList(schema.items, value as unknown[], place, findings)
        : mismatch(schema, value, place, findings);
    case 'map':
      return isMap(value) ? decodeMap(schema.values, value, place, findings) : mismatch(schema, value, place, findings);
    default:
      return decodeScalar(schema, value, place, findings);
  }
}

function decodeObject(schema: ObjectSchema, value: JsonMap, place: Place | undefined, findings: Findings): JsonMap {
  const change = new CopyOnWrite(value);
  const struct = structName(schema);
  for (const key in value) {
    const item = value[key];
    const field = getOwn(schema.fields, key);
    if (field === undefined) {
      if (findings.strict.length < maxFindings) findings.strict.push(`unknown field "${pathOf(place, key)}"`);
      change.remove(key);
    } else if (item === null || item === undefined) {
      change.remove(key);
    } else {
      const decoded = decodeValue(field.schema, item, { parent: place, struct, step: key }, findings);
      change.set(key, field.presence === 'optional' && isEmptyCollection(field.schema, decoded) ? undefined : decoded);
    }
  }
  fillZero(schema, change);
  return change.result;
}

/** Go does not write an empty list or map of an optional field, so it is not kept. */
function isEmptyCollection(schema: Schema, value: unknown): boolean {
  if (schema.type === 'list') return Array.isArray(value) && value.length === 0;
  if (schema.type !== 'map' || !isMap(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** A struct that Go would always write is present here too, so that the static types tell the truth. */
function fillZero(schema: ObjectSchema, change: CopyOnWrite): void {
  for (const [name, zero] of zerosOf(schema)) {
    if (change.result[name] === undefined) change.set(name, zero());
  }
}

type Zero = readonly [name: string, zero: () => unknown];
const zeros = new WeakMap<ObjectSchema, Zero[]>();
function zerosOf(schema: ObjectSchema): Zero[] {
  let known = zeros.get(schema);
  if (known === undefined) {
    known = [];
    for (const [name, field] of Object.entries(schema.fields)) {
      const zero = zeroOf(field);
      if (zero !== undefined) known.push([name, zero]);
    }
    zeros.set(schema, known);
  }
  return known;
}

function zeroOf({ presence, schema }: Field): (() => unknown) | undefined {
  if (presence === 'optional') return undefined;
  switch (schema.type) {
    case 'object':
      // A workload's selector is a pointer upstream: its absence is an error of its own.
      if (schema.id.endsWith('.LabelSelector')) return undefined;
      return () => decode(schema as ObjectSchema & Typed<unknown>, {}).object;
    case 'list':
      return presence === 'required' ? () => [] : undefined;
    case 'map':
      return presence === 'required' ? () => ({}) : undefined;
    case 'string':
      return presence === 'required' && (schema.format === undefined || schema.format === 'byte')
        ? () => ''
        : undefined;
    case 'integer':
    case 'number':
    case 'int-or-string':
      return () => 0;
    case 'boolean':
      return () => false;
    default:
      return undefined;
  }
}

function decodeList(items: Schema, value: unknown[], place: Place | undefined, findings: Findings): unknown[] {
  let result = value;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    const inner = { parent: place, struct: undefined, step: i };
    const decoded = item === null && items.type !== 'any' ? zeroItem(items) : decodeValue(items, item, inner, findings);
    if (decoded === item) continue;
    if (result === value) result = [...value];
    result[i] = decoded;
  }
  return result;
}

function decodeMap(values: Schema, value: JsonMap, place: Place | undefined, findings: Findings): JsonMap {
  const change = new CopyOnWrite(value);
  for (const key in value) {
    const item = value[key];
    const inner = { parent: place, struct: undefined, step: key };
    change.set(key, item === null ? zeroItem(values) : decodeValue(values, item, inner, findings));
  }
  return change.result;
}

function zeroItem(schema: Schema): unknown {
  return zeroOf({ presence: 'required', schema })?.() ?? (schema.type === 'quantity' ? '0' : undefined);
}

function decodeScalar(schema: Schema, value: unknown, place: Place | undefined, findings: Findings): unknown {
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string') break;
      return schema.format === undefined ? value : decodeFormat(schema.format, value, findings);
    case 'integer':
      if (typeof value === 'number' && isInteger(value, schema.format)) return value;
      break;
    case 'number':
      if (typeof value === 'number') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'quantity':
      return decodeQuantity(value, findings);
    case 'int-or-string':
      if (typeof value === 'string' || (typeof value === 'number' && isInteger(value, 'int32'))) return value;
      break;
    case 'any':
      if (exceedsDepth(value)) report(findings, 'exceeded max depth');
      return schema.oneOf === undefined ? value : decodeOneOf(schema.oneOf(), value, place, findings);
  }
  return mismatch(schema, value, place, findings);
}

function decodeOneOf(
  schemas: readonly Schema[],
  value: unknown,
  place: Place | undefined,
  findings: Findings,
): unknown {
  const type = Array.isArray(value) ? 'list' : isMap(value) ? 'object' : typeof value;
  const fitting = schemas.find((schema) => schema.type === type);
  return decodeValue(fitting ?? schemas[0]!, value, place, findings);
}

/**
 * A custom resource: unknown fields go, everything else stays as it is, of whatever type. Its metadata is the one of
 * every object, and decoded as such.
 */
function pruneValue(schema: Schema, value: unknown, place: Place | undefined, findings: Findings): unknown {
  switch (schema.type) {
    case 'object':
      if (schema.unknown === undefined) return value === null ? value : decodeValue(schema, value, place, findings);
      return isMap(value) ? pruneObject(schema, value, place, findings) : value;
    case 'list':
      return Array.isArray(value) ? pruneList(schema.items, value as unknown[], place, findings) : value;
    case 'map':
      return isMap(value) ? pruneMap(schema.values, value, place, findings) : value;
    case 'any':
      if (exceedsDepth(value)) report(findings, 'exceeded max depth');
      return value;
    default:
      return value;
  }
}

function pruneObject(schema: ObjectSchema, value: JsonMap, place: Place | undefined, findings: Findings): JsonMap {
  const change = new CopyOnWrite(value);
  for (const key in value) {
    const field = getOwn(schema.fields, key);
    if (field !== undefined) {
      change.set(key, pruneValue(field.schema, value[key], { parent: place, struct: undefined, step: key }, findings));
    } else if (schema.unknown === 'prune') {
      if (findings.strict.length < maxFindings) findings.strict.push(`unknown field "${pathOf(place, key)}"`);
      change.remove(key);
    }
  }
  if (change.result['metadata'] === null) change.remove('metadata');
  fillZero(schema, change);
  return change.result;
}

function pruneList(items: Schema, value: unknown[], place: Place | undefined, findings: Findings): unknown[] {
  let result = value;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    const pruned = pruneValue(items, item, { parent: place, struct: undefined, step: i }, findings);
    if (pruned === item) continue;
    if (result === value) result = [...value];
    result[i] = pruned;
  }
  return result;
}

function pruneMap(values: Schema, value: JsonMap, place: Place | undefined, findings: Findings): JsonMap {
  const change = new CopyOnWrite(value);
  for (const key in value)
    change.set(key, pruneValue(values, value[key], { parent: place, struct: undefined, step: key }, findings));
  return change.result;
}

function isInteger(value: number, format: 'int32' | 'int64'): boolean {
  if (!Number.isInteger(value)) return false;
  return format === 'int64' ? Math.abs(value) < 2 ** 63 : value >= -(2 ** 31) && value < 2 ** 31;
}

function decodeQuantity(value: unknown, findings: Findings): unknown {
  const text = typeof value === 'number' ? String(value).replace('e+', 'e') : value;
  const parsed = typeof text === 'string' ? tryParseQuantity(text.trim()) : tryParseQuantity('!');
  if (typeof parsed !== 'string') return canonicalQuantity((text as string).trim());
  report(findings, parsed);
  return undefined;
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function decodeFormat(format: 'byte' | 'date-time' | 'micro-time', value: string, findings: Findings): unknown {
  if (format === 'byte') {
    const text = value.replaceAll(/[\r\n]/g, '');
    if (base64.test(text)) return text;
    report(findings, `illegal base64 data at input byte ${firstIllegalByte(text)}`);
    return undefined;
  }
  if (timestamp.test(value) && !Number.isNaN(Date.parse(value))) return formatTime(value, format);
  const layout = format === 'date-time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00';
  report(
    findings,
    `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(value)} as "2006"`,
  );
  return undefined;
}

function firstIllegalByte(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/);
  return at < 0 ? text.length - (text.length % 4) : at;
}

/** In UTC: metav1.Time in whole seconds, MicroTime in microseconds. */
function formatTime(value: string, format: 'date-time' | 'micro-time'): string {
  const iso = new Date(value).toISOString();
  const seconds = iso.slice(0, 19);
  if (format === 'date-time') return `${seconds}Z`;
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

function mismatch(schema: Schema, value: unknown, place: Place | undefined, findings: Findings): undefined {
  const where = goPlace(place);
  report(findings, `json: cannot unmarshal ${describe(schema, value)} into ${where} of type ${goType(schema)}`);
  return undefined;
}

function report(findings: Findings, message: string): void {
  if (findings.errors.length < maxFindings) findings.errors.push(message);
}

function describe(schema: Schema, value: unknown): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'object':
      return 'object';
    case 'boolean':
      return 'bool';
    case 'number':
      return schema.type === 'integer' || schema.type === 'int-or-string' ? `number ${value}` : 'number';
    default:
      return typeof value;
  }
}

function goType(schema: Schema): string {
  switch (schema.type) {
    case 'object':
      return `v1.${structName(schema)}`;
    case 'list':
      return `[]${goType(schema.items)}`;
    case 'map':
      return `map[string]${goType(schema.values)}`;
    case 'integer':
      return schema.format;
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'int-or-string':
      return 'intstr.IntOrString';
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    default:
      return schema.type;
  }
}

function structName(schema: ObjectSchema): string {
  return schema.id.slice(schema.id.lastIndexOf('.') + 1);
}

/** Go names the innermost struct and all field names, without indexes and keys of maps. */
function goPlace(place: Place | undefined): string {
  const names: (string | number)[] = [];
  let struct: string | undefined;
  for (let at = place; at !== undefined; at = at.parent) {
    if (at.struct === undefined) continue;
    struct ??= at.struct;
    names.unshift(at.step);
  }
  return struct === undefined ? 'Go value' : `Go struct field ${struct}.${names.join('.')}`;
}

/** The whole path of a key: `spec.containers[0].image`. */
function pathOf(place: Place | undefined, key: string): string {
  let path = key;
  for (let at = place; at !== undefined; at = at.parent) {
    const dot = path.startsWith('[') ? '' : '.';
    path = typeof at.step === 'number' ? `[${at.step}]${dot}${path}` : `${at.step}${dot}${path}`;
  }
  return path;
}

/** The object as it is until the first change, then a copy of it. */
class CopyOnWrite {
  result: JsonMap;
  readonly #original: JsonMap;
  constructor(original: JsonMap) {
    this.#original = original;
    this.result = original;
  }
  set(key: string, value: unknown): void {
    if (value === undefined) return this.remove(key);
    if (this.result === this.#original) {
      if (Object.hasOwn(this.#original, key) && this.#original[key] === value) return;
      this.result = { ...this.#original };
    }
    setOwn(this.result, key, value);
  }
  remove(key: string): void {
    if (!Object.hasOwn(this.result, key)) return;
    if (this.result === this.#original) this.result = { ...this.#original };
    delete this.result[key];
  }
}
