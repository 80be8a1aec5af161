import {
  deepEqual,
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  fieldTooMany,
  getOwn,
  isMap,
  type FieldError,
  type JsonMap,
} from '@wherry/apimachinery';
import type { JSONSchemaProps } from '@wherry/api';
import { formats } from './formats.ts';
import { compilePattern } from './pattern.ts';
import { itemsOf } from './structural-schema.ts';

/** The place of `old` where there is nothing to compare with. */
export const absent = Symbol('absent');

/**
 * Reports what is wrong with a value. What has not changed since `old` is not judged: an object that was stored under
 * a laxer schema can still be updated elsewhere.
 */
export type Check = (value: unknown, old: unknown, path: string, errors: FieldError[]) => void;

/** More findings of one object than anybody reads. */
const MAX_ERRORS = 1_000;

/** The keywords of a schema as code, in the words of upstream's errors. Throws an Error for a pattern that is none. */
export function compileValidator(props: JSONSchemaProps | undefined): Check {
  return props === undefined ? () => undefined : compile(props);
}

function compile(props: JSONSchemaProps): Check {
  const checks: Check[] = [];
  const type = typeCheck(props);
  for (const check of [
    junctors(props),
    text(props),
    amount(props),
    listCheck(props),
    enumeration(props),
    objectCheck(props),
  ])
    if (check !== undefined) checks.push(check);
  const nullable = props.nullable === true;
  return (value, old, path, errors) => {
    if (value === null && nullable) return;
    if (old !== absent && deepEqual(value, old)) return;
    if (errors.length >= MAX_ERRORS) return;
    if (!type(value, path, errors)) return;
    for (const check of checks) check(value, old, path, errors);
  };
}

export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeError(path: string, wanted: string, value: unknown): FieldError {
  const detail = `${path} in body must be of type ${wanted}: ${JSON.stringify(value)}`;
  return { type: 'FieldValueTypeInvalid', field: fieldOf(path), badValue: value, detail };
}

/** @returns whether the rest of the keywords have a value to look at */
function typeCheck(props: JSONSchemaProps): (value: unknown, path: string, errors: FieldError[]) => boolean {
  const wanted = props['x-kubernetes-int-or-string'] ? ['integer', 'string'] : props.type ? [props.type] : [];
  if (wanted.length === 0) return () => true;
  return (value, path, errors) => {
    const type = jsonType(value);
    if (wanted.includes(type) || (type === 'integer' && wanted.includes('number'))) return true;
    errors.push(typeError(path, wanted.join(','), type));
    return false;
  };
}

/** Errors of the object as a whole have no path. */
function fieldOf(path: string): string {
  return path === '' ? '<nil>' : path;
}

function junctors(props: JSONSchemaProps): Check | undefined {
  const [all, any, one] = [props.allOf, props.anyOf, props.oneOf].map((list) => (list ?? []).map(compile));
  const not = props.not && compile(props.not);
  if (all!.length + any!.length + one!.length === 0 && not === undefined) return undefined;
  return (value, _old, path, errors) => {
    const say = (what: string) => errors.push(fieldInvalid('<nil>', '', `"${path}" must ${what}`));
    const failures = (checks: Check[]) => checks.map((check) => failuresOf(check, value, path));
    if (any!.length > 0) {
      const found = failures(any!);
      if (found.every((list) => list.length > 0)) {
        say('validate at least one schema (anyOf)');
        errors.push(...fewest(found));
      }
    }
    if (one!.length > 0) {
      const found = failures(one!);
      const valid = found.filter((list) => list.length === 0).length;
      if (valid !== 1)
        say(
          `validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`,
        );
      if (valid === 0) errors.push(...fewest(found));
    }
    const unmet = failures(all!).filter((list) => list.length > 0);
    if (unmet.length > 0) {
      say(`validate all the schemas (allOf)${unmet.length === all!.length ? '. None validated' : ''}`);
      errors.push(...unmet.flat());
    }
    if (not && failuresOf(not, value, path).length === 0) say('not validate the schema (not)');
  };
}

function failuresOf(check: Check, value: unknown, path: string): FieldError[] {
  const errors: FieldError[] = [];
  check(value, absent, path, errors);
  return errors;
}

function fewest(found: FieldError[][]): FieldError[] {
  return found.reduce((best, list) => (list.length < best.length ? list : best));
}

function text(props: JSONSchemaProps): Check | undefined {
  const { minLength, maxLength, pattern, format } = props;
  const matches = pattern === undefined ? undefined : lazyPattern(pattern);
  const fits =
    format === undefined ? undefined : getOwn(formats, format.toLowerCase().replace('datetime', 'date-time'));
  if (minLength === undefined && maxLength === undefined && !matches && !fits) return undefined;
  return (value, _old, path, errors) => {
    if (typeof value !== 'string') return;
    const length = minLength === undefined && maxLength === undefined ? 0 : characters(value);
    if (maxLength !== undefined && length > maxLength) errors.push(fieldTooLong(fieldOf(path), maxLength));
    if (minLength !== undefined && length < minLength)
      errors.push(bodyError(path, value, `should be at least ${minLength} chars long`));
    if (matches && !matches(value)) errors.push(bodyError(path, value, `should match '${pattern}'`));
    if (fits && !fits(value)) errors.push(typeError(path, format!, value));
  };
}

/** Compiled with the first text: a definition may have hundreds of patterns that no object ever meets. */
function lazyPattern(pattern: string): (value: string) => boolean {
  let compiled: ReturnType<typeof compilePattern> | undefined;
  return (value) => (compiled ??= compilePattern(pattern)).matcher(value).find();
}

/** Unicode code points, as Go counts. */
function characters(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

function bodyError(path: string, value: unknown, what: string): FieldError {
  return fieldInvalid(fieldOf(path), value, `${path} in body ${what}`);
}

function amount(props: JSONSchemaProps): Check | undefined {
  const { minimum, maximum, multipleOf, format } = props;
  const above = props.exclusiveMinimum ? 'greater than' : 'greater than or equal to';
  const below = props.exclusiveMaximum ? 'less than' : 'less than or equal to';
  const small = format === 'int32';
  if (minimum === undefined && maximum === undefined && multipleOf === undefined && !small) return undefined;
  return (value, _old, path, errors) => {
    if (typeof value !== 'number') return;
    if (small && !(value >= -(2 ** 31) && value < 2 ** 31)) {
      const detail = `Checked value must be of type integer with format int32 in ${path}`;
      errors.push(fieldInvalid(fieldOf(path), value, detail));
    }
    if (multipleOf !== undefined && !isMultiple(value, multipleOf))
      errors.push(bodyError(path, value, `should be a multiple of ${multipleOf}`));
    if (maximum !== undefined && (props.exclusiveMaximum ? value >= maximum : value > maximum))
      errors.push(bodyError(path, value, `should be ${below} ${maximum}`));
    if (minimum !== undefined && (props.exclusiveMinimum ? value <= minimum : value < minimum))
      errors.push(bodyError(path, value, `should be ${above} ${minimum}`));
  };
}

/** 0.3 is a multiple of 0.1, whatever the division says. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) <= Number.EPSILON * Math.max(1, Math.abs(times));
}

function enumeration(props: JSONSchemaProps): Check | undefined {
  const allowed = props.enum;
  if (allowed === undefined || allowed.length === 0) return undefined;
  const simple = new Set(allowed.filter((value) => typeof value !== 'object'));
  const complex = allowed.filter((value) => typeof value === 'object');
  const supported = allowed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return (value, _old, path, errors) => {
    if (simple.has(value) || complex.some((candidate) => deepEqual(candidate, value))) return;
    errors.push(fieldNotSupported(fieldOf(path), value, supported));
  };
}

function listCheck(props: JSONSchemaProps): Check | undefined {
  const items = itemsOf(props);
  const { minItems, maxItems } = props;
  const type = props['x-kubernetes-list-type'];
  const keys = props['x-kubernetes-list-map-keys'] ?? [];
  if (props.type !== 'array' && items === undefined && minItems === undefined && maxItems === undefined)
    return undefined;
  const item = items && compile(items);
  const identity = type === 'map' ? keyOf(keys) : type === 'set' ? canonical : undefined;
  const defaults = type === 'map' ? keyDefaults(items, keys) : {};
  return (value, old, path, errors) => {
    if (!Array.isArray(value)) return;
    if (maxItems !== undefined && value.length > maxItems)
      errors.push(fieldTooMany(fieldOf(path), value.length, maxItems));
    if (minItems !== undefined && value.length < minItems)
      errors.push(bodyError(path, value, `should have at least ${minItems} items`));
    const before = type === 'map' && Array.isArray(old) ? new Map(old.map((one) => [identity!(one), one])) : undefined;
    if (item) {
      for (const [i, element] of value.entries()) {
        item(element, before?.get(identity!(element)) ?? absent, `${path}[${i}]`, errors);
      }
    }
    if (identity) findDuplicates(value, identity, path, keys, errors);
  };

  function findDuplicates(
    value: unknown[],
    of: (v: unknown) => string,
    path: string,
    by: string[],
    errors: FieldError[],
  ) {
    const seen = new Set<string>();
    for (const [i, element] of value.entries()) {
      const id = of(isMap(element) ? { ...defaults, ...element } : element);
      if (!seen.has(id)) seen.add(id);
      else errors.push(fieldDuplicate(`${path}[${i}]`, by.length === 0 ? element : picked(element, by)));
    }
  }
}

function keyDefaults(items: JSONSchemaProps | undefined, keys: readonly string[]): JsonMap {
  const found: JsonMap = {};
  for (const key of keys) {
    const fallback = getOwn(items?.properties, key)?.default;
    if (fallback !== undefined) found[key] = fallback;
  }
  return found;
}

/** What tells the elements of a list of type map apart. */
export function keyOf(keys: readonly string[]): (element: unknown) => string {
  return (element) => JSON.stringify(keys.map((key) => (isMap(element) ? (getOwn(element, key) ?? null) : element)));
}

function picked(element: unknown, keys: readonly string[]): JsonMap {
  return Object.fromEntries(keys.map((key) => [key, isMap(element) ? getOwn(element, key) : undefined]));
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

function objectCheck(props: JSONSchemaProps): Check | undefined {
  const { minProperties, maxProperties } = props;
  const required = props.required ?? [];
  const fields = Object.entries(props.properties ?? {}).map(([name, inner]) => [name, compile(inner)] as const);
  const known = new Set(fields.map(([name]) => name));
  const additional = typeof props.additionalProperties === 'object' ? compile(props.additionalProperties) : undefined;
  const embedded = props['x-kubernetes-embedded-resource'] === true;
  const counted = minProperties !== undefined || maxProperties !== undefined;
  if (!counted && required.length === 0 && fields.length === 0 && !additional && !embedded) return undefined;
  return (value, old, path, errors) => {
    if (!isMap(value)) return;
    const at = path === '' ? '' : `${path}.`;
    const before = isMap(old) ? old : undefined;
    const oldOf = (name: string): unknown =>
      before !== undefined && Object.hasOwn(before, name) ? before[name] : absent;
    if (counted) countProperties(value, path, errors);
    for (const name of required) if (!Object.hasOwn(value, name)) errors.push(fieldRequired(at + name));
    if (embedded) embeddedErrors(value, at, errors);
    for (const [name, check] of fields) {
      if (Object.hasOwn(value, name)) check(value[name], oldOf(name), at + name, errors);
    }
    if (additional) {
      for (const name of Object.keys(value)) {
        if (!known.has(name)) additional(value[name], oldOf(name), at + name, errors);
      }
    }
  };

  function countProperties(value: JsonMap, path: string, errors: FieldError[]): void {
    const count = Object.keys(value).length;
    if (maxProperties !== undefined && count > maxProperties)
      errors.push(fieldTooMany(fieldOf(path), count, maxProperties));
    if (minProperties !== undefined && count < minProperties)
      errors.push(bodyError(path, value, `should have at least ${minProperties} properties`));
  }
}

function embeddedErrors(value: JsonMap, at: string, errors: FieldError[]): void {
  for (const name of ['apiVersion', 'kind']) {
    if ((getOwn(value, name) ?? '') === '') errors.push(fieldRequired(at + name, 'must not be empty'));
  }
}
