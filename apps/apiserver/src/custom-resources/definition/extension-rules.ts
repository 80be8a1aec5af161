import type { JSONSchemaProps } from '@wherry/api';
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  getOwn,
  type FieldError,
} from '@wherry/apimachinery';
import { itemsOf } from '../structural-schema.ts';

/** The x-kubernetes- extensions of one part of a schema. */
export function extensionErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (props['x-kubernetes-preserve-unknown-fields'] === false)
    errors.push(fieldInvalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
  mapTypeErrors(props, path, errors);
  listTypeErrors(props, path, errors);
  const type = props['x-kubernetes-list-type'];
  const keys = props['x-kubernetes-list-map-keys'] ?? [];
  if (keys.length > 0 && type !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty';
    const field = `${path}.x-kubernetes-list-type`;
    errors.push(type === undefined ? fieldRequired(field, detail) : fieldInvalid(field, type, detail));
  }
  if (type === 'map') listMapErrors(props, keys, path, errors);
  const items = itemsOf(props);
  if (items !== undefined && (type === 'map' || type === 'set')) keyErrors(items, type, keys, path, errors);
  return errors;
}

function wrongType(props: JSONSchemaProps, path: string, detail: string): FieldError {
  const { type } = props;
  return type === undefined ? fieldRequired(`${path}.type`, detail) : fieldInvalid(`${path}.type`, type, detail);
}

function mapTypeErrors(props: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const type = props['x-kubernetes-map-type'];
  if (type === undefined) return;
  if (props.type !== 'object')
    errors.push(wrongType(props, path, 'must be object if x-kubernetes-map-type is specified'));
  if (type !== 'atomic' && type !== 'granular')
    errors.push(fieldNotSupported(`${path}.x-kubernetes-map-type`, type, ['atomic', 'granular']));
}

function listTypeErrors(props: JSONSchemaProps, path: string, errors: FieldError[]): void {
  const type = props['x-kubernetes-list-type'];
  if (type === undefined) return;
  const items = itemsOf(props);
  const atomic = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (props.type !== 'array')
    errors.push(wrongType(props, path, 'must be array if x-kubernetes-list-type is specified'));
  else if (type === 'set' && items?.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic')
    errors.push(fieldInvalid(`${path}.items.x-kubernetes-list-type`, items['x-kubernetes-list-type'], atomic));
  else if (type === 'set' && items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
    errors.push(fieldInvalid(`${path}.items.x-kubernetes-map-type`, items['x-kubernetes-map-type'], atomic));
  if (!['atomic', 'set', 'map'].includes(type))
    errors.push(fieldNotSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'set', 'map']));
}

function listMapErrors(props: JSONSchemaProps, keys: readonly string[], path: string, errors: FieldError[]): void {
  const field = `${path}.x-kubernetes-list-map-keys`;
  const items = itemsOf(props);
  if (keys.length === 0) errors.push(fieldRequired(field, 'must not be empty if x-kubernetes-list-type is map'));
  if (props.items === undefined)
    errors.push(fieldRequired(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
  if (items === undefined) return;
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    errors.push(fieldInvalid(`${path}.items.type`, items.type ?? '', detail));
    return;
  }
  for (const key of keys) {
    const type = getOwn(items.properties, key)?.type;
    if (getOwn(items.properties, key) === undefined)
      errors.push(fieldInvalid(field, keys, 'entries must all be names of item properties'));
    else if (type === 'array' || type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      errors.push(fieldInvalid(`${path}.items.properties[${key}].type`, items.type, detail));
    }
  }
  if (new Set(keys).size !== keys.length) errors.push(fieldInvalid(field, keys, 'must not contain duplicate entries'));
}

function keyErrors(
  items: JSONSchemaProps,
  type: string,
  keys: readonly string[],
  path: string,
  errors: FieldError[],
): void {
  if (items.nullable)
    errors.push(fieldForbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`));
  if (type !== 'map') return;
  for (const key of keys) {
    const property = getOwn(items.properties, key);
    if (property === undefined) continue;
    const at = `${path}.items.properties[${key}]`;
    const what = 'this property is in x-kubernetes-list-map-keys, so it';
    if (!items.required?.includes(key) && property.default === undefined)
      errors.push(fieldRequired(`${at}.default`, `${what} must have a default or be a required property`));
    if (property.nullable) errors.push(fieldForbidden(`${at}.nullable`, `${what} cannot be nullable`));
  }
}
