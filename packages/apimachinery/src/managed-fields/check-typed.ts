import { isMap } from '../own-key.ts';
import type { ListSchema, Schema } from '../schema.ts';
import { formatElement } from './parse.ts';
import { childSchema, ItemError, itemElement, shapeOf } from './shape.ts';

/** Bound on what one refusal lists. */
const MAX_ERRORS = 100;

/**
 * What is wrong with an applied configuration, in upstream's words: unknown fields, wrong types, items without their
 * keys, items that stand twice. Undefined when nothing is.
 */
export function typedErrors(schema: Schema, value: unknown): string | undefined {
  const errors: string[] = [];
  check(schema, value, '', errors);
  if (errors.length === 0) return undefined;
  return errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
}

function check(schema: Schema, value: unknown, path: string, errors: string[]): void {
  if (value === null || value === undefined || errors.length >= MAX_ERRORS) return;
  const shape = shapeOf(schema, value);
  const fail = (why: string) => errors.push(path === '' ? why : `${path}: ${why}`);
  if (shape.kind === 'scalar') {
    const why = scalarError(schema, value);
    if (why !== undefined) fail(why);
  } else if (shape.kind === 'map') {
    if (!isMap(value)) return void fail(`expected map, got ${shown(value)}`);
    for (const name of Object.keys(value).sort()) {
      const child = childSchema(shape.schema, name);
      // The first unknown field ends the search, as upstream's does.
      if (child === undefined) return void errors.push(`${path}.${name}: field not declared in schema`);
      check(child, value[name], `${path}.${name}`, errors);
    }
  } else {
    if (!Array.isArray(value)) return void fail(`expected list, got ${shown(value)}`);
    if (shape.list !== undefined) checkItems(shape.list, shape.atomic, value as unknown[], path, errors);
  }
}

function checkItems(list: ListSchema, atomic: boolean, items: unknown[], path: string, errors: string[]): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    let element = `i:${index}`;
    if (!atomic) {
      try {
        element = itemElement(list, item);
      } catch (error) {
        if (!(error instanceof ItemError)) throw error;
        errors.push(`${path}: element ${index}: ${error.message}`);
        return;
      }
      if (seen.has(element)) errors.push(`${path}: duplicate entries for key ${formatElement(element)}`);
      seen.add(element);
    }
    check(list.items, item, path + formatElement(element), errors);
  }
}

function scalarError(schema: Schema, value: unknown): string | undefined {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${shown(value)}`;
    case 'string':
      if (schema.format === undefined || schema.format === 'byte')
        return typeof value === 'string'
          ? undefined
          : `expected string, got &value.valueUnstructured{Value:${goValue(value)}}`;
  }
  return typeof value === 'object' ? `expected any scalar, got ${shown(value)}` : undefined;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`;
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${goValue(item)}`);
  return `map[string]interface {}{${entries.join(', ')}}`;
}

/** As Go prints a value without being asked for its syntax. */
function shown(value: unknown): string {
  return `&{${plain(value)}}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(' ')}]`;
  if (!isMap(value)) return String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((key) => `${key}:${plain(value[key])}`)
    .join(' ')}]`;
}
