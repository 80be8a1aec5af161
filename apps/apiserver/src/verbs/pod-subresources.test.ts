import { pods, replicationControllers, statefulSets, type Pod } from '@wherry/api';
import { isNotFound } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const pathOf = (name: string, subresource: string) => `/api/v1/namespaces/default/pods/${name}/${subresource}`;
const create = (name: string, more: Partial<Pod['spec']> = {}): Promise<Pod> =>
  cluster.client.resource(pods).create(pod(name, more));
const patch = (name: string, subresource: string, body: object): Promise<Pod> =>
  cluster.client.request({
    method: 'PATCH',
    path: pathOf(name, subresource),
    body,
    contentType: 'application/strategic-merge-patch+json',
  });
const put = (object: Pod, subresource: string): Promise<Pod> =>
  cluster.client.request({ method: 'PUT', path: pathOf(object.metadata.name, subresource), body: object });

describe('pods/ephemeralcontainers', () => {
  const debug = { name: 'debug', image: 'busybox' };

  test('adds containers, and nothing else', async () => {
    await create('looked-into');
    const spec = { ephemeralContainers: [debug], activeDeadlineSeconds: 5 };
    const body = { metadata: { labels: { sneaked: 'in' } }, spec };
    const changed = await patch('looked-into', 'ephemeralcontainers', body);
    expect(changed.spec.ephemeralContainers).toMatchObject([{ ...debug, imagePullPolicy: 'Always' }]);
    expect(changed.spec.activeDeadlineSeconds).toBeUndefined();
    expect(changed.metadata.labels).toBeUndefined();
    expect(changed.metadata.generation).toBe(2);
    const read = await cluster.client.request<Pod>({
      method: 'GET',
      path: pathOf('looked-into', 'ephemeralcontainers'),
    });
    expect(read.spec.ephemeralContainers).toHaveLength(1);
  });

  test('are neither changed nor removed', async () => {
    await create('watched');
    const changed = await patch('watched', 'ephemeralcontainers', { spec: { ephemeralContainers: [debug] } });
    const removal = { ...changed, spec: { ...changed.spec, ephemeralContainers: [] } };
    expect((await refusal(put(removal, 'ephemeralcontainers'))).message).toContain(
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "debug" may not be removed',
    );
    const edit = { spec: { ephemeralContainers: [{ name: 'debug', image: 'other' }] } };
    expect((await refusal(patch('watched', 'ephemeralcontainers', edit))).message).toContain('may not be changed');
  });
});

describe('pods/resize', () => {
  const sized = (cpu: string, more: object = {}): Pod['spec']['containers'] => [
    { name: 'app', image: 'web:1', resources: { requests: { cpu }, ...more } },
  ];

  test('changes the resources of a container, and nothing else', async () => {
    await create('grows', { containers: sized('100m') });
    const containers = [{ name: 'app', image: 'other', resources: { requests: { cpu: '200m' } } }];
    const changed = await patch('grows', 'resize', { spec: { containers } });
    expect(changed.spec.containers).toMatchObject([{ image: 'web:1', resources: { requests: { cpu: '200m' } } }]);
    expect(changed.metadata.generation).toBe(2);
  });

  test('is refused where the class, what else is counted, or the list would change', async () => {
    const made = await create('stays', { containers: sized('100m') });
    const with_ = (containers: Pod['spec']['containers']): Pod => ({ ...made, spec: { ...made.spec, containers } });
    const [container] = made.spec.containers;
    const resources = { limits: { cpu: '100m', memory: '1Gi' }, requests: { cpu: '100m', memory: '1Gi' } };
    expect((await refusal(put(with_([{ ...container!, resources }]), 'resize'))).message).toContain(
      'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    );
    const removed = { limits: { memory: '1Gi' } };
    expect((await refusal(put(with_([{ ...container!, resources: removed }]), 'resize'))).message).toContain(
      'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
    );
    const other = { requests: { cpu: '100m', 'ephemeral-storage': '1Gi' } };
    expect((await refusal(put(with_([{ ...container!, resources: other }]), 'resize'))).message).toContain(
      'only cpu and memory resources are mutable',
    );
    const two = with_([container!, { ...container!, name: 'b' }]);
    expect((await refusal(put(two, 'resize'))).message).toContain(
      'spec: Forbidden: containers may not be added or removed on resize',
    );
  });

  test('is refused on a node whose kubelet does not report resources', async () => {
    const made = await create('old-node', { containers: sized('100m'), nodeName: 'n' });
    const running = { name: 'app', image: 'i', imageID: '', ready: true, restartCount: 0, state: { running: {} } };
    await cluster.client
      .resource(pods)
      .updateStatus({ ...made, status: { ...made.status, phase: 'Running', containerStatuses: [running] } });
    expect((await refusal(patch('old-node', 'resize', { spec: { containers: sized('200m') } }))).message).toContain(
      'spec: Forbidden: Pod running on node without support for resize',
    );
  });
});

test('bindings by the collection bind the pod that the body names', async () => {
  await create('bound-by-body');
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound-by-body' }, target: { name: 'n1' } };
  await cluster.client.request({ method: 'POST', path: '/api/v1/namespaces/default/bindings', body });
  const bound = await cluster.client.resource(pods).get('bound-by-body', { namespace: 'default' });
  expect(bound.spec.nodeName).toBe('n1');
  const missing = { ...body, metadata: { name: 'missing' } };
  const error = await refusal(
    cluster.client.request({ method: 'POST', path: '/api/v1/namespaces/default/bindings', body: missing }),
  );
  expect(isNotFound(error)).toBe(true);
});

test('the scale of stateful sets and replication controllers', async () => {
  const labels = { app: 'scaled' };
  const template = { metadata: { name: '', labels }, spec: { containers: [{ name: 'a', image: 'i:1' }] } };
  const metadata = { name: 'scaled', namespace: 'default' };
  await cluster.client
    .resource(statefulSets)
    .create({ metadata, spec: { selector: { matchLabels: labels }, template } });
  await cluster.client.resource(replicationControllers).create({ metadata, spec: { template } });
  for (const path of [
    '/apis/apps/v1/namespaces/default/statefulsets/scaled/scale',
    '/api/v1/namespaces/default/replicationcontrollers/scaled/scale',
  ]) {
    const body = { spec: { replicas: 4 } };
    await cluster.client.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    expect(await cluster.client.request({ method: 'GET', path })).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 4 },
      status: { replicas: 0, selector: 'app=scaled' },
    });
  }
});

test('component statuses say how the store is', async () => {
  const path = '/api/v1/componentstatuses';
  const list = await cluster.client.request<{ items: { metadata: { name: string } }[] }>({ method: 'GET', path });
  expect(list.items.map(({ metadata }) => metadata.name)).toEqual(['controller-manager', 'etcd-0', 'scheduler']);
  expect(await cluster.client.request({ method: 'GET', path: `${path}/etcd-0` })).toMatchObject({
    kind: 'ComponentStatus',
    conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
  });
  expect(isNotFound(await refusal(cluster.client.request({ method: 'GET', path: `${path}/etcd-1` })))).toBe(true);
});
