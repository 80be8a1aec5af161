import { clone, deepEqual } from './copy.ts';
import { getOwn, isMap, setOwn, type JsonMap } from './own-key.ts';
import type { ListSchema, Schema } from './schema.ts';
import { sameOrder } from './strategic-order.ts';
import { elementKey, fieldSchema, patchStrategies } from './strategic-patch.ts';

/**
 * The patch of `kubectl apply`: adds and changes what `modified` says and `current` lacks, deletes what `original`
 * (the last applied configuration) had and `modified` has no more, and leaves everything else of `current` alone.
 */
export function createThreeWayPatch(schema: Schema, original: unknown, modified: unknown, current: unknown): JsonMap {
  return diffMaps(mapOf(original), mapOf(modified), mapOf(current), schema);
}

/** The strategic merge patch that makes `to` of `from`. */
export function createStrategicPatch(schema: Schema, from: unknown, to: unknown): JsonMap {
  return createThreeWayPatch(schema, from, to, from);
}

function diffMaps(original: JsonMap, modified: JsonMap, current: JsonMap, schema: Schema | undefined): JsonMap {
  const patch: JsonMap = {};
  for (const [key, value] of Object.entries(modified)) {
    if (value === undefined) continue;
    const field = fieldSchema(schema, key);
    const live = getOwn(current, key) ?? undefined;
    if (value === null) {
      if (live !== undefined) setOwn(patch, key, null);
    } else if (isMap(value) && isMap(live)) {
      const inner = diffMap(mapOf(getOwn(original, key)), value, live, field);
      if (inner !== undefined) setOwn(patch, key, inner);
    } else if (Array.isArray(value) && Array.isArray(live)) {
      diffList(patch, key, listOf(getOwn(original, key)), value as unknown[], live as unknown[], field);
    } else if (!deepEqual(value, live)) {
      setOwn(patch, key, clone(value));
    }
  }
  for (const key of Object.keys(original)) {
    if (getOwn(modified, key) === undefined && getOwn(current, key) !== undefined) setOwn(patch, key, null);
  }
  return patch;
}

function diffMap(original: JsonMap, value: JsonMap, live: JsonMap, schema: Schema | undefined): JsonMap | undefined {
  if (patchStrategies(schema).includes('replace')) return deepEqual(value, live) ? undefined : clone(value);
  const inner = diffMaps(original, value, live, schema);
  if (Object.keys(inner).length === 0) return undefined;
  if (patchStrategies(schema).includes('retainKeys')) retain(inner, value);
  return inner;
}

function retain(patch: JsonMap, value: JsonMap): void {
  patch['$retainKeys'] = Object.keys(value)
    .filter((key) => value[key] !== undefined && value[key] !== null)
    .toSorted();
}

function diffList(
  patch: JsonMap,
  key: string,
  original: unknown[],
  modified: unknown[],
  current: unknown[],
  schema: Schema | undefined,
): void {
  const list = schema?.type === 'list' ? schema : undefined;
  if (list === undefined || !patchStrategies(list).includes('merge') || !keysAreUnique(list, modified, current)) {
    const isSame =
      deepEqual(modified, current) || (list !== undefined && saysNothingNew(original, modified, current, list));
    if (!isSame) setOwn(patch, key, replacement(list, modified));
    return;
  }
  if (list.patchMergeKey === undefined) diffPrimitives(patch, key, original, modified, current);
  else diffElements(patch, key, original, modified, current, list, list.patchMergeKey);
}

/** Ports that share a number and differ in protocol, for one: no patch by key can tell them apart. */
function keysAreUnique(list: ListSchema, ...lists: unknown[][]): boolean {
  const keyOf = elementKey(list.patchMergeKey);
  return lists.every((items) => {
    const keys = items.map(keyOf);
    return !keys.includes(undefined) && new Set(keys).size === keys.length;
  });
}

/** One by one they are what is there already, but for what others have added. */
function saysNothingNew(original: unknown[], modified: unknown[], current: unknown[], list: ListSchema): boolean {
  const mergeKey = list.patchMergeKey;
  if (mergeKey === undefined || !patchStrategies(list).includes('merge')) return false;
  const keyOf = elementKey(mergeKey);
  const isAsBefore = (item: unknown, index: number): boolean =>
    keyOf(item) === keyOf(current[index]) &&
    diffElement(original[index], item, current[index], list, mergeKey) === undefined;
  return original.length <= modified.length && modified.length === current.length && modified.every(isAsBefore);
}

function replacement(list: ListSchema | undefined, modified: unknown[]): unknown[] {
  const items = clone(modified);
  return patchStrategies(list).includes('merge') && list?.patchMergeKey !== undefined
    ? [...items, { $patch: 'replace' }]
    : items;
}

function diffPrimitives(
  patch: JsonMap,
  key: string,
  original: unknown[],
  modified: unknown[],
  current: unknown[],
): void {
  const added = modified.filter((item) => !current.includes(item));
  const removed = original.filter((item) => !modified.includes(item) && current.includes(item));
  const kept = current.filter((item) => modified.includes(item));
  const reordered = !deepEqual(
    kept,
    modified.filter((item) => current.includes(item)),
  );
  if (added.length > 0) setOwn(patch, key, added);
  if (removed.length > 0) patch[`$deleteFromPrimitiveList/${key}`] = removed;
  if (added.length > 0 || removed.length > 0 || reordered) patch[`$setElementOrder/${key}`] = [...modified];
}

function diffElements(
  patch: JsonMap,
  key: string,
  original: unknown[],
  modified: unknown[],
  current: unknown[],
  list: ListSchema,
  mergeKey: string,
): void {
  const keyOf = elementKey(mergeKey);
  const before = new Map(original.map((item) => [keyOf(item), item]));
  const live = new Map(current.map((item) => [keyOf(item), item]));
  const wanted = new Map(modified.map((item) => [keyOf(item), item]));
  const changes: unknown[] = [];
  for (const [id, item] of wanted) {
    const change = diffElement(before.get(id), item, live.get(id), list, mergeKey);
    if (change !== undefined) changes.push(change);
  }
  for (const id of before.keys()) {
    if (!wanted.has(id) && live.has(id)) changes.push({ $patch: 'delete', [mergeKey]: id });
  }
  const inBoth = (items: unknown[], other: Map<unknown, unknown>): unknown[] =>
    items.filter((item) => other.has(keyOf(item)));
  const reordered = !sameOrder(inBoth(modified, live), inBoth(current, wanted), keyOf);
  if (changes.length > 0) setOwn(patch, key, changes);
  if (changes.length > 0 || reordered) {
    patch[`$setElementOrder/${key}`] = modified.map((item) => ({ [mergeKey]: keyOf(item) }));
  }
}

function diffElement(before: unknown, item: unknown, live: unknown, list: ListSchema, mergeKey: string): unknown {
  if (!isMap(item) || !isMap(live)) return deepEqual(item, live) ? undefined : clone(item);
  const change = diffMaps(mapOf(before), item, live, list.items);
  if (Object.keys(change).length === 0) return undefined;
  if (patchStrategies(list).includes('retainKeys')) retain(change, item);
  return { ...change, [mergeKey]: item[mergeKey] };
}

function mapOf(value: unknown): JsonMap {
  return isMap(value) ? value : {};
}
function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
