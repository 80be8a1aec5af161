import type { JSONSchemaProps } from '@wherry/api';
import { fieldForbidden, fieldInvalid, fieldNotSupported, type FieldError } from '@wherry/apimachinery';
import { compileValidator } from '../validator.ts';
import { defaultErrors } from './default-rules.ts';
import { extensionErrors } from './extension-rules.ts';
import { structuralErrors } from './structural-rules.ts';
import { ruleErrors } from './cel-rules.ts';

/** What may stand beside a status subresource at the root. */
const allowedAtRoot = [
  'Description',
  'Type',
  'Format',
  'Title',
  'Maximum',
  'ExclusiveMaximum',
  'Minimum',
  'ExclusiveMinimum',
  'MaxLength',
  'MinLength',
  'Pattern',
  'MaxItems',
  'MinItems',
  'UniqueItems',
  'MultipleOf',
  'Required',
  'Items',
  'Properties',
  'ExternalDocs',
  'Example',
  'XPreserveUnknownFields',
  'XValidations',
];

/** What is wrong with the schema of one version, in upstream's words. */
export function schemaErrors(props: JSONSchemaProps, path: string, hasStatus: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (hasStatus && Object.keys(props).some((key) => !allowedAtRoot.includes(goName(key)))) {
    const detail = `only [${allowedAtRoot.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
    errors.push(fieldInvalid(path, '', detail));
  }
  if (props.nullable === true) errors.push(fieldForbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  walk(props, path, true, errors);
  errors.push(...structuralErrors(props, path));
  if (errors.length > 0) return errors;
  try {
    compileValidator(props);
  } catch (error) {
    return [fieldInvalid(path, '', `error building validator: ${(error as Error).message}`)];
  }
  return [...defaultErrors(props, path), ...ruleErrors(props, path)];
}

/** `x-kubernetes-map-type` -> XMapType, as upstream's struct has it. */
function goName(key: string): string {
  const plain = key.replace(/^x-kubernetes-/, 'x-');
  return plain
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function walk(props: JSONSchemaProps, path: string, structural: boolean, errors: FieldError[]): void {
  errors.push(...unsupported(props, path), ...(structural ? extensionErrors(props, path) : []));
  const { additionalProperties: additional, properties, items } = props;
  if (typeof additional === 'object') walk(additional, `${path}.additionalProperties`, structural, errors);
  for (const [name, inner] of Object.entries(properties ?? {}))
    walk(inner, `${path}.properties[${name}]`, structural, errors);
  if (items !== undefined && !Array.isArray(items)) walk(items, `${path}.items`, structural, errors);
  if (props.not) walk(props.not, `${path}.not`, false, errors);
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, inner] of (props[junctor] ?? []).entries()) walk(inner, `${path}.${junctor}[${i}]`, false, errors);
  }
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const keywords = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const;

function unsupported(props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const keyword of keywords)
    if (props[keyword] !== undefined) errors.push(fieldForbidden(`${path}.${keyword}`, `${keyword} is not supported`));
  if (props.type === 'null')
    errors.push(fieldForbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
  else if (props.type !== undefined && !types.includes(props.type))
    errors.push(fieldNotSupported(`${path}.type`, props.type, types));
  if (Array.isArray(props.items))
    errors.push(fieldForbidden(`${path}.items`, 'items must be a schema object and not an array'));
  if (props.uniqueItems === true)
    errors.push(
      fieldForbidden(
        `${path}.uniqueItems`,
        'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
      ),
    );
  if (props.additionalProperties !== undefined && props.additionalProperties !== true && props.properties) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(fieldForbidden(`${path}.additionalProperties`, detail));
  }
  return errors;
}
