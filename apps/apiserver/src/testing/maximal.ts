import type { ObjectSchema, Schema } from '@wherry/apimachinery';
import { discriminators, unions } from './maximal-unions.ts';
import { fieldValues, schemaValues } from './maximal-values.ts';

export type Json = Record<string, unknown>;

/**
 * An object in which every field of the schema is set, with plain values, or those of the tables. Of a union one field
 * is set: in a list there is one item for each of them, elsewhere `variant` chooses.
 */
export function maximal(schema: ObjectSchema, variant = 0): Json {
  return objectOf(schema, variant, []) as Json;
}

/** Schemas that hold themselves, such as those of custom resources, are followed once. */
function objectOf(schema: ObjectSchema, variant: number, above: readonly string[], chosen?: string): unknown {
  const table = schemaValues[schema.id];
  if (above.includes(schema.id) && schema.id !== '') return undefined;
  const inside = [...above, schema.id];
  const union = unions[schema.id] ?? [];
  const one = chosen ?? union[variant % union.length];
  const result: Json = {};
  for (const [name, field] of Object.entries(schema.fields)) {
    if (union.includes(name) && name !== one) continue;
    const given = table !== undefined && Object.hasOwn(table, name) ? table[name] : fieldValues[name];
    const value = given === undefined ? valueOf(field.schema, name, variant, inside) : structuredClone(given);
    // null in a table: left out.
    if (value !== undefined && value !== null) result[name] = value;
  }
  const discriminator = discriminators[schema.id];
  if (discriminator !== undefined && one !== undefined) result[discriminator] = kindOf(one);
  // No two containers of a pod have one name.
  const [init] = (result['initContainers'] ?? []) as Json[];
  if (init !== undefined) init['name'] = 'init';
  return result;
}

/** As a discriminator names a field of its union. */
function kindOf(field: string): string {
  return field === 'jsonPatch' ? 'JSONPatch' : field.charAt(0).toUpperCase() + field.slice(1);
}

function valueOf(schema: Schema, name: string, variant: number, above: readonly string[]): unknown {
  switch (schema.type) {
    case 'object':
      return objectOf(schema, variant, above);
    case 'list':
      return listOf(schema.items, name, variant, above);
    case 'map': {
      const value = valueOf(schema.values, name, variant, above);
      return value === undefined ? undefined : { key: value };
    }
    case 'string':
      if (schema.format === 'byte') return 'YQ==';
      if (schema.format === 'date-time') return '2024-01-01T00:00:00Z';
      if (schema.format === 'micro-time') return '2024-01-01T00:00:00.000000Z';
      return name.toLowerCase();
    case 'integer':
      return 1;
    case 'number':
      return 1.5;
    case 'boolean':
      return true;
    case 'quantity':
      return '1';
    case 'int-or-string':
      return 1;
    case 'any':
      return { any: 'value' };
  }
}

function listOf(items: Schema, name: string, variant: number, above: readonly string[]): unknown[] | undefined {
  const union = items.type === 'object' ? (unions[items.id] ?? []) : [];
  const list =
    items.type === 'object' && union.length > 0
      ? union.map((chosen) => named(objectOf(items, variant, above, chosen), chosen))
      : [valueOf(items, name, variant, above)];
  return list.some((item) => item === undefined) ? undefined : list;
}

/** The items of a list are told apart by their names. */
function named(item: unknown, chosen: string): unknown {
  if (typeof item !== 'object' || item === null || !('name' in item)) return item;
  return { ...item, name: chosen.toLowerCase() };
}

/** Every field that an object of this schema can have, as `definition.field`. */
export function fieldsOf(schema: Schema, found = new Set<string>(), seen = new Set<string>()): Set<string> {
  if (schema.type === 'list') return fieldsOf(schema.items, found, seen);
  if (schema.type === 'map') return fieldsOf(schema.values, found, seen);
  if (schema.type !== 'object' || seen.has(schema.id)) return found;
  seen.add(schema.id);
  for (const [name, field] of Object.entries(schema.fields)) {
    found.add(`${schema.id}.${name}`);
    fieldsOf(field.schema, found, seen);
  }
  return found;
}

/** The fields of the schema that this value has. */
export function fieldsIn(schema: Schema, value: unknown, found: Set<string>): void {
  if (schema.type === 'list') for (const item of value as unknown[]) fieldsIn(schema.items, item, found);
  if (schema.type === 'map') for (const item of Object.values(value as Json)) fieldsIn(schema.values, item, found);
  if (schema.type !== 'object') return;
  for (const [name, inner] of Object.entries(value as Json)) {
    const field = schema.fields[name];
    if (field === undefined || inner === undefined) continue;
    found.add(`${schema.id}.${name}`);
    fieldsIn(field.schema, inner, found);
  }
}

/** To these, finalizers and tolerations of the server's own are added. */
const openLists = ['metadata.finalizers', 'spec.tolerations'];

/** The paths at which `actual` lacks what `expected` has. */
export function missing(expected: unknown, actual: unknown, path = ''): string[] {
  // The server adds items of its own.
  if (Array.isArray(expected) && openLists.includes(path) && Array.isArray(actual)) {
    const lacks = expected.some((item) => !actual.some((other) => missing(item, other).length === 0));
    return lacks ? [path] : [];
  }
  if (Array.isArray(expected)) {
    if (expected.length === 0 && actual === undefined) return [];
    if (!Array.isArray(actual) || actual.length !== expected.length) return [path];
    return expected.flatMap((item, index) => missing(item, actual[index], `${path}[${index}]`));
  }
  if (typeof expected !== 'object' || expected === null) return Object.is(expected, actual) ? [] : [path];
  if (typeof actual !== 'object' || actual === null) return [path];
  return Object.entries(expected).flatMap(([name, value]) =>
    missing(
      value,
      Object.hasOwn(actual, name) ? (actual as Json)[name] : undefined,
      path === '' ? name : `${path}.${name}`,
    ),
  );
}

/** Takes out what a field error points at. @returns false when there is no such field. */
export function removeAt(object: Json, path: string): boolean {
  const [parent, last] = placeOf(object, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (parent !== undefined) delete parent[last];
  return parent !== undefined;
}

/** Puts another value where a field error points. @returns false when there is no such field. */
export function replaceAt(object: Json, path: string, value: unknown): boolean {
  const [parent, last] = placeOf(object, path);
  const before = (parent as Json | undefined)?.[last];
  if (Array.isArray(before)) (parent as Json)[last] = [value];
  else if (typeof before === 'string') (parent as Json)[last] = value;
  else return false;
  return true;
}

function placeOf(object: Json, path: string): [parent: Json | unknown[] | undefined, last: string] {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  let parent: unknown = object;
  for (const step of steps) parent = (parent as Json | undefined)?.[step];
  const found = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, last);
  return [found ? (parent as Json | unknown[]) : undefined, last];
}
