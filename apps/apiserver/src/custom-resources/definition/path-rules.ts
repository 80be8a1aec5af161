import type {
  CustomResourceColumnDefinition,
  CustomResourceSubresourceScale,
  JSONSchemaProps,
  SelectableField,
} from '@wherry/api';
import {
  fieldDuplicate,
  fieldInvalid,
  fieldRequired,
  fieldTooMany,
  getOwn,
  type FieldError,
} from '@wherry/apimachinery';
import { parsePath, simplePath } from '../json-path.ts';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const MAX_SELECTABLE = 8;

export function columnErrors(columns: readonly CustomResourceColumnDefinition[], path: string): FieldError[] {
  return columns.flatMap((column, i) => columnError(column, `${path}[${i}]`));
}

function columnError(column: CustomResourceColumnDefinition, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (column.name === '') errors.push(fieldRequired(`${path}.name`));
  if (column.type === '') errors.push(fieldRequired(`${path}.type`, `must be one of ${columnTypes.join(',')}`));
  else if (!columnTypes.includes(column.type))
    errors.push(fieldInvalid(`${path}.type`, column.type, `must be one of ${columnTypes.join(',')}`));
  if (column.format && !columnFormats.includes(column.format))
    errors.push(fieldInvalid(`${path}.format`, column.format, `must be one of ${columnFormats.join(',')}`));
  if (column.jsonPath === '') errors.push(fieldRequired(`${path}.JSONPath`));
  else errors.push(...jsonPathErrors(column.jsonPath, `${path}.JSONPath`));
  return errors;
}

function jsonPathErrors(text: string, path: string): FieldError[] {
  if (!text.startsWith('.')) return [fieldInvalid(path, text, 'must be a simple json path starting with .')];
  try {
    parsePath(text);
    return [];
  } catch (error) {
    return [fieldInvalid(path, text, `must be a valid json path: ${(error as Error).message}`)];
  }
}

export function scaleErrors(scale: CustomResourceSubresourceScale | undefined, path: string): FieldError[] {
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const check = (text: string | undefined, field: string, roots: readonly string[]) => {
    if (!text) return;
    const found = jsonPathErrors(text, `${path}.${field}`);
    errors.push(...found);
    if (found.length > 0 || roots.some((root) => text.startsWith(`.${root}.`))) return;
    const where = roots.map((root) => `.${root}`).join(' or ');
    errors.push(fieldInvalid(`${path}.${field}`, text, `should be a json path under ${where}`));
  };
  if (scale.specReplicasPath === '') errors.push(fieldRequired(`${path}.specReplicasPath`));
  check(scale.specReplicasPath, 'specReplicasPath', ['spec']);
  if (scale.statusReplicasPath === '') errors.push(fieldRequired(`${path}.statusReplicasPath`));
  check(scale.statusReplicasPath, 'statusReplicasPath', ['status']);
  check(scale.labelSelectorPath, 'labelSelectorPath', ['spec', 'status']);
  return errors;
}

export function selectableFieldErrors(
  fields: readonly SelectableField[],
  props: JSONSchemaProps | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (fields.length > MAX_SELECTABLE) errors.push(fieldTooMany(path, fields.length, MAX_SELECTABLE));
  const seen = new Set<string>();
  for (const [i, { jsonPath }] of fields.entries()) {
    const field = `${path}[${i}].jsonPath`;
    if (jsonPath === '') errors.push(fieldRequired(field));
    else if (seen.has(jsonPath)) errors.push(fieldDuplicate(field, jsonPath));
    else {
      const why = unselectable(jsonPath, props);
      if (why !== undefined) errors.push(fieldInvalid(field, jsonPath, why));
    }
    seen.add(jsonPath);
  }
  return errors;
}

function unselectable(jsonPath: string, props: JSONSchemaProps | undefined): string | undefined {
  if (!/^(\.[^.[\]]+)+$/.test(jsonPath)) return 'is an invalid path: must be a simple json path starting with .';
  const steps = simplePath(jsonPath);
  if (steps[0] === 'metadata') return 'must not point to fields in metadata';
  let at = props;
  for (const step of steps) at = getOwn(at?.properties, step);
  if (at === undefined) return `is an invalid path: does not refer to a valid field: ${jsonPath}`;
  if (at.type === 'string' || at.type === 'boolean' || at.type === 'integer') return undefined;
  return 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
}
