import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  configMaps,
  namespaces,
  pods,
  replicaSets,
  secrets,
  services,
  type ConfigMap,
  type Namespace,
} from '@wherry/api';
import { isNotFound } from '@wherry/apimachinery';
import { garbageCollector } from './garbage-collector/controller.ts';
import { namespaceController } from './namespace/controller.ts';
import { replicaSetController } from './replica-set/controller.ts';
import { eventually, items, startTestCluster, type TestCluster } from './testing.ts';

const namespace = 'default';
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const collectors = () => [garbageCollector(5), namespaceController(2), replicaSetController(2)];

async function configMap(name: string, owners: readonly ConfigMap[] = [], more: Partial<ConfigMap['metadata']> = {}) {
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name,
    uid: metadata.uid ?? '',
    blockOwnerDeletion: true,
  }));
  return cluster.client.resource(configMaps).create({ metadata: { name, namespace, ownerReferences, ...more } });
}

const exists = async (name: string): Promise<boolean> => {
  try {
    await cluster.client.resource(configMaps).get(name, { namespace });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
};
const remove = (name: string, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') =>
  cluster.client.resource(configMaps).delete(name, { namespace, propagationPolicy });

test('what is owned goes after its owner in the background, down to the last generation', async () => {
  await cluster.start(collectors());
  const owner = await configMap('owner');
  const child = await configMap('child', [owner]);
  await configMap('grandchild', [child]);
  await configMap('bystander');
  await remove('owner', 'Background');
  await eventually(async () => !(await exists('child')) && !(await exists('grandchild')));
  expect(await exists('bystander')).toBe(true);
});

test('an owner deleted in the foreground goes after all that block it', async () => {
  const owner = await configMap('owner');
  await configMap('child', [owner], { finalizers: ['test.example/held'] });
  await cluster.start(collectors());
  await remove('owner', 'Foreground');
  await eventually(async () => {
    const child = await cluster.client.resource(configMaps).get('child', { namespace });
    return child.metadata.deletionTimestamp !== undefined;
  });
  expect(await exists('owner')).toBe(true);
  await cluster.client
    .resource(configMaps)
    .patch('child', { metadata: { finalizers: null } }, { namespace, type: 'merge' });
  await eventually(async () => !(await exists('child')) && !(await exists('owner')));
});

test('orphans stay, without their owner', async () => {
  await cluster.start(collectors());
  const owner = await configMap('owner');
  await configMap('child', [owner]);
  await eventually(async () => exists('child'));
  await remove('owner', 'Orphan');
  await eventually(async () => !(await exists('owner')));
  const child = await cluster.client.resource(configMaps).get('child', { namespace });
  expect(child.metadata.ownerReferences ?? []).toEqual([]);
});

test('an object with two owners stays while one of them does, and forgets the other', async () => {
  await cluster.start(collectors());
  const [one, two] = [await configMap('one'), await configMap('two')];
  await configMap('child', [one, two]);
  await remove('one', 'Background');
  await eventually(async () => {
    const child = await cluster.client.resource(configMaps).get('child', { namespace });
    return child.metadata.ownerReferences?.length === 1 && child.metadata.ownerReferences[0]?.name === 'two';
  });
  await remove('two', 'Background');
  await eventually(async () => !(await exists('child')));
});

test('what was orphaned while nobody collected is found at the start; another object of the owner’s name does not count', async () => {
  const owner = await configMap('owner');
  await configMap('child', [owner]);
  await remove('owner', 'Background');
  await configMap('owner');
  await cluster.start(collectors());
  await eventually(async () => !(await exists('child')));
  expect(await exists('owner')).toBe(true);
});

test('a deleted replica set takes its pods along, or leaves them when asked to', async () => {
  await cluster.start(collectors());
  const make = (name: string) =>
    cluster.client.resource(replicaSets).create({
      metadata: { name, namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } } as never, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
  await Promise.all([make('gone'), make('kept')]);
  await eventually(async () => (await items(cluster, pods, namespace)).length === 4);
  await cluster.client.resource(replicaSets).delete('gone', { namespace, propagationPolicy: 'Foreground' });
  await cluster.client.resource(replicaSets).delete('kept', { namespace, propagationPolicy: 'Orphan' });
  await eventually(async () => (await items(cluster, replicaSets, namespace)).length === 0);
  const left = await eventually(async () => {
    const all = (await items(cluster, pods, namespace)).filter((pod) => pod.metadata.deletionTimestamp === undefined);
    return all.length === 2 && all;
  });
  expect(left.every((pod) => pod.metadata.labels?.['app'] === 'kept')).toBe(true);
  expect(left.flatMap((pod) => pod.metadata.ownerReferences ?? [])).toEqual([]);
});

test('a namespace is emptied, tells what holds it up, and goes', async () => {
  await cluster.start(collectors());
  const name = 'doomed';
  await cluster.client.resource(namespaces).create({ metadata: { name }, spec: {} } as Namespace);
  await cluster.client
    .resource(configMaps)
    .create({ metadata: { name: 'held', namespace: name, finalizers: ['test.example/held'] } });
  await cluster.client.resource(secrets).create({ metadata: { name: 'secret', namespace: name } });
  await cluster.client
    .resource(services)
    .create({ metadata: { name: 'svc', namespace: name }, spec: { ports: [{ port: 80 }] } });
  await cluster.client.resource(namespaces).delete(name);
  const held = await eventually(async () => {
    const found = await cluster.client.resource(namespaces).get(name);
    return (
      found.status?.conditions?.some((one) => one.type === 'NamespaceFinalizersRemaining' && one.status === 'True') &&
      found
    );
  });
  expect(held.status?.phase).toBe('Terminating');
  expect(held.status?.conditions?.find((one) => one.type === 'NamespaceFinalizersRemaining')?.message).toBe(
    'Some content in the namespace has finalizers remaining: test.example/held in 1 resource instances',
  );
  await cluster.client
    .resource(configMaps)
    .patch('held', { metadata: { finalizers: null } }, { namespace: name, type: 'merge' });
  await eventually(async () => {
    const all = await items(cluster, namespaces);
    return !all.some((one) => one.metadata.name === name);
  });
});
