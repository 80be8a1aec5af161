import { readFileSync } from 'node:fs';
import { resources, type CustomResourceDefinition, type Resource } from '@wherry/api';
import { StatusError, isConflict, type KubeObject, type WatchEvent } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { kindValues, variants } from '../testing/maximal-values.ts';
import { fieldsIn, fieldsOf, maximal, missing, removeAt, replaceAt, type Json } from '../testing/maximal.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const kept = new Set<string>();
const stored = (resources as readonly Resource[]).filter((resource) => resource.stored !== false);
const keyOf = ({ group, kind }: Resource): string => `${group}/${kind}`;
const ATTEMPTS = 12;
type Cause = { field?: string | undefined; reason?: string | undefined; message?: string | undefined };

describe('what a client writes is what every client reads', () => {
  const cases = stored.flatMap((resource) =>
    Array.from({ length: variants[keyOf(resource)] ?? 1 }, (_, variant) => ({
      name: `${resource.group}/${resource.version} ${resource.kind}${variant === 0 ? '' : ` (${variant})`}`,
      resource,
      variant,
    })),
  );

  test.each(cases)('$name', async ({ resource, variant }) => {
    const { status, ...wanted } = build(resource, variant);
    const created = await accepted(wanted, (object) => cluster.client.resource(resource).create(object as never));
    const { name, namespace } = created.metadata;
    const client = cluster.client.resource(resource);
    let read = await client.get(name, { namespace });
    // The server itself writes the conditions of a definition, until it is established.
    while (resource.kind === 'CustomResourceDefinition' && !isEstablished(read)) read = await client.get(name);
    expect(missing(wanted, read)).toEqual([]);
    const from = read.metadata.resourceVersion;
    const watch = client.watch({ namespace, resourceVersion: from, fieldSelector: `metadata.name=${name}` });
    const newest = () => client.get(name, { namespace });
    let current: KubeObject = await unopposed(async () => client.update(labelled(await newest())));
    expect(missing(wanted, current)).toEqual([]);
    if (status !== undefined && resource.subresources.includes('status')) {
      const report = { status: status as Json };
      current = await accepted(report, (object) =>
        unopposed(async () => client.updateStatus({ ...(await newest()), ...object } as never)),
      );
      expect(missing(report, current)).toEqual([]);
      note(resource, { status: report.status });
    }
    expect(await seen(watch, current)).toEqual(current);
    note(resource, wanted);
  });
});

function isEstablished(object: KubeObject): boolean {
  const { conditions } = (object as CustomResourceDefinition).status ?? {};
  return conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
}

/** One field a line, as `definition.field`. The list may only shrink. */
const knownGaps = new URL('testdata/round-trip-gaps.txt', import.meta.url);

test('the fields that no manifest above could have are known', () => {
  const known = new Set(readFileSync(knownGaps, 'utf8').split('\n'));
  const all = new Set(stored.flatMap((resource) => [...fieldsOf(resource.schema)]));
  const gaps = [...all].filter((field) => !kept.has(field) && !servers(field) && !known.has(field));
  expect(gaps.toSorted()).toEqual([]);
});

function build(resource: Resource, variant: number): Json {
  const object = maximal(resource.schema, variant);
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  const metadata = {
    ...(rest['metadata'] as Json),
    name: `maximal-${resource.group.split('.')[0] || 'core'}-${resource.version}-${variant}`,
    ...(resource.namespaced ? { namespace: 'default' } : {}),
  };
  return merged({ ...rest, metadata }, kindValues[keyOf(resource)] ?? {});
}

function merged(base: Json, over: Readonly<Json>): Json {
  const result = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const both = isObject(value) && isObject(result[name]);
    if (value === null) delete result[name];
    else result[name] = both ? merged(result[name] as Json, value as Json) : value;
  }
  return result;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Takes out of the object what validation says cannot be there together with the rest, until it is accepted. What is
 * left out so for every kind is in the list of gaps.
 */
async function accepted<T>(object: Json, write: (object: Json) => Promise<T>): Promise<T> {
  const tried = new Set<string>();
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(object);
    } catch (error) {
      const causes = error instanceof StatusError ? (error.status.details?.causes ?? []) : [];
      // From the back, so that the indexes of what remains stay right.
      const found = causes.toSorted((a, b) => backwards(a.field ?? '', b.field ?? ''));
      const changed = found.filter((cause) => yieldTo(object, cause, tried));
      if (changed.length === 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Takes the first value that is supported, else none. */
function yieldTo(object: Json, { field = '', reason, message = '' }: Cause, tried: Set<string>): boolean {
  if (reason === 'FieldValueRequired' || field === '' || field === 'metadata.name') return false;
  const supported = /supported values: "([^"]+)"/.exec(message)?.[1];
  if (supported === undefined || tried.has(field)) return removeAt(object, field);
  tried.add(field);
  return replaceAt(object, field, supported) || removeAt(object, field);
}

function backwards(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true });
}

function labelled(object: KubeObject): never {
  const labels = { ...object.metadata.labels, changed: 'yes' };
  return { ...object, metadata: { ...object.metadata, labels } } as never;
}

/** The server itself may write some of these meanwhile. */
async function unopposed<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The object as the watch shows it at this version. */
async function seen(watch: AsyncIterable<WatchEvent<KubeObject>>, { metadata }: KubeObject): Promise<unknown> {
  for await (const { object } of watch) if (object.metadata.resourceVersion === metadata.resourceVersion) return object;
  return undefined;
}

function note(resource: Resource, object: Json): void {
  fieldsIn(resource.schema, object, kept);
}

/** Type and identity of an object, which the server or the transport sets. */
function servers(field: string): boolean {
  if (field.includes('.ObjectMeta.') || field.includes('.ManagedFieldsEntry.')) return true;
  return stored.some(({ schema }) => [`${schema.id}.kind`, `${schema.id}.apiVersion`].includes(field));
}
