import type { JSONSchemaProps } from '@wherry/api';
import { deepEqual, fieldForbidden, fieldInvalid, fieldRequired, getOwn, type FieldError } from '@wherry/apimachinery';
import { compilePattern } from '../pattern.ts';
import { itemsOf } from '../structural-schema.ts';

type Level = 'root' | 'item' | 'field';

/** The rules of a structural schema: every part has a type, and what is under a junctor only restricts values. */
export function structuralErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  invariants(props, 'root', path, errors);
  complete(props, props, path, errors);
  return errors.sort((a, b) => (a.field + a.detail < b.field + b.detail ? -1 : 1));
}

function invariants(props: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  const items = itemsOf(props);
  const { additionalProperties: additional, properties, type } = props;
  const embedded = props['x-kubernetes-embedded-resource'] === true;
  const preserves = props['x-kubernetes-preserve-unknown-fields'] === true;
  const intOrString = props['x-kubernetes-int-or-string'] === true;
  if (type === 'array' && items === undefined && props.items === undefined)
    errors.push(fieldRequired(`${path}.items`, 'must be specified'));
  if (items) invariants(items, 'item', `${path}.items`, errors);
  for (const [name, inner] of Object.entries(properties ?? {}))
    invariants(inner, 'field', `${path}.properties[${name}]`, errors);
  if (additional !== undefined && level === 'root')
    errors.push(fieldForbidden(`${path}.additionalProperties`, 'must not be used at the root'));
  if (typeof additional === 'object') invariants(additional, 'field', `${path}.additionalProperties`, errors);
  if (intOrString && preserves)
    errors.push(
      fieldInvalid(
        `${path}.x-kubernetes-preserve-unknown-fields`,
        true,
        'must be false if x-kubernetes-int-or-string is true',
      ),
    );
  if (intOrString && embedded)
    errors.push(
      fieldInvalid(
        `${path}.x-kubernetes-embedded-resource`,
        true,
        'must be false if x-kubernetes-int-or-string is true',
      ),
    );
  values(props, path, errors);
  typeErrors(props, level, path, errors);
  metadataErrors(props, level, path, errors);
  if (embedded && additional !== undefined)
    errors.push(
      fieldForbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'),
    );
  if (embedded && !preserves && properties === undefined)
    errors.push(
      fieldRequired(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      ),
    );
}

function typeErrors(props: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  const { type } = props;
  if (props['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    if (type !== undefined)
      errors.push(fieldInvalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true'));
    return;
  }
  const free = props['x-kubernetes-int-or-string'] || props['x-kubernetes-preserve-unknown-fields'];
  if (type === undefined && !free) {
    const what = { root: 'at the root', item: 'for specified array items', field: 'for specified object fields' };
    errors.push(fieldRequired(`${path}.type`, `must not be empty ${what[level]}`));
  }
  if (level === 'root' && type !== undefined && type !== 'object')
    errors.push(fieldInvalid(`${path}.type`, type, 'must be object at the root'));
}

function metadataErrors(props: JSONSchemaProps, level: Level, path: string, errors: FieldError[]): void {
  if (level !== 'root' && props['x-kubernetes-embedded-resource'] !== true) return;
  for (const name of ['kind', 'apiVersion']) {
    const field = getOwn(props.properties, name);
    if (field !== undefined && field.type !== 'string')
      errors.push(fieldInvalid(`${path}.properties[${name}].type`, field.type ?? '', 'must be string'));
  }
  const metadata = getOwn(props.properties, 'metadata');
  if (metadata === undefined) return;
  const at = `${path}.properties[metadata]`;
  if (metadata.type !== 'object') errors.push(fieldInvalid(`${at}.type`, metadata.type ?? '', 'must be object'));
  if (level !== 'root') return;
  const { type: _type, properties, description: _description, ...rest } = metadata;
  const others = Object.keys(properties ?? {}).filter((name) => name !== 'name' && name !== 'generateName');
  if (others.length > 0 || Object.keys(rest).length > 0) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    errors.push(fieldForbidden(at, detail));
  }
}

const intOrStringParts = [{ type: 'integer' }, { type: 'string' }];

function isIntOrString(anyOf: readonly JSONSchemaProps[] | undefined): boolean {
  return deepEqual(anyOf, intOrStringParts);
}

/** The value validations of a part, and those nested in junctors. */
function values(
  props: JSONSchemaProps,
  path: string,
  errors: FieldError[],
  skipAny = isIntOrString(props.anyOf),
): void {
  if (!skipAny) for (const [i, inner] of (props.anyOf ?? []).entries()) nested(inner, `${path}.anyOf[${i}]`, errors);
  for (const [i, inner] of (props.allOf ?? []).entries())
    nested(inner, `${path}.allOf[${i}]`, errors, i === 0 && isIntOrString(inner.anyOf));
  for (const [i, inner] of (props.oneOf ?? []).entries()) nested(inner, `${path}.oneOf[${i}]`, errors);
  if (props.not) nested(props.not, `${path}.not`, errors);
  if (props.pattern) {
    try {
      compilePattern(props.pattern);
    } catch (error) {
      const detail = `must be a valid regular expression, but isn't: ${(error as Error).message}`;
      errors.push(fieldInvalid(`${path}.pattern`, props.pattern, detail));
    }
  }
}

const forbidden: readonly (readonly [keyof JSONSchemaProps, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['externalDocs', 'must be undefined to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

function nested(props: JSONSchemaProps, path: string, errors: FieldError[], skipAny = false): void {
  values(props, path, errors, skipAny);
  const items = itemsOf(props);
  if (items) nested(items, `${path}.items`, errors);
  for (const [name, inner] of Object.entries(props.properties ?? {}))
    nested(inner, `${path}.properties[${name}]`, errors);
  for (const [keyword, detail] of forbidden) {
    if (props[keyword] !== undefined && props[keyword] !== false && props[keyword] !== '')
      errors.push(fieldForbidden(`${path}.${keyword}`, detail));
  }
  if (getOwn(props.properties, 'metadata') !== undefined)
    errors.push(fieldForbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
}

/** What a junctor at the root names must be specified outside of it, too. */
function complete(props: JSONSchemaProps, structure: JSONSchemaProps, path: string, errors: FieldError[]): void {
  junctorsOf(props, path, (inner, at) => specified(inner, structure, path, at, errors));
}

function junctorsOf(props: JSONSchemaProps, path: string, each: (inner: JSONSchemaProps, path: string) => void): void {
  if (props.not) each(props.not, `${path}.not`);
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const)
    for (const [i, inner] of (props[name] ?? []).entries()) each(inner, `${path}.${name}[${i}]`);
}

function specified(
  props: JSONSchemaProps,
  structure: JSONSchemaProps | undefined,
  path: string,
  at: string,
  errors: FieldError[],
): void {
  if (structure === undefined) {
    errors.push(fieldRequired(path, `because it is defined in ${at}`));
    return;
  }
  junctorsOf(props, at, (inner, innerAt) => specified(inner, structure, path, innerAt, errors));
  const items = itemsOf(props);
  if (items) specified(items, itemsOf(structure), `${path}.items`, `${at}.items`, errors);
  for (const [name, inner] of Object.entries(props.properties ?? {})) {
    const step = `properties[${name}]`;
    specified(inner, getOwn(structure.properties, name), `${path}.${step}`, `${at}.${step}`, errors);
  }
}
