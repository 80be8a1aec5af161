import { any, type Schema } from '../schema.ts';
import { FieldSetBuilder, type FieldSet } from './field-set.ts';
import { childSchema, indexItems, isEmptyMap, isNamedField, listOf, mapOf, shapeOf } from './shape.ts';

/** The fields that a value says something of: its scalars, its atomic parts, its items, its empty maps and its nulls. */
export function fieldSetOf(schema: Schema, value: unknown): FieldSet {
  const builder = new FieldSetBuilder();
  collect(schema, value, [], builder);
  return builder.set;
}

function collect(schema: Schema, value: unknown, path: string[], builder: FieldSetBuilder): void {
  const shape = shapeOf(schema, value);
  if (shape.kind === 'scalar' || shape.atomic) builder.insert(path);
  else if (shape.kind === 'map') collectMap(shape.schema, value, path, builder);
  else if (shape.list !== undefined) {
    for (const [element, items] of indexItems(shape.list, listOf(value) ?? [])) {
      path.push(element);
      // What stands twice has no parts that could be told apart.
      if (items.length === 1) collect(shape.list.items, items[0], path, builder);
      builder.insert(path);
      path.pop();
    }
  }
}

function collectMap(schema: Schema, value: unknown, path: string[], builder: FieldSetBuilder): void {
  const map = mapOf(value);
  for (const name in map) {
    const child = map[name];
    if (child === undefined) continue;
    path.push(`f:${name}`);
    collect(childSchema(schema, name) ?? any, child, path, builder);
    const isEmpty = child === null || (mapOf(child) !== undefined && isEmptyMap(mapOf(child)));
    if (isEmpty || !isNamedField(schema, name)) builder.insert(path);
    path.pop();
  }
}

/** Adds the named fields on the way to each member, which otherwise belong to nobody. Keys of maps do not count. */
export function withNamedFields(set: FieldSet, schema: Schema): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element in set) {
    const child = set[element]!;
    if (element === '.') {
      result[element] = child;
      continue;
    }
    const name = element.startsWith('f:') ? element.slice(2) : undefined;
    const inner = withNamedFields(child, innerSchema(schema, name));
    const leafOrMarked = '.' in inner || Object.keys(inner).length === 0;
    result[element] = !leafOrMarked && name !== undefined && isNamedField(schema, name) ? { '.': {}, ...inner } : inner;
  }
  return result;
}

/** Of a field when it has a name, else of an item. */
export function innerSchema(schema: Schema, name: string | undefined): Schema {
  if (name !== undefined) return childSchema(schema, name) ?? any;
  return schema.type === 'list' ? schema.items : any;
}
