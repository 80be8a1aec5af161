import { clone, deepEqual } from './copy.ts';
import { checkDepth } from './depth.ts';
import { getOwn, isMap, setOwn, type JsonMap } from './own-key.ts';
import type { ListSchema, Schema } from './schema.ts';
import { badRequest } from './status.ts';
import { orderElements, type KeyOf } from './strategic-order.ts';

/**
 * Strategic merge patch: a merge patch whose lists merge by the schema's keys, and whose directives ($patch,
 * $retainKeys, $deleteFromPrimitiveList/x, $setElementOrder/x) say what a plain merge cannot.
 * Neither argument is changed, and the result shares nothing with the document.
 * @throws StatusError 400 for a directive that makes no sense
 */
export function strategicMergePatch(schema: Schema, document: unknown, patch: unknown): unknown {
  if (!isMap(patch)) throw badRequest('invalid strategic merge patch: the patch must be an object');
  checkDepth(patch);
  return mergeMaps(isMap(document) ? clone(document) : {}, patch, schema);
}

const deletePrefix = '$deleteFromPrimitiveList/';
const orderPrefix = '$setElementOrder/';

/** What the schema says of one key; nothing for a key or a schema that is not known. */
export function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema?.type === 'object') return getOwn(schema.fields, key)?.schema;
  return schema?.type === 'map' ? schema.values : undefined;
}

export function patchStrategies(schema: Schema | undefined): readonly string[] {
  const strategy = schema?.type === 'list' || schema?.type === 'object' ? schema.patchStrategy : undefined;
  return strategy?.split(',') ?? [];
}

function mergeMaps(original: JsonMap, patch: JsonMap, schema: Schema | undefined): JsonMap {
  const directive = getOwn(patch, '$patch');
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`unknown patch type ${JSON.stringify(directive)} in map`);
  }
  const result = retainKeys(original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch' || key === '$retainKeys') continue;
    if (key.startsWith(orderPrefix) || key.startsWith(deletePrefix)) {
      const field = key.slice(key.indexOf('/') + 1);
      if (!Object.hasOwn(patch, field)) applyList(result, field, undefined, patch, fieldSchema(schema, field));
    } else if (value === null) {
      delete result[key];
    } else {
      mergeKey(result, key, value, patch, fieldSchema(schema, key));
    }
  }
  return result;
}

function retainKeys(original: JsonMap, patch: JsonMap): JsonMap {
  const retained = getOwn(patch, '$retainKeys');
  if (retained === undefined) return { ...original };
  if (!Array.isArray(retained)) throw badRequest('invalid patch format of $retainKeys: it must be a list of keys');
  const keys = new Set<unknown>(retained);
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith('$') && value !== null && !keys.has(key)) {
      throw badRequest('directives $retainKeys must be a superset of all the fields present in the patch');
    }
  }
  const result = { ...original };
  for (const key of Object.keys(result)) if (!keys.has(key)) delete result[key];
  return result;
}

function mergeKey(result: JsonMap, key: string, value: unknown, patch: JsonMap, schema: Schema | undefined): void {
  if (isMap(value)) {
    const before = getOwn(result, key);
    const replaced = patchStrategies(schema).includes('replace');
    setOwn(result, key, mergeMaps(isMap(before) && !replaced ? before : {}, value, schema));
  } else if (Array.isArray(value)) {
    applyList(result, key, value, patch, schema);
  } else {
    setOwn(result, key, value);
  }
}

/** One list: the values of the patch, what it deletes, and the order that it asks for. */
function applyList(result: JsonMap, key: string, value: unknown[] | undefined, patch: JsonMap, schema?: Schema): void {
  const before = getOwn(result, key);
  const original: unknown[] = Array.isArray(before) ? (before as unknown[]) : [];
  const deletions = listDirective(patch, `${deletePrefix}${key}`);
  const order = listDirective(patch, `${orderPrefix}${key}`);
  const list = schema?.type === 'list' ? schema : undefined;
  if (!patchStrategies(list).includes('merge')) {
    if (value !== undefined) setOwn(result, key, withoutListDirectives(value, list));
    return;
  }
  const keyOf = elementKey(list?.patchMergeKey);
  let merged = list?.patchMergeKey === undefined ? mergePrimitives(original, value ?? [], deletions) : original;
  if (list?.patchMergeKey !== undefined && value !== undefined) {
    merged = mergeElements(original, value, list, list.patchMergeKey);
  }
  if (order !== undefined) merged = orderElements(merged, order, original, keyOf);
  if (before !== undefined || value !== undefined) setOwn(result, key, merged);
}

function listDirective(patch: JsonMap, key: string): unknown[] | undefined {
  const value = getOwn(patch, key);
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw badRequest(`invalid patch format of ${key.split('/')[0]}: it must be a list`);
  return value as unknown[];
}

export function elementKey(mergeKey: string | undefined): KeyOf {
  return (item) => (mergeKey === undefined ? item : isMap(item) ? getOwn(item, mergeKey) : undefined);
}

function mergePrimitives(original: unknown[], value: unknown[], deletions: unknown[] = []): unknown[] {
  const merged = new Set(original);
  for (const item of deletions) merged.delete(item);
  for (const item of value) merged.add(item);
  return [...merged];
}

function mergeElements(original: unknown[], patch: unknown[], list: ListSchema, mergeKey: string): unknown[] {
  const keyOf = elementKey(mergeKey);
  let merged = original;
  let replaced = false;
  const rest: JsonMap[] = [];
  for (const item of patch) {
    if (!isMap(item)) throw badRequest('unable to merge list of primitives with a list that merges by key');
    const directive = getOwn(item, '$patch');
    if (directive === 'replace') replaced = true;
    else if (directive === 'delete') merged = merged.filter((candidate) => !sameKey(candidate, item));
    else rest.push(item);
  }
  // As it is, then: elements that share their key (ports of one number and two protocols) stay apart.
  if (replaced) return rest.map((item) => mergeMaps({}, item, list.items));
  merged = [...merged];
  const at = new Map(merged.map((item, index) => [keyOf(item), index]));
  for (const item of rest) {
    const key = keyOf(item);
    if (key === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const index = at.get(key);
    const before = index === undefined ? undefined : merged[index];
    const value = mergeMaps(isMap(before) ? before : {}, item, list.items);
    if (index !== undefined) merged[index] = value;
    else {
      at.set(key, merged.length);
      merged.push(value);
    }
  }
  return merged;

  function sameKey(candidate: unknown, item: JsonMap): boolean {
    const key = keyOf(item);
    if (key === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    return deepEqual(keyOf(candidate), key);
  }
}

function withoutListDirectives(value: unknown[], list: ListSchema | undefined): unknown[] {
  return value
    .filter((item) => !(isMap(item) && Object.hasOwn(item, '$patch') && Object.keys(item).length === 1))
    .map((item) => (isMap(item) ? mergeMaps({}, item, list?.items) : item));
}

function withoutDirectives(patch: JsonMap): JsonMap {
  const { $patch: _, ...rest } = patch;
  return mergeMaps({}, rest, undefined);
}
