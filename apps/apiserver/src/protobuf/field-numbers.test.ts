import { existsSync, readFileSync } from 'node:fs';
import { apiVersionOf, resources, type Resource } from '@wherry/api';
import type { ObjectSchema, Schema } from '@wherry/apimachinery';
import { expect, test } from 'vitest';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { schemaOfKind } from './kinds.ts';
import { messageOf } from './messages.ts';
import { metaSchemas } from './meta-schemas.ts';
import { WireReader } from './wire.ts';

type Facts = Record<string, [number: number, name: string, type: string, repeated?: 'repeated'][]>;
const path =
  process.env['WHERRY_PROTO_FACTS'] ?? new URL('../../../../../shared/k8s-proto-facts.json', import.meta.url).pathname;
const facts: Facts = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { messages: Facts }).messages : {};
const withFacts = test.skipIf(!existsSync(path));

/** Fields that the published messages do not have (yet): only in JSON. */
const onlyInJson = new Set([
  'io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus.resources',
  'io.k8s.api.resource.v1.Device.nodeAllocatableResourceMappings',
]);

const schemas = new Map<string, ObjectSchema>();
function collect(schema: Schema): void {
  if (schema.type === 'list') collect(schema.items);
  else if (schema.type === 'map') collect(schema.values);
  else if (schema.type === 'any') for (const choice of schema.oneOf?.() ?? []) collect(choice);
  else if (schema.type === 'object' && !schemas.has(schema.id)) {
    schemas.set(schema.id, schema);
    for (const field of Object.values(schema.fields)) collect(field.schema);
  }
}
for (const resource of resources as readonly Resource[]) collect(resource.schema);
for (const schema of metaSchemas) collect(schema);
for (const kind of [
  'autoscaling/v1/Scale',
  'policy/v1/Eviction',
  'authentication.k8s.io/v1/TokenRequest',
  'v1/Binding',
])
  collect(schemaOfKind(kind.slice(0, kind.lastIndexOf('/')), kind.slice(kind.lastIndexOf('/') + 1))!);

const protoName = (id: string) =>
  id
    .replace(/^io\.k8s\./, 'k8s.io.')
    .replace('apiextensions-apiserver', 'apiextensions_apiserver')
    .replace('kube-aggregator', 'kube_aggregator');

/** Field names as the messages have them: `x-kubernetes-list-type` is xKubernetesListType, `$ref` ref; case aside. */
const plain = (name: string) => name.replaceAll(/[-$]/g, '').toLowerCase();

/** Every field in the message of its schema, through inlined messages, as `path/of/numbers:name`. */
function numbersOf(message: ReturnType<typeof messageOf>, at = ''): string[] {
  return message.fields.flatMap(({ number, name, inline }) =>
    inline ? numbersOf(inline, `${at}${number}/`) : [`${at}${number}:${plain(name)}`],
  );
}

test('every field of every kind has a number', () => {
  const missing: string[] = [];
  for (const [id, schema] of schemas) {
    const numbered = new Set(numbersOf(messageOf(schema)).map((text) => text.slice(text.indexOf(':') + 1)));
    for (const name of Object.keys(schema.fields)) {
      const isTypeMeta = name === 'kind' || name === 'apiVersion';
      if (!isTypeMeta && !numbered.has(plain(name)) && !onlyInJson.has(`${id}.${name}`)) missing.push(`${id}.${name}`);
    }
  }
  expect(missing).toEqual([]);
});

withFacts('the numbers are those of the published messages', () => {
  const wrong: string[] = [];
  for (const [id, schema] of schemas) {
    const published = facts[protoName(id)];
    if (published === undefined) continue;
    const reach = (message: Facts[string], from: string, at: string, depth: number): string[] =>
      message.flatMap(([number, name, type]) => {
        const full = type.includes('.')
          ? type.replace(/^\./, '')
          : `${from.slice(0, from.lastIndexOf('.') + 1)}${type}`;
        const inner = depth < 3 ? facts[full] : undefined;
        return [`${at}${number}:${plain(name)}`, ...(inner ? reach(inner, full, `${at}${number}/`, depth + 1) : [])];
      });
    const known = new Set(reach(published, protoName(id), '', 0));
    for (const text of numbersOf(messageOf(schema))) if (!known.has(text)) wrong.push(`${id} ${text}`);
  }
  expect(wrong).toEqual([]);
});

/** An object with every field set, each to something of its own. */
function maximal(schema: Schema, depth = 0): unknown {
  switch (schema.type) {
    case 'string':
      if (schema.format === 'byte') return Buffer.from(`bytes ${count++}`).toString('base64');
      if (schema.format === 'date-time') return new Date(1.7e12 + 1_000 * count++).toISOString().replace('.000', '');
      if (schema.format === 'micro-time')
        return `${new Date(1.7e12 + 1_000 * count++).toISOString().slice(0, -5)}.123456Z`;
      return `täxt ${count++}`;
    case 'boolean':
      return true;
    case 'integer':
      return count++ % 3 === 0 ? -count : schema.format === 'int64' ? 2 ** 40 + count : count;
    case 'number':
      return count++ + 0.5;
    case 'quantity':
      return `${count++}m`;
    case 'int-or-string':
      return count++ % 2 === 0 ? count : 'http';
    case 'any':
      if (schema.oneOf && depth < 12) return maximal(schema.oneOf()[count++ % 2]!, depth + 1);
      return schema.oneOf ? maximal(schema.oneOf().find(({ type }) => type !== 'object')!, 99) : { a: [count++, null] };
    case 'list':
      return depth > 12 && schema.items.type === 'object'
        ? []
        : [maximal(schema.items, depth + 1), maximal(schema.items, depth + 1)];
    case 'map':
      return depth > 12
        ? { k: maximal(schema.values, 99) }
        : { b: maximal(schema.values, depth + 1), '': maximal(schema.values, depth + 1) };
    case 'object': {
      if (depth > 14) return {};
      const limit = schema.id.endsWith('.JSONSchemaProps') ? 6 : 1;
      const object: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(schema.fields)) {
        // Of objects, and of objects within objects, protobuf has no TypeMeta.
        const isTypeMeta = (name === 'kind' || name === 'apiVersion') && Object.hasOwn(schema.fields, 'metadata');
        if (!isTypeMeta && !onlyInJson.has(`${schema.id}.${name}`)) object[name] = maximal(field.schema, depth + limit);
      }
      return object;
    }
  }
}
let count = 1;

/** Lists that are empty are not there. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0))
      .map(([key, inner]) => [key, pruned(inner)]),
  );
}

const kinds = (resources as readonly Resource[]).map(
  (resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource.schema] as const,
);

test.each(kinds)('%s with every field set survives protobuf', (_kind, schema) => {
  const object = pruned(maximal(schema)) as object;
  const before = JSON.stringify(object);
  const bytes = encodeMessage(schema, object);
  expect(decodeMessage(schema, bytes)).toEqual(object);
  expect(JSON.stringify(object)).toBe(before);
});

/** A second decoder, by the published messages alone: every scalar as `numbers=value`. */
function flatten(name: string, reader: WireReader, at: string): string[] {
  const message = facts[name];
  if (message === undefined) throw new Error(`no message ${name}`);
  const found: string[] = [];
  while (reader.next()) {
    const field = message.find(([number]) => number === reader.number);
    if (field === undefined) throw new Error(`${name} has no field ${reader.number}`);
    const [, fieldName, type] = field;
    found.push(...valuesOf(name, type, reader, `${at}.${fieldName}`));
  }
  return found;
}

function valuesOf(owner: string, type: string, reader: WireReader, at: string): string[] {
  const entry = /^map<string,(.*)>$/.exec(type);
  if (entry) {
    const { inner } = reader;
    inner.next();
    const key = inner.text;
    inner.next();
    return valuesOf(owner, entry[1]!, inner, `${at}[${key}]`);
  }
  if (type === 'string') return [`${at}=${reader.text}`];
  if (type === 'bytes') return [`${at}=${reader.base64}`];
  if (type === 'double') return [`${at}=${reader.bytes.readDoubleLE()}`];
  if (/^(u?int\d+|bool)$/.test(type)) {
    expect(reader.type).toBe(0);
    return [`${at}=${reader.value}`];
  }
  const full = type.includes('.') ? type.replace(/^\./, '') : `${owner.slice(0, owner.lastIndexOf('.') + 1)}${type}`;
  return flatten(full, reader.inner, at);
}

withFacts.each(kinds)('%s reads alike by the published messages', (_kind, schema) => {
  const object = pruned(maximal(schema)) as object;
  const values = flatten(protoName(schema.id), new WireReader(encodeMessage(schema, object)), '');
  // Every string of the object is there, at the end of a path.
  const texts = JSON.stringify(object).match(/"täxt \d+"/g) ?? [];
  const seen = values
    .filter((value) => value.includes('=täxt'))
    .map((value) => JSON.stringify(value.slice(value.indexOf('=') + 1)));
  expect(seen.toSorted()).toEqual(texts.toSorted());
});

test('answers other than kinds have a form too', () => {
  const status = {
    status: 'Failure',
    message: 'no',
    reason: 'NotFound',
    details: { name: 'x', kind: 'pods', causes: [{ field: 'a' }] },
    code: 404,
  };
  const schema = schemaOfKind('v1', 'Status')!;
  expect(
    decodeMessage(schema, encodeMessage(schema, { kind: 'Status', apiVersion: 'v1', metadata: {}, ...status })),
  ).toEqual({
    metadata: {},
    ...status,
  });
  const list = schemaOfKind('v1', 'APIResourceList')!;
  const resource = { name: 'pods', namespaced: true, kind: 'Pod', verbs: ['get', 'list'], singularName: 'pod' };
  expect(decodeMessage(list, encodeMessage(list, { groupVersion: 'v1', resources: [resource] }))).toEqual({
    groupVersion: 'v1',
    resources: [resource],
  });
});
