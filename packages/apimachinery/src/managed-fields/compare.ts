import { deepEqual } from '../copy.ts';
import { getOwn } from '../own-key.ts';
import { any, type ListSchema, type Schema } from '../schema.ts';
import {
  compareElements,
  FieldSetBuilder,
  isEmptySet,
  leaf,
  recursiveDifference,
  union,
  type FieldSet,
} from './field-set.ts';
import { childSchema, indexItems, isEmptyMap, listOf, mapOf, shapeOf, type Shape } from './shape.ts';

/** What is different in `after`. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** @throws ItemError for an associative list with an item that has no key */
export function compareTyped(schema: Schema, before: unknown, after: unknown): Comparison {
  const comparer = new Comparer();
  comparer.compare(schema, before, after);
  return { added: comparer.added.set, modified: comparer.modified.set, removed: comparer.removed.set };
}

/** Fields that are taken over by whoever wrote `after`. */
export function changedFields(comparison: Comparison): FieldSet {
  return union(comparison.added, comparison.modified);
}

export function withoutFields(comparison: Comparison, ignored: FieldSet): Comparison {
  if (isEmptySet(ignored)) return comparison;
  return {
    added: recursiveDifference(comparison.added, ignored),
    modified: recursiveDifference(comparison.modified, ignored),
    removed: recursiveDifference(comparison.removed, ignored),
  };
}

class Comparer {
  readonly added = new FieldSetBuilder();
  readonly modified = new FieldSetBuilder();
  readonly removed = new FieldSetBuilder();
  readonly #path: string[] = [];

  /** Undefined is absent, which is not null. */
  compare(schema: Schema, before: unknown, after: unknown): void {
    if (before === undefined && this.#path.length > 0) return this.added.insert(this.#path, wholeOf(schema, after));
    if (deepEqual(before, after)) return;
    const shape = shapeOf(schema, after ?? before);
    const other = shapeOf(schema, before ?? after);
    // Without a schema a value may have become another kind of thing: what it was goes, what it is comes.
    const isLeaf =
      shape.kind === other.kind ? this.#compareAs(shape, before, after) : this.#replace(other, shape, before, after);
    if (isLeaf) return;
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
  }

  /** @returns true when the value counts as a whole */
  #compareAs(shape: Shape, before: unknown, after: unknown): boolean {
    if (shape.kind === 'scalar' || shape.atomic) return this.#leaf(before, after);
    if (shape.kind === 'map') {
      const [from, to] = [mapOf(before), mapOf(after)];
      // Keeps the difference between empty and absent.
      if (isEmptyMap(from) && isEmptyMap(to)) return this.#leaf(before, after);
      this.#compareMaps(shape.schema, from ?? {}, to ?? {});
      return false;
    }
    const [from, to] = [listOf(before) ?? [], listOf(after) ?? []];
    if (from.length === 0 && to.length === 0) return this.#leaf(before, after);
    this.#compareLists(shape.list!, from, to);
    return false;
  }

  #replace(was: Shape, is: Shape, before: unknown, after: unknown): boolean {
    if (was.kind === 'map' && !was.atomic) this.#compareAs(was, before, undefined);
    if (is.kind === 'map' && !is.atomic) this.#compareAs(is, undefined, after);
    return this.#leaf(before, after);
  }

  #leaf(before: unknown, after: unknown): true {
    if (before === undefined) this.added.insert(this.#path);
    else if (after === undefined) this.removed.insert(this.#path);
    else this.modified.insert(this.#path);
    return true;
  }

  /** In the order in which sets are written. */
  #compareMaps(schema: Schema, before: Record<string, unknown>, after: Record<string, unknown>): void {
    const names = Object.keys(after);
    for (const name in before) if (!Object.hasOwn(after, name)) names.push(name);
    if (names.length > 1) names.sort();
    for (const name of names) this.#field(schema, name, getOwn(before, name), getOwn(after, name));
  }

  #field(schema: Schema, name: string, before: unknown, after: unknown): void {
    if (before === after) return;
    this.#path.push(`f:${name}`);
    this.compare(childSchema(schema, name) ?? any, before, after);
    this.#path.pop();
  }

  #compareLists(list: ListSchema, before: unknown[], after: unknown[]): void {
    const from = indexItems(list, before);
    const to = indexItems(list, after);
    for (const element of [...new Set([...from.keys(), ...to.keys()])].sort(compareElements)) {
      this.#path.push(element);
      this.#items(list, from.get(element) ?? [], to.get(element) ?? []);
      this.#path.pop();
    }
  }

  /** Items that stand twice are compared whole. */
  #items(list: ListSchema, before: unknown[], after: unknown[]): void {
    if (before.length <= 1 && after.length <= 1) this.compare(list.items, before[0], after[0]);
    else if (before.length > 1 && after.length > 1) {
      if (!deepEqual(before, after)) this.modified.insert(this.#path);
    } else if (before.length > 1) {
      if (after.length === 1) this.compare(list.items, undefined, after[0]);
      this.removed.insert(this.#path);
    } else {
      if (before.length === 1) this.compare(list.items, before[0], undefined);
      this.added.insert(this.#path);
    }
  }
}

/** All of a value that was not there before: every container, every field and item. In canonical order. */
function wholeOf(schema: Schema, value: unknown): FieldSet {
  const shape = shapeOf(schema, value);
  if (shape.kind === 'scalar' || shape.atomic) return leaf;
  const node: Record<string, FieldSet> = { '.': leaf };
  if (shape.kind === 'map') {
    const map = mapOf(value) ?? {};
    const names = Object.keys(map);
    if (names.length > 1) names.sort();
    for (const name of names) {
      if (map[name] === undefined) continue;
      node[`f:${name}`] = wholeOf(childSchema(shape.schema, name) ?? any, map[name]);
    }
  } else {
    const items = indexItems(shape.list!, listOf(value) ?? []);
    const elements = items.size > 1 ? [...items.keys()].sort(compareElements) : items.keys();
    for (const element of elements) {
      const same = items.get(element)!;
      node[element] = same.length > 1 ? leaf : wholeOf(shape.list!.items, same[0]);
    }
  }
  for (const element in node) if (element !== '.') return node;
  return leaf;
}
