import { configMaps, namespaces, roleBindings, roles, secrets, type Namespace, type Secret } from '@wherry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { RawClient } from '../testing/raw-client.ts';

/** Nobody reaches another key's prefix by tricks in a path (CVE-2022-3162, and the namespace traversal of NCC's audit). */
let cluster: TestApiserver;
let raw: RawClient;
const marker = 'bm90LWZvci15b3U=';

beforeAll(async () => {
  cluster = await startTestApiserver();
  const { client } = cluster;
  for (const name of ['a', 'ab']) {
    await client.resource(namespaces).create({ metadata: { name }, spec: {} } as Namespace);
    await client.resource(configMaps).create({ metadata: { name: 'own', namespace: name }, data: { of: name } });
    await client
      .resource(secrets)
      .create({ metadata: { name: 'hidden', namespace: name }, data: { x: marker } } as unknown as Secret);
  }
  await client.resource(roles).create({
    metadata: { name: 'maps', namespace: 'a' },
    rules: [{ apiGroups: ['', 'apps'], resources: ['configmaps'], verbs: ['*'] }],
  });
  await client.resource(roleBindings).create({
    metadata: { name: 'maps', namespace: 'a' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'maps' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
  });
  raw = new RawClient(await cluster.configFor('mallory'));
});
afterAll(async () => {
  raw?.close();
  await cluster?.close();
});

test.each([
  '/api/v1/namespaces/a/../ab/secrets',
  '/api/v1/namespaces/a/configmaps/../../ab/secrets/hidden',
  '/api/v1/namespaces/a%2F..%2Fab/secrets/hidden',
  '/api/v1/namespaces/a/configmaps/%2e%2e%2fsecrets%2fab%2fhidden',
  '/api/v1/namespaces/a/configmaps/..%2f..%2fsecrets/ab/hidden',
  '/api/v1/namespaces/a%00b/secrets/hidden',
  '/api/v1//namespaces/ab/secrets',
  '//api/v1/namespaces/ab/secrets',
  '/api/v1/namespaces/a/secrets%2f..%2fconfigmaps',
  '/api/v1/namespaces/a/configmaps/own/../../../ab/secrets/hidden',
  '/apis//v1/namespaces/ab/secrets',
  '/apis/apps/v1/../../../api/v1/namespaces/ab/secrets',
  '/api/v1/watch/namespaces/ab/secrets',
  '/api/v1/namespaces/ab/secrets?fieldSelector=metadata.namespace%3Da',
  '/api/v1/secrets?fieldSelector=metadata.namespace%3Da',
  '/api/v1/namespaces/a/configmaps/own/..;/secrets',
])('%s shows nothing of others', async (path) => {
  const { status, body } = await raw.send('GET', path);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body.toString()).not.toContain(marker);
});

test('a namespace whose name begins like another’s sees its own objects alone', async () => {
  const { items } = await cluster.client.resource(configMaps).list({ namespace: 'a' });
  expect(items.map(({ data }) => data)).toEqual([{ of: 'a' }]);
  const watch = await raw.send('GET', '/api/v1/namespaces/a/configmaps?watch=true&resourceVersion=0&timeoutSeconds=1');
  expect(watch.body.toString()).toContain('"of":"a"');
  expect(watch.body.toString()).not.toContain('"of":"ab"');
});

test.each([
  ['a namespace in the body', { metadata: { name: 'x', namespace: 'ab' } }, 400],
  ['a path in the name', { metadata: { name: '../ab/x' } }, 422],
  ['a path in the name to generate', { metadata: { generateName: '../ab/' } }, 422],
])('%s writes nothing elsewhere', async (_, object, code) => {
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', ...object });
  const headers = { 'content-type': 'application/json' };
  const before = (await cluster.storage.list('/registry/configmaps/')).items.length;
  expect((await raw.send('POST', '/api/v1/namespaces/a/configmaps', { body, headers })).status).toBe(code);
  expect((await cluster.storage.list('/registry/configmaps/')).items).toHaveLength(before);
});

test('a continue token leads to the list that it came from, and to no other', async () => {
  const token = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: -1, start: '../../secrets/ab/' })).toString(
    'base64url',
  );
  const { body } = await raw.send('GET', `/api/v1/namespaces/a/configmaps?limit=1&continue=${token}`);
  expect(body.toString()).not.toContain(marker);
});
