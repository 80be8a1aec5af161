import { configMaps, pods } from '@wherry/api';
import { isExpired, type ListMeta } from '@wherry/apimachinery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
const path = '/api/v1/namespaces/default/configmaps';
const inDefault = { namespace: 'default' };

beforeAll(async () => {
  cluster = await startTestApiserver();
  const client = cluster.client.resource(configMaps);
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await client.create(configMap(name, {}, { half: name < 'c' ? 'first' : 'second' }));
});
afterAll(() => cluster.close());

const names = (list: { items: { metadata: { name: string } }[] }) => list.items.map(({ metadata }) => metadata.name);

test('pages are of one revision, whatever changes between them', async () => {
  const client = cluster.client.resource(configMaps);
  const first = await client.list({ ...inDefault, limit: 2 });
  expect(names(first)).toEqual(['a', 'b']);
  expect(first.metadata.remainingItemCount).toBe(3);
  await client.create(configMap('bb'));
  await client.delete('d', inDefault);
  const second = await client.list({ ...inDefault, limit: 2, continue: first.metadata.continue });
  expect(names(second)).toEqual(['c', 'd']);
  const third = await client.list({ ...inDefault, limit: 2, continue: second.metadata.continue });
  expect(names(third)).toEqual(['e']);
  expect(third.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  await client.delete('bb', inDefault);
  await client.create(configMap('d', {}, { half: 'second' }));
});

test('a token whose revision is compacted is 410, with another to go on with', async () => {
  const client = cluster.client.resource(configMaps);
  const first = await client.list({ ...inDefault, limit: 2 });
  await client.create(configMap('zz'));
  await cluster.storage.compact(await cluster.storage.currentRevision());
  const error = await refusal(client.list({ ...inDefault, continue: first.metadata.continue }));
  expect(isExpired(error)).toBe(true);
  const token = error.status.metadata['continue'] as string;
  expect(names(await client.list({ ...inDefault, continue: token }))).toEqual(['c', 'd', 'e', 'zz']);
  await client.delete('zz', inDefault);
});

test('selectors choose by labels and fields', async () => {
  const client = cluster.client.resource(configMaps);
  expect(names(await client.list({ ...inDefault, labelSelector: 'half=first' }))).toEqual(['a', 'b']);
  expect(names(await client.list({ ...inDefault, labelSelector: 'half in (second),half!=x', limit: 2 }))).toEqual([
    'c',
    'd',
  ]);
  expect(names(await client.list({ ...inDefault, fieldSelector: 'metadata.name=c' }))).toEqual(['c']);
  const error = await refusal(client.list({ ...inDefault, fieldSelector: 'data.x=1' }));
  expect(error.message).toBe('field label not supported: data.x');
});

test('a table has upstream’s columns and as much of the object as was asked for', async () => {
  await cluster.client.resource(pods).create(pod('shown'));
  const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1,application/json';
  const podsPath = '/api/v1/namespaces/default/pods';
  const table = await cluster.client.request<{
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[]; object: object }[];
  }>({ method: 'GET', path: podsPath, accept });
  expect(table.columnDefinitions.slice(0, 4).map(({ name }) => name)).toEqual(['Name', 'Ready', 'Status', 'Restarts']);
  expect(table.rows[0]?.cells.slice(0, 4)).toEqual(['shown', '0/1', 'Pending', '0']);
  expect(table.rows[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'shown' } });
  expect(table.rows[0]?.object).not.toHaveProperty('spec');
  const whole = await cluster.client.request<typeof table>({
    method: 'GET',
    path: podsPath,
    accept,
    query: { includeObject: 'Object' },
  });
  expect(whole.rows[0]?.object).toMatchObject({ kind: 'Pod', spec: { containers: [{ name: 'app' }] } });
});

test('metadata alone is to be had of any kind', async () => {
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  const list = await cluster.client.request<{ kind: string; items: object[] }>({ method: 'GET', path, accept });
  expect(list.kind).toBe('PartialObjectMetadataList');
  expect(list.items[0]).not.toHaveProperty('data');
});

test('an exact resourceVersion reads the past', async () => {
  const client = cluster.client.resource(configMaps);
  const before = await client.list(inDefault);
  await client.create(configMap('future'));
  const past = await client.list({
    ...inDefault,
    resourceVersion: before.metadata.resourceVersion,
    resourceVersionMatch: 'Exact',
  });
  expect(names(past)).toEqual(names(before));
  const query = { resourceVersion: before.metadata.resourceVersion!, resourceVersionMatch: 'Exact', limit: '1' };
  const page = await cluster.client.request<{ items: unknown[]; metadata: ListMeta }>({
    method: 'GET',
    path: '/api/v1/namespaces/default/configmaps',
    query,
  });
  expect(page.metadata.remainingItemCount).toBe(before.items.length - 1);
  await client.delete('future', inDefault);
});

test('a resourceVersion that nobody has reached times out in upstream’s words', async () => {
  const error = await refusal(cluster.client.resource(configMaps).list({ ...inDefault, resourceVersion: '999999' }));
  expect(error.status).toMatchObject({
    code: 504,
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
  });
});

test('a long list arrives whole', async () => {
  const client = cluster.client.resource(configMaps);
  const big = 'x'.repeat(20_000);
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      client.create({ ...configMap(`long-${i}`, { big }), metadata: { name: `long-${i}`, namespace: 'kube-public' } }),
    ),
  );
  const { items } = await client.list({ namespace: 'kube-public' });
  expect(items).toHaveLength(100);
  expect(items.every(({ data }) => data?.['big'] === big)).toBe(true);
});
