import { afterEach, beforeEach, expect, test } from 'vitest';
import { endpoints, endpointSlices, nodes, pods, services, type Node, type Pod } from '@wherry/api';
import { formatTime } from '@wherry/client';
import { endpointSliceController } from './endpoint-slice/controller.ts';
import { endpointsController } from './endpoints/controller.ts';
import { eventually, items, startTestCluster, type TestCluster } from './testing.ts';

const namespace = 'default';
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.client
    .resource(nodes)
    .create({ metadata: { name: 'node', labels: { 'topology.kubernetes.io/zone': 'z1' } }, spec: {} } as Node);
});
afterEach(() => cluster.close());

async function pod(name: string, ip: string, ready: boolean): Promise<Pod> {
  const containers = [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }];
  await cluster.client
    .resource(pods)
    .create({ metadata: { name, namespace, labels: { app: 'web' } }, spec: { nodeName: 'node', containers } });
  return setReady(name, ip, ready);
}

function setReady(name: string, ip: string, ready: boolean): Promise<Pod> {
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: formatTime(Date.now()) }];
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
  return cluster.client.resource(pods).patch(name, { status }, { namespace, type: 'merge', subresource: 'status' });
}

const service = (name: string, more: object = {}) =>
  cluster.client.resource(services).create({
    metadata: { name, namespace, labels: { team: 'blue' } },
    spec: { selector: { app: 'web' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }], ...more },
  });

const slicesOf = async (name: string) =>
  (await items(cluster, endpointSlices, namespace)).filter(
    (slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name,
  );

test('a service’s slices and endpoints follow its pods, ready, not ready and on their way out', async () => {
  await cluster.start([endpointSliceController(2, 100), endpointsController(2)]);
  await service('web');
  const one = await pod('one', '10.0.0.1', true);
  await pod('two', '10.0.0.2', false);
  const slice = await eventually(async () => {
    const [found] = await slicesOf('web');
    const states = found?.endpoints?.map((endpoint) => endpoint.conditions?.ready);
    return states?.length === 2 && states.includes(true) && found;
  });
  expect(slice.addressType).toBe('IPv4');
  expect(slice.ports).toEqual([{ name: 'web', port: 8080, protocol: 'TCP' }]);
  expect(slice.metadata.labels).toEqual({
    team: 'blue',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });
  expect(slice.metadata.ownerReferences).toMatchObject([{ kind: 'Service', name: 'web', controller: true }]);
  expect(slice.endpoints?.find((endpoint) => endpoint.addresses[0] === '10.0.0.1')).toEqual({
    addresses: ['10.0.0.1'],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: 'node',
    zone: 'z1',
    targetRef: { kind: 'Pod', namespace, name: 'one', uid: one.metadata.uid },
  });
  const address = (name: string, ip: string) =>
    expect.objectContaining({ ip, nodeName: 'node', targetRef: expect.objectContaining({ name }) });
  const object = await eventually(async () => {
    const found = (await items(cluster, endpoints, namespace)).find(({ metadata }) => metadata.name === 'web');
    return found?.subsets?.[0]?.notReadyAddresses !== undefined && found.subsets[0].addresses !== undefined && found;
  });
  expect(object.subsets).toEqual([
    {
      addresses: [address('one', '10.0.0.1')],
      notReadyAddresses: [address('two', '10.0.0.2')],
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    },
  ]);

  await cluster.client.resource(pods).delete('one', { namespace, gracePeriodSeconds: 30 });
  await eventually(async () => {
    const [found] = await slicesOf('web');
    const leaving = found?.endpoints?.find((endpoint) => endpoint.addresses[0] === '10.0.0.1')?.conditions;
    return leaving?.terminating === true && leaving.serving === true && leaving.ready === false;
  });
  await cluster.client.resource(pods).delete('one', { namespace, gracePeriodSeconds: 0 });
  await eventually(async () => (await slicesOf('web'))[0]?.endpoints?.length === 1);
});

test('many endpoints fill slices of bounded size, and a change touches one of them', async () => {
  await cluster.start([endpointSliceController(2, 3)]);
  for (let i = 1; i <= 8; i++) await pod(`p${i}`, `10.0.0.${i}`, true);
  await service('web');
  const full = async () => (await slicesOf('web')).flatMap((slice) => slice.endpoints ?? []).length === 8;
  await eventually(full);
  const before = await slicesOf('web');
  expect(before.map((slice) => slice.endpoints?.length ?? 0).toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
  await setReady('p5', '10.0.0.5', false);
  await eventually(async () =>
    (await slicesOf('web')).some((slice) => slice.endpoints?.some((endpoint) => endpoint.conditions?.ready === false)),
  );
  const after = await slicesOf('web');
  const versions = new Map(before.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  expect(after.filter(({ metadata }) => versions.get(metadata.name) !== metadata.resourceVersion)).toHaveLength(1);
});

test('a service that publishes not-ready addresses shows them as ready, one without pods an empty slice', async () => {
  await cluster.start([endpointSliceController(2, 100), endpointsController(2)]);
  await pod('one', '10.0.0.1', false);
  await service('eager', { publishNotReadyAddresses: true, clusterIP: 'None' });
  await service('lonely', { selector: { app: 'nobody' } });
  const [slice] = await eventually(async () => {
    const found = await slicesOf('eager');
    return (found[0]?.endpoints?.length ?? 0) === 1 && found;
  });
  expect(slice?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
  expect(slice?.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
  const [empty] = await eventually(async () => {
    const found = await slicesOf('lonely');
    return found.length === 1 && found;
  });
  expect(empty?.endpoints ?? []).toEqual([]);
});

test('the endpoints of a service without selector are left to their author', async () => {
  await service('mine', { selector: undefined });
  const subsets = [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ port: 1 }] }];
  const mine = await cluster.client.resource(endpoints).create({ metadata: { name: 'mine', namespace }, subsets });
  await cluster.start([endpointSliceController(2, 100), endpointsController(2)]);
  await service('other');
  await eventually(async () =>
    (await items(cluster, endpoints, namespace)).some(({ metadata }) => metadata.name === 'other'),
  );
  const now = await cluster.client.resource(endpoints).get('mine', { namespace });
  expect(now.metadata.resourceVersion).toBe(mine.metadata.resourceVersion);
  await cluster.client.resource(services).delete('other', { namespace });
  await eventually(
    async () => !(await items(cluster, endpoints, namespace)).some(({ metadata }) => metadata.name === 'other'),
  );
});
