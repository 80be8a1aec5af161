import {
  any,
  boolean,
  getOwn,
  int64,
  intOrString,
  list,
  map,
  number,
  ObjectMeta,
  optional,
  setOwn,
  stored,
  string,
  type Field,
  type JsonMap,
  type ListOptions,
  type ObjectSchema,
  type Schema,
} from '@wherry/apimachinery';
import type { JSONSchemaProps } from '@wherry/api';

/** The whole object in our schema language: what is pruned, and how its lists and maps merge. `id` names it in OpenAPI. */
export function schemaOfKind(id: string, props: JSONSchemaProps | undefined): ObjectSchema {
  const fields = fieldsOf(props);
  fields['apiVersion'] = optional(string);
  fields['kind'] = optional(string);
  fields['metadata'] = stored(ObjectMeta);
  return { type: 'object', id, fields, unknown: keepsUnknown(props) ? 'keep' : 'prune' };
}

/** A part of an object, as a field. */
export function schemaOfPart(props: JSONSchemaProps): Field {
  return { schema: schemaOf(props), presence: 'optional' };
}

/** Names and namespaces of embedded objects are not filled in. */
const embeddedMeta: ObjectSchema = { ...ObjectMeta, fields: { ...ObjectMeta.fields, name: optional(string) } };

function schemaOf(props: JSONSchemaProps): Schema {
  if (props['x-kubernetes-int-or-string']) return intOrString;
  switch (props.type) {
    case 'array':
      return list(schemaOf(itemsOf(props) ?? {}), listOptions(props));
    case 'string':
      return string;
    case 'integer':
      return int64;
    case 'number':
      return number;
    case 'boolean':
      return boolean;
    case 'object':
      return objectSchema(props);
    default:
      return props.properties === undefined ? any : objectSchema(props);
  }
}

function objectSchema(props: JSONSchemaProps): Schema {
  const atomic = props['x-kubernetes-map-type'] === 'atomic' ? ({ mapType: 'atomic' } as const) : {};
  const { additionalProperties: additional, properties } = props;
  if (properties === undefined && additional !== undefined) {
    return map(typeof additional === 'boolean' ? any : schemaOf(additional), atomic);
  }
  const embedded = props['x-kubernetes-embedded-resource'] === true;
  if (properties === undefined && keepsUnknown(props) && !embedded) return { ...any };
  const fields = fieldsOf(props);
  if (embedded) {
    fields['apiVersion'] = optional(string);
    fields['kind'] = optional(string);
    fields['metadata'] = optional(embeddedMeta);
  }
  return { type: 'object', id: '', fields, unknown: keepsUnknown(props) ? 'keep' : 'prune', ...atomic };
}

function fieldsOf(props: JSONSchemaProps | undefined): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (const [name, inner] of Object.entries(props?.properties ?? {})) {
    setOwn(fields, name, { schema: schemaOf(inner), doc: inner.description, presence: 'optional' });
  }
  return fields;
}

function keepsUnknown(props: JSONSchemaProps | undefined): boolean {
  return props === undefined || props['x-kubernetes-preserve-unknown-fields'] === true;
}

function listOptions(props: JSONSchemaProps): ListOptions {
  const type = props['x-kubernetes-list-type'];
  const keys = props['x-kubernetes-list-map-keys'];
  const mapKeyDefaults: JsonMap = {};
  for (const key of keys ?? []) {
    const value = getOwn(itemsOf(props)?.properties, key)?.default;
    if (value !== undefined) setOwn(mapKeyDefaults, key, value);
  }
  return {
    ...(Object.keys(mapKeyDefaults).length > 0 ? { mapKeyDefaults } : {}),
    ...(type === 'set' || type === 'map' || type === 'atomic' ? { listType: type } : {}),
    ...(keys === undefined ? {} : { mapKeys: keys }),
  };
}

/** The one schema of all elements; lists with a schema for each are refused when the definition is validated. */
export function itemsOf(props: JSONSchemaProps): JSONSchemaProps | undefined {
  return Array.isArray(props.items) ? undefined : props.items;
}
