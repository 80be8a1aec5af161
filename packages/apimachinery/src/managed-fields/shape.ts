import { getOwn, isMap, type JsonMap } from '../own-key.ts';
import { any, type ListSchema, type Schema } from '../schema.ts';
import { keyElement } from './parse.ts';

/** How the parts of a value are owned and merged: structured-merge-diff's scalar, list and map, atomic or not. */
export type Shape =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'list'; readonly list: ListSchema | undefined; readonly atomic: boolean }
  | { readonly kind: 'map'; readonly schema: Schema; readonly atomic: boolean };

const scalar: Shape = { kind: 'scalar' };
/** What has no schema: maps are merged field by field, lists are replaced whole. */
const deducedList: Shape = { kind: 'list', list: undefined, atomic: true };
const deducedMap: Shape = { kind: 'map', schema: any, atomic: false };

const shapes = new WeakMap<Schema, Shape>();

/** The value decides where the schema leaves it open; what is absent or null takes any shape. */
export function shapeOf(schema: Schema, value: unknown): Shape {
  if (schema.type === 'any') return Array.isArray(value) ? deducedList : isMap(value) ? deducedMap : scalar;
  if (schema.type !== 'list' && schema.type !== 'object' && schema.type !== 'map') return scalar;
  let shape = shapes.get(schema);
  if (shape === undefined) {
    shape =
      schema.type === 'list'
        ? { kind: 'list', list: schema, atomic: !isAssociative(schema) }
        : { kind: 'map', schema, atomic: schema.mapType === 'atomic' };
    shapes.set(schema, shape);
  }
  return shape;
}

/** Without a list type the patch strategy says it, as upstream reads its own schemas. */
function isAssociative(list: ListSchema): boolean {
  if (list.listType !== undefined) return list.listType !== 'atomic';
  return list.patchStrategy?.split(',').includes('merge') ?? false;
}

/** The schema of one field; undefined for a field that a struct does not have and would not keep. */
export function childSchema(schema: Schema, name: string): Schema | undefined {
  if (schema.type === 'object')
    return getOwn(schema.fields, name)?.schema ?? (schema.unknown === 'keep' ? any : undefined);
  return schema.type === 'map' ? schema.values : any;
}

/** Whether the field is one that a struct declares, rather than the key of a map. */
export function isNamedField(schema: Schema, name: string): boolean {
  return schema.type === 'object' && Object.hasOwn(schema.fields, name);
}

/** What keys the items of an associative list; none for a set of scalars. */
function keysOf(list: ListSchema): readonly string[] | undefined {
  if (list.listType === undefined) return list.patchMergeKey === undefined ? undefined : [list.patchMergeKey];
  return list.listType === 'map' ? (list.mapKeys ?? []) : undefined;
}

export class ItemError extends Error {}

/** The path element of one item of an associative list. Throws ItemError, in upstream's words, for what has none. */
export function itemElement(list: ListSchema, item: unknown): string {
  const keys = keysOf(list);
  if (keys === undefined) return setElement(item);
  if (item === null || item === undefined)
    throw new ItemError('associative list with keys may not have a null element');
  if (!isMap(item)) throw new ItemError('associative list with keys may not have non-map elements');
  return keyElement(keys.map((key) => [key, keyValue(list, item, key)]));
}

function keyValue(list: ListSchema, item: JsonMap, key: string): unknown {
  const value = getOwn(item, key) ?? getOwn(list.mapKeyDefaults, key);
  if (value !== undefined) return value;
  const missing = `associative list with keys has an element that omits key field ${JSON.stringify(key)}`;
  throw new ItemError(`${missing} (and doesn't have default value)`);
}

function setElement(item: unknown): string {
  if (item === null || item === undefined)
    throw new ItemError("associative list without keys has an element that's an explicit null");
  if (Array.isArray(item)) throw new ItemError('not supported: associative list with lists as elements');
  if (typeof item === 'object') throw new ItemError("associative list without keys has an element that's a map type");
  return `v:${JSON.stringify(item)}`;
}

/** The items of a list by their elements, in order; more than one only where the list repeats itself. */
export function indexItems(list: ListSchema, items: readonly unknown[]): Map<string, unknown[]> {
  const index = new Map<string, unknown[]>();
  for (const item of items) {
    const element = itemElement(list, item);
    const same = index.get(element);
    if (same === undefined) index.set(element, [item]);
    else same.push(item);
  }
  return index;
}

export function mapOf(value: unknown): JsonMap | undefined {
  return isMap(value) ? value : undefined;
}

export function listOf(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? (value as unknown[]) : undefined;
}

export function isEmptyMap(map: JsonMap | undefined): boolean {
  for (const key in map) if (map[key] !== undefined) return false;
  return true;
}
