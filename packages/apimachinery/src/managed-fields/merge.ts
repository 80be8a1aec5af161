import { getOwn, setOwn, type JsonMap } from '../own-key.ts';
import { any, type ListSchema, type Schema } from '../schema.ts';
import { isEmptySet, type FieldSet } from './field-set.ts';
import { childSchema, indexItems, isEmptyMap, itemElement, listOf, mapOf, shapeOf } from './shape.ts';

/**
 * `live` with everything that `applied` says put into it. Undefined is absent. Neither is changed; the result shares
 * parts with both. Items that both have follow the order of `applied`.
 * @throws ItemError for an associative list with an item that has no key
 */
export function mergeTyped(schema: Schema, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  if (live === undefined || live === null) return applied;
  const shape = shapeOf(schema, applied ?? live);
  if (shape.kind !== shapeOf(schema, live).kind || shape.kind === 'scalar' || shape.atomic) return applied;
  // An empty or null collection has nothing to say of what is in the live one.
  if (shape.kind === 'map') {
    const [from, to] = [mapOf(live), mapOf(applied)];
    if (isEmptyMap(to)) return isEmptyMap(from) ? applied : live;
    return mergeMaps(shape.schema, from ?? {}, to ?? {});
  }
  const [from, to] = [listOf(live) ?? [], listOf(applied) ?? []];
  if (to.length === 0) return from.length === 0 ? applied : live;
  return mergeLists(shape.list!, from, to);
}

function mergeMaps(schema: Schema, live: JsonMap, applied: JsonMap): JsonMap {
  const result = { ...live };
  for (const name in applied) {
    const merged = mergeTyped(childSchema(schema, name) ?? any, getOwn(live, name), applied[name]);
    setOwn(result, name, merged);
  }
  return result;
}

/**
 * Live items that are not applied keep their place between the applied ones as far as those allow it; an item that
 * stands twice in the live list becomes the applied one.
 */
function mergeLists(list: ListSchema, live: unknown[], applied: unknown[]): unknown[] {
  const liveItems = live.map((item) => ({ element: itemElement(list, item), item }));
  const liveIndex = indexItems(list, live);
  const appliedElements = applied.map((item) => itemElement(list, item));
  const appliedSet = new Set(appliedElements);
  const shared = appliedElements.filter((element) => liveIndex.has(element));
  let nextShared = 0;
  const merged = new Set<string>();
  const result: unknown[] = [];
  const take = (index: number): void => {
    const element = appliedElements[index]!;
    merged.add(element);
    const same = liveIndex.get(element) ?? [];
    result.push(mergeTyped(list.items, same.length === 1 ? same[0] : undefined, applied[index]));
    if (shared[nextShared] === element) nextShared++;
  };
  let at = 0;
  let next = 0;
  while (at < liveItems.length || next < applied.length) {
    const mine = liveItems[at];
    if (mine !== undefined) {
      if (mine.element === appliedElements[next]) {
        take(next++);
        at++;
        continue;
      }
      if (!appliedSet.has(mine.element)) {
        result.push(mine.item);
        at++;
        continue;
      }
      // Not the one whose turn it is: it comes, or came, with the applied one.
      if (merged.has(mine.element) || (next < applied.length && shared[nextShared] !== mine.element)) {
        at++;
        continue;
      }
    }
    if (next < applied.length) take(next++);
    else at++;
  }
  return result;
}

/** The value without the fields and items of a set; undefined when nothing is left of it. */
export function removeFields(schema: Schema, value: unknown, set: FieldSet): unknown {
  if (isEmptySet(set)) return value;
  const shape = shapeOf(schema, value);
  if (shape.kind === 'scalar') return value;
  if (shape.kind === 'map') {
    const map = mapOf(value);
    if (map === undefined || isEmptyMap(map)) return value;
    return shape.atomic ? undefined : removeFromMap(shape.schema, map, set);
  }
  const items = listOf(value);
  if (items === undefined || items.length === 0) return value;
  return shape.atomic ? undefined : removeFromList(shape.list!, items, set);
}

function removeFromMap(schema: Schema, map: JsonMap, set: FieldSet): JsonMap | undefined {
  const result: JsonMap = {};
  let some = false;
  for (const name in map) {
    const node = set[`f:${name}`];
    if (node !== undefined && isWhole(node)) continue;
    const child = map[name];
    const rest = node === undefined ? child : removeFields(childSchema(schema, name) ?? any, child, node);
    // Emptied is not absent: null says so until dropEmptied().
    setOwn(result, name, rest === undefined && child !== undefined ? null : rest);
    some = true;
  }
  return some ? result : undefined;
}

function removeFromList(list: ListSchema, items: unknown[], set: FieldSet): unknown[] | undefined {
  const result: unknown[] = [];
  for (const item of items) {
    const node = set[itemElement(list, item)];
    if (node === undefined) result.push(item);
    else if (!isWhole(node)) result.push(removeFields(list.items, item, node) ?? {});
  }
  return result.length > 0 ? result : undefined;
}

function isWhole(node: FieldSet): boolean {
  return '.' in node || isEmptySet(node);
}

/** Removes the nulls that removeFields() left in `pruned` in place of something. */
export function dropEmptied(before: unknown, pruned: unknown): unknown {
  const [from, to] = [mapOf(before), mapOf(pruned)];
  if (from === undefined || to === undefined || from === to) return pruned;
  const result = { ...to };
  for (const name of Object.keys(to)) {
    const was = getOwn(from, name) ?? null;
    if (to[name] === null && was !== null) delete result[name];
    else setOwn(result, name, dropEmptied(was, to[name]));
  }
  return result;
}
