import { configMaps, namespaces, nodes, pods, type Namespace } from '@wherry/api';
import { isNotFound } from '@wherry/apimachinery';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
});
afterAll(() => cluster.close());

const inDefault = { namespace: 'default' };

async function isGone(name: string): Promise<boolean> {
  return cluster.client
    .resource(pods)
    .get(name, inDefault)
    .then(() => false, isNotFound);
}

test('an unscheduled pod goes at once', async () => {
  await cluster.client.resource(pods).create(pod('unscheduled'));
  await cluster.client.resource(pods).delete('unscheduled', inDefault);
  expect(await isGone('unscheduled')).toBe(true);
});

test('a running pod is given its grace period, which can be shortened, and goes when its kubelet says so', async () => {
  const client = cluster.client.resource(pods);
  await client.create(pod('graceful', { nodeName: 'n1', terminationGracePeriodSeconds: 20 }));
  await client.delete('graceful', inDefault);
  const first = await client.get('graceful', inDefault);
  expect(first.metadata).toMatchObject({ deletionGracePeriodSeconds: 20, generation: 2 });
  const due = Date.parse(first.metadata.deletionTimestamp!);
  expect(due).toBeGreaterThan(Date.parse(first.metadata.creationTimestamp!) + 15_000);
  await client.delete('graceful', { ...inDefault, gracePeriodSeconds: 5 });
  const second = await client.get('graceful', inDefault);
  expect(second.metadata.deletionGracePeriodSeconds).toBe(5);
  expect(Date.parse(second.metadata.deletionTimestamp!)).toBeLessThan(due);
  await client.delete('graceful', { ...inDefault, gracePeriodSeconds: 0 });
  expect(await isGone('graceful')).toBe(true);
});

test('a finalizer holds an object until it is taken away', async () => {
  const client = cluster.client.resource(configMaps);
  await client.create({
    ...configMap('held'),
    metadata: { name: 'held', namespace: 'default', finalizers: ['test.io/hold'] },
  });
  await client.delete('held', inDefault);
  const held = await client.get('held', inDefault);
  expect(held.metadata.deletionTimestamp).toBeDefined();
  await client.patch('held', { metadata: { finalizers: null } }, { type: 'merge', ...inDefault });
  expect(isNotFound(await refusal(client.get('held', inDefault)))).toBe(true);
});

test.each([
  ['Foreground', 'foregroundDeletion'],
  ['Orphan', 'orphan'],
] as const)('propagation %s leaves the object to the garbage collector', async (propagationPolicy, finalizer) => {
  const client = cluster.client.resource(configMaps);
  const name = `policy-${finalizer.toLowerCase()}`;
  await client.create(configMap(name));
  await client.delete(name, { ...inDefault, propagationPolicy });
  expect((await client.get(name, inDefault)).metadata.finalizers).toEqual([finalizer]);
});

test('a precondition that does not hold is a conflict', async () => {
  const client = cluster.client.resource(configMaps);
  const created = await client.create(configMap('conditional'));
  const error = await refusal(client.delete('conditional', { ...inDefault, preconditions: { uid: 'other' } }));
  expect(error.code).toBe(409);
  expect(error.message).toContain(`UID in precondition: other, UID in object meta: ${created.metadata.uid}`);
  await client.delete('conditional', { ...inDefault, preconditions: { uid: created.metadata.uid } });
});

test('deletecollection takes what the selector matches', async () => {
  const client = cluster.client.resource(configMaps);
  await client.create(configMap('c1', {}, { set: 'a' }));
  await client.create(configMap('c2', {}, { set: 'a' }));
  await client.create(configMap('c3', {}, { set: 'b' }));
  const path = '/api/v1/namespaces/default/configmaps';
  await cluster.client.request({ method: 'DELETE', path, query: { labelSelector: 'set=a' } });
  const { items } = await client.list({ ...inDefault, labelSelector: 'set' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['c3']);
});

test('a namespace terminates, takes nothing new, and goes when finalized', async () => {
  const client = cluster.client.resource(namespaces);
  await client.create({ metadata: { name: 'going' }, spec: {} });
  await client.delete('going');
  const going = await client.get('going');
  expect(going).toMatchObject({ status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
  const error = await refusal(
    cluster.client.resource(configMaps).create({ metadata: { name: 'late', namespace: 'going' } }),
  );
  expect(error.status).toMatchObject({ code: 403, details: { causes: [{ reason: 'NamespaceTerminating' }] } });
  expect(error.message).toBe(
    'configmaps "late" is forbidden: unable to create new content in namespace going because it is being terminated',
  );
  await cluster.client.request<Namespace>({
    method: 'PUT',
    path: '/api/v1/namespaces/going/finalize',
    body: { ...going, spec: { finalizers: [] } },
  });
  expect(isNotFound(await refusal(client.get('going')))).toBe(true);
});

test('the system’s namespaces stay', async () => {
  const error = await refusal(cluster.client.resource(namespaces).delete('kube-system'));
  expect(error.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
});

test('eviction deletes', async () => {
  await cluster.client.resource(pods).create(pod('evicted'));
  const path = '/api/v1/namespaces/default/pods/evicted/eviction';
  await cluster.client.request({
    method: 'POST',
    path,
    body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'evicted' } },
  });
  expect(await isGone('evicted')).toBe(true);
});
