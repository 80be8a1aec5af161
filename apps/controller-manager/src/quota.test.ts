import { afterEach, beforeEach, expect, test } from 'vitest';
import { StatusError, deepEqual } from '@wherry/apimachinery';
import {
  configMaps,
  limitRanges,
  persistentVolumeClaims,
  pods,
  resourceQuotas,
  services,
  type Pod,
  type ResourceQuota,
} from '@wherry/api';
import { resourceQuotaController } from './resource-quota/controller.ts';
import { claimProtectionController } from './storage-protection/controllers.ts';
import { eventually, startTestCluster, type TestCluster } from './testing.ts';

const namespace = 'default';
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const pod = (name: string, resources?: object, more: object = {}): Pod =>
  ({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'i', resources }], ...more } }) as Pod;

const quota = (name: string, spec: ResourceQuota['spec']) =>
  cluster.client.resource(resourceQuotas).create({ metadata: { name, namespace }, spec } as ResourceQuota);

const used = async (name: string) =>
  (await cluster.client.resource(resourceQuotas).get(name, { namespace })).status?.used ?? {};

const usedIs = (name: string, wanted: Record<string, string>) =>
  eventually(async () => {
    return deepEqual(await used(name), wanted);
  });

async function refused(what: Promise<unknown>): Promise<string> {
  try {
    await what;
  } catch (error) {
    if (error instanceof StatusError && error.code === 403) return error.message;
    throw error;
  }
  throw new Error('it was allowed');
}

test('a quota is charged with what is created, and gets back what has gone', async () => {
  await cluster.start([resourceQuotaController(2)]);
  await quota('some', { hard: { pods: '2', 'requests.cpu': '1', 'limits.memory': '1Gi' } });
  await usedIs('some', { pods: '0', 'requests.cpu': '0', 'limits.memory': '0' });
  const resources = { requests: { cpu: '400m' }, limits: { memory: '256Mi' } };
  await cluster.client.resource(pods).create(pod('one', resources));
  expect(await used('some')).toEqual({ pods: '1', 'requests.cpu': '400m', 'limits.memory': '256Mi' });
  expect(
    await refused(cluster.client.resource(pods).create(pod('big', { ...resources, requests: { cpu: '700m' } }))),
  ).toBe(
    'pods "big" is forbidden: exceeded quota: some, requested: requests.cpu=700m, used: requests.cpu=400m, limited: requests.cpu=1',
  );
  expect(await refused(cluster.client.resource(pods).create(pod('silent')))).toBe(
    'pods "silent" is forbidden: failed quota: some: must specify limits.memory for: c; requests.cpu for: c',
  );
  await cluster.client.resource(pods).create(pod('two', resources));
  expect(
    await refused(cluster.client.resource(pods).create(pod('three', { ...resources, requests: { cpu: '1m' } }))),
  ).toBe('pods "three" is forbidden: exceeded quota: some, requested: pods=1, used: pods=2, limited: pods=2');
  await cluster.client.resource(pods).delete('one', { namespace, gracePeriodSeconds: 0 });
  await usedIs('some', { pods: '1', 'requests.cpu': '400m', 'limits.memory': '256Mi' });
});

test('as many as the quota allows get in, however many try at once', async () => {
  await cluster.start([resourceQuotaController(1)]);
  await quota('maps', { hard: { 'count/configmaps': '5' } });
  await usedIs('maps', { 'count/configmaps': '0' });
  const tries = Array.from({ length: 12 }, (_, index) =>
    cluster.client.resource(configMaps).create({ metadata: { name: `map-${index}`, namespace }, data: {} }),
  );
  const outcome = await Promise.allSettled(tries);
  expect(outcome.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await used('maps')).toEqual({ 'count/configmaps': '5' });
});

test('a quota whose status nobody has written yet lets nothing through, and dry runs take nothing', async () => {
  await quota('fresh', { hard: { pods: '1' } });
  expect(await refused(cluster.client.resource(pods).create(pod('early')))).toBe(
    'pods "early" is forbidden: status unknown for quota: fresh, resources: pods',
  );
  await cluster.start([resourceQuotaController(1)]);
  await usedIs('fresh', { pods: '0' });
  await cluster.client.resource(pods).create(pod('dry'), { dryRun: true });
  expect(await used('fresh')).toEqual({ pods: '0' });
});

test('scopes say which pods a quota is about', async () => {
  await cluster.start([resourceQuotaController(1)]);
  await quota('best-effort', { hard: { pods: '0' }, scopes: ['BestEffort'] });
  await usedIs('best-effort', { pods: '0' });
  await cluster.client.resource(pods).create(pod('burstable', { requests: { cpu: '1' } }));
  expect(await refused(cluster.client.resource(pods).create(pod('effort')))).toContain('exceeded quota: best-effort');
});

test('node ports and storage are counted, and an update is charged with what it adds', async () => {
  await cluster.start([resourceQuotaController(1)]);
  await quota('mixed', { hard: { 'services.nodeports': '1', 'requests.storage': '5Gi' } });
  await usedIs('mixed', { 'services.nodeports': '0', 'requests.storage': '0' });
  const service = {
    metadata: { name: 'web', namespace },
    spec: {
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ],
    },
  };
  await cluster.client.resource(services).create(service);
  const publish = cluster.client
    .resource(services)
    .patch('web', { spec: { type: 'NodePort' } }, { namespace, type: 'merge' });
  expect(await refused(publish)).toContain('requested: services.nodeports=2, used: services.nodeports=0');
  const claim = (name: string, storage: string) =>
    cluster.client.resource(persistentVolumeClaims).create({
      metadata: { name, namespace },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
  await claim('fits', '4Gi');
  expect(await refused(claim('too-much', '2Gi'))).toContain('requests.storage=2Gi, used: requests.storage=4Gi');
});

test('a LimitRange fills in what containers leave out, says so, and refuses what is out of bounds', async () => {
  await cluster.client.resource(limitRanges).create({
    metadata: { name: 'bounds', namespace },
    spec: {
      limits: [
        { type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } },
        { type: 'Pod', max: { memory: '1Gi' } },
      ],
    },
  });
  const bad = await refused(
    cluster.client.resource(pods).create(pod('greedy', { limits: { cpu: '2', memory: '2Gi' } })),
  );
  expect(bad).toBe(
    'pods "greedy" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Pod is 1Gi, but limit is 2Gi]',
  );
  const made = await cluster.client.resource(pods).create(pod('modest', { limits: { memory: '64Mi' } }));
  expect(made.spec.containers[0]?.resources).toEqual({
    limits: { cpu: '500m', memory: '64Mi' },
    requests: { cpu: '100m', memory: '64Mi' },
  });
  expect(made.metadata.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
  });
});

test('a claim in use outlives its deletion until the pod has gone', async () => {
  await cluster.start([claimProtectionController()]);
  const claims = cluster.client.resource(persistentVolumeClaims);
  await claims.create({
    metadata: { name: 'data', namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await eventually(async () =>
    (await claims.get('data', { namespace })).metadata.finalizers?.includes('kubernetes.io/pvc-protection'),
  );
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
  await cluster.client.resource(pods).create(pod('user', undefined, { volumes }));
  await claims.delete('data', { namespace });
  expect((await claims.get('data', { namespace })).metadata.deletionTimestamp).toBeDefined();
  await cluster.client.resource(pods).delete('user', { namespace, gracePeriodSeconds: 0 });
  await eventually(async () => (await claims.list({ namespace })).items.length === 0);
});
