import type { JSONSchemaProps } from '@wherry/api';
import { decode, deepEqual, fieldForbidden, fieldInvalid, type FieldError } from '@wherry/apimachinery';
import { itemsOf, schemaOfPart } from '../structural-schema.ts';
import { absent, compileValidator } from '../validator.ts';

/** A default must be a value that the schema itself accepts, and have no field that it does not know. */
export function defaultErrors(props: JSONSchemaProps, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['apiVersion', 'kind', 'metadata']) {
    const inner = props.properties?.[name];
    if (inner && hasDefault(inner))
      errors.push(fieldForbidden(`${path}.properties[${name}].default`, `must not be set in top-level ${name}`));
  }
  visit(props, path, errors);
  return errors;
}

function hasDefault(props: JSONSchemaProps): boolean {
  return props.default !== undefined || Object.values(props.properties ?? {}).some(hasDefault);
}

function visit(props: JSONSchemaProps, path: string, errors: FieldError[]): void {
  if (props.default !== undefined) errors.push(...oneDefault(props, `${path}.default`));
  const items = itemsOf(props);
  if (items) visit(items, `${path}.items`, errors);
  for (const [name, inner] of Object.entries(props.properties ?? {}))
    visit(inner, `${path}.properties[${name}]`, errors);
}

function oneDefault(props: JSONSchemaProps, path: string): FieldError[] {
  const pruned = decode(
    { type: 'object', id: '', unknown: 'keep', fields: { value: schemaOfPart(props) } },
    {
      value: props.default,
    },
  ).object as { value: unknown };
  if (!deepEqual(pruned.value, props.default))
    return [fieldInvalid(path, props.default, 'must not have unknown fields')];
  const found: FieldError[] = [];
  compileValidator(props)(props.default, absent, '', found);
  return found.map((error) => ({ ...error, field: error.field === '<nil>' ? path : `${path}.${error.field}` }));
}
