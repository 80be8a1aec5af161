import { configMaps, customResourceDefinitions, namespaces, type CustomResourceDefinition } from '@wherry/api';
import { isNotFound, type KubeObject } from '@wherry/apimachinery';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { garbageCollector } from './garbage-collector/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import { eventually, startTestCluster, type TestCluster } from './testing.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const definition = {
  metadata: { name: 'widgets.shop.example.com' },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
} as CustomResourceDefinition;

const pathOf = (namespace: string, name = '') =>
  `/apis/shop.example.com/v1/namespaces/${namespace}/widgets${name === '' ? '' : `/${name}`}`;
const get = (path: string) => cluster.client.request<KubeObject>({ method: 'GET', path });
const gone = (path: string) =>
  get(path).then(
    () => false,
    (error: unknown) => isNotFound(error),
  );
const widget = (namespace: string, name: string, more: object = {}) =>
  cluster.client.request<KubeObject>({
    method: 'POST',
    path: pathOf(namespace),
    body: { metadata: { name, ...more } },
  });

const ownerReferences = (of: KubeObject, apiVersion: string, kind: string) => [
  { apiVersion, kind, name: of.metadata.name, uid: of.metadata.uid ?? '' },
];

async function define(): Promise<void> {
  await cluster.client.resource(customResourceDefinitions).create(definition);
  await eventually(() => get(pathOf('default')));
}

test('a namespace takes its custom objects along', async () => {
  await cluster.start([namespaceController(2)]);
  await define();
  await cluster.client.resource(namespaces).create({ metadata: { name: 'doomed' } } as never);
  await widget('doomed', 'w');
  await cluster.client.resource(namespaces).delete('doomed');
  await eventually(() => gone('/api/v1/namespaces/doomed'));
  expect(((await get(pathOf('doomed'))) as { items?: unknown[] }).items).toEqual([]);
});

test('what a custom object owns goes with it, and a custom object with its owner', async () => {
  await define();
  await cluster.start([garbageCollector(5)]);
  const owner = await widget('default', 'owner');
  const child = await cluster.client.resource(configMaps).create({
    metadata: {
      name: 'child',
      namespace: 'default',
      ownerReferences: ownerReferences(owner, 'shop.example.com/v1', 'Widget'),
    },
  });
  await widget('default', 'grandchild', { ownerReferences: ownerReferences(child, 'v1', 'ConfigMap') });
  await cluster.client.request({ method: 'DELETE', path: pathOf('default', 'owner') });
  await eventually(() => gone('/api/v1/namespaces/default/configmaps/child'));
  await eventually(() => gone(pathOf('default', 'grandchild')));
});

test('a kind that is defined while the collector runs is watched soon', async () => {
  await cluster.start([garbageCollector(5)]);
  await define();
  const owner = await widget('default', 'owner');
  await widget('default', 'owned', { ownerReferences: ownerReferences(owner, 'shop.example.com/v1', 'Widget') });
  await cluster.client.request({ method: 'DELETE', path: pathOf('default', 'owner') });
  await eventually(() => gone(pathOf('default', 'owned')));
});
