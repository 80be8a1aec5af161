import { ObjectMeta, type Field, type ObjectSchema, type Schema } from '@wherry/apimachinery';
import type { Resource } from '../resource.ts';
import { customDefinition } from './custom.ts';
import { reference, type Json, type RefStyle } from './reference.ts';
import { listMetaSchema, sharedSchemas } from './shared-schemas.ts';
import { subresourceBodies } from './subresource-bodies.ts';

/** Every definition that the resources reach, by the published name, sorted. */
export function componentSchemas(resources: readonly Resource[], style: RefStyle = 'v3'): Json {
  const found = new Map<string, Json>(Object.entries(sharedSchemas(style)));
  const kinds = new Map<string, Kind[]>();
  const bodies = new Map<string, Kind>();
  for (const resource of resources) {
    kinds.set(resource.schema.id, [...(kinds.get(resource.schema.id) ?? []), resource]);
    if (resource.custom) {
      visit(ObjectMeta, found, style);
      found.set(resource.schema.id, customDefinition(resource, style));
    } else {
      visit(resource.schema, found, style);
    }
    for (const name of resource.subresources) {
      const body = subresourceBodies[name];
      if (body === undefined) continue;
      visit(body.schema, found, style);
      bodies.set(body.schema.id, body);
    }
    if (isListed(resource)) found.set(`${resource.schema.id}List`, listDefinition(resource, style));
  }
  for (const [id, body] of bodies) if (!kinds.has(id)) kinds.set(id, [body]);
  for (const [id, served] of kinds) {
    const definition = found.get(id);
    if (definition !== undefined) definition['x-kubernetes-group-version-kind'] = served.map(groupVersionKind);
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isListed(resource: Resource): boolean {
  return resource.verbs === undefined || resource.verbs.includes('list');
}

type Kind = Pick<Resource, 'group' | 'version' | 'kind'>;

export function groupVersionKind({ group, version, kind }: Kind): Json {
  return { group, kind, version };
}

function visit(schema: Schema, found: Map<string, Json>, style: RefStyle): void {
  if (schema.type === 'list') return visit(schema.items, found, style);
  if (schema.type === 'map') return visit(schema.values, found, style);
  if (schema.type === 'any' && schema.id !== undefined && !found.has(schema.id)) found.set(schema.id, {});
  if (schema.type !== 'object' || found.has(schema.id)) return;
  found.set(schema.id, {});
  found.set(schema.id, definition(schema, style));
  for (const field of Object.values(schema.fields)) visit(field.schema, found, style);
}

function definition(schema: ObjectSchema, style: RefStyle): Json {
  const properties: Json = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(schema.fields)) {
    properties[name] = property(field, style);
    if (field.presence === 'required') required.push(name);
  }
  return {
    ...(schema.doc === undefined ? {} : { description: schema.doc }),
    type: 'object',
    ...(required.length === 0 ? {} : { required }),
    properties,
    ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
    ...unionOf(schema),
  };
}

function unionOf({ union }: ObjectSchema): Json {
  if (union === undefined) return {};
  const { discriminator, fields } = union;
  const names = fields.map((field) => [field, field.charAt(0).toUpperCase() + field.slice(1)]);
  const by = { 'fields-to-discriminateBy': Object.fromEntries(names) as Json };
  return { 'x-kubernetes-unions': [discriminator === undefined ? by : { discriminator, ...by }] };
}

function property(field: Field, style: RefStyle): Json {
  const value = valueSchema(field.schema, style);
  const description = field.doc === undefined ? {} : { description: field.doc };
  const zero = style === 'v3' && field.presence === 'required' ? zeroDefault(field.schema) : {};
  if (value['$ref'] === undefined) return { ...description, ...value, ...zero };
  const mapType = field.mapType === undefined ? {} : { 'x-kubernetes-map-type': field.mapType };
  const strategy =
    field.schema.type === 'object' && field.schema.patchStrategy !== undefined
      ? { 'x-kubernetes-patch-strategy': field.schema.patchStrategy }
      : {};
  // In v3 nothing may stand beside a $ref, so it is wrapped.
  if (style === 'v2') return { ...description, ...value, ...mapType, ...strategy };
  return { ...description, ...mapType, ...strategy, ...zero, allOf: [value] };
}

/** Upstream's documents say what Go writes for an absent required value. */
function zeroDefault(schema: Schema): Json {
  switch (schema.type) {
    case 'string':
      return schema.format === undefined ? { default: '' } : {};
    case 'integer':
    case 'number':
      return { default: 0 };
    case 'boolean':
      return { default: false };
    case 'object':
      return { default: {} };
    default:
      return {};
  }
}

function valueSchema(schema: Schema, style: RefStyle): Json {
  switch (schema.type) {
    case 'object':
      return reference(schema.id, style);
    case 'list':
      return listSchema(schema, style);
    case 'map':
      return {
        type: 'object',
        additionalProperties: wrapped(schema.values, style),
        ...(schema.mapType === undefined ? {} : { 'x-kubernetes-map-type': schema.mapType }),
      };
    case 'quantity':
      return reference('io.k8s.apimachinery.pkg.api.resource.Quantity', style);
    case 'int-or-string':
      return reference('io.k8s.apimachinery.pkg.util.intstr.IntOrString', style);
    case 'string':
      return { ...stringSchema(schema.format, style), ...listTypeOf(schema) };
    case 'integer':
      return { type: 'integer', format: schema.format };
    case 'number':
      return schema.format === undefined ? { type: 'number' } : { type: 'number', format: schema.format };
    case 'any':
      return schema.id === undefined ? { type: 'object' } : reference(schema.id, style);
    default:
      return { type: schema.type };
  }
}

function listTypeOf({ listType }: { listType?: string }): Json {
  return listType === undefined ? {} : { 'x-kubernetes-list-type': listType };
}

function stringSchema(format: 'byte' | 'date-time' | 'micro-time' | undefined, style: RefStyle): Json {
  switch (format) {
    case undefined:
      return { type: 'string' };
    case 'byte':
      return { type: 'string', format: 'byte' };
    case 'date-time':
      return reference('io.k8s.apimachinery.pkg.apis.meta.v1.Time', style);
    case 'micro-time':
      return reference('io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime', style);
  }
}

function listSchema(schema: Extract<Schema, { type: 'list' }>, style: RefStyle): Json {
  return {
    type: 'array',
    items: wrapped(schema.items, style),
    ...(schema.mapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': schema.mapKeys }),
    ...(schema.listType === undefined ? {} : { 'x-kubernetes-list-type': schema.listType }),
    ...(schema.patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': schema.patchMergeKey }),
    ...(schema.patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': schema.patchStrategy }),
  };
}

function wrapped(schema: Schema, style: RefStyle): Json {
  const value = valueSchema(schema, style);
  if (style === 'v2') return value;
  return { ...(value['$ref'] === undefined ? value : { allOf: [value] }), ...zeroDefault(schema) };
}

function listDefinition(resource: Resource, style: RefStyle): Json {
  return {
    description: `${resource.kind}List is a list of ${resource.kind} objects.`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string', description: 'The group and version of this representation.' },
      items: { type: 'array', description: 'The objects.', items: wrapped(resource.schema, style) },
      kind: { type: 'string', description: 'The kind of this representation.' },
      metadata: listMetaSchema(style),
    },
    'x-kubernetes-group-version-kind': [
      { group: resource.group, kind: resource.listKind ?? `${resource.kind}List`, version: resource.version },
    ],
  };
}
