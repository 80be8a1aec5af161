import { configMaps, deployments, pods, type ConfigMap, type Pod } from '@wherry/api';
import { isAlreadyExists, isConflict, isNotFound } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, deployment, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const of = (name: string) => ({ name, namespace: 'default' });
const inDefault = { namespace: 'default' };

describe('create', () => {
  test('gives a new object its identity and the revision it was committed at', async () => {
    const created = await cluster.client.resource(configMaps).create(configMap('identity', { a: 'b' }));
    expect(created).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'b' }, metadata: of('identity') });
    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await cluster.client.resource(configMaps).get('identity', inDefault)).toEqual(created);
  });

  test('refuses a name that is taken', async () => {
    await cluster.client.resource(configMaps).create(configMap('taken'));
    const error = await refusal(cluster.client.resource(configMaps).create(configMap('taken')));
    expect(isAlreadyExists(error)).toBe(true);
    expect(error.status).toMatchObject({
      message: 'configmaps "taken" already exists',
      code: 409,
      details: { name: 'taken', kind: 'configmaps' },
    });
  });

  test('makes names from generateName that differ', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        cluster.client
          .resource(configMaps)
          .create({ metadata: { name: '', generateName: 'made-', namespace: 'default' } }),
      ),
    );
    const names = new Set(made.map(({ metadata }) => metadata.name));
    expect(names.size).toBe(20);
    for (const name of names) expect(name).toMatch(/^made-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('stores nothing on a dry run', async () => {
    const dry = await cluster.client.resource(configMaps).create(configMap('dry'), { dryRun: true });
    expect(dry.metadata.uid).toBeDefined();
    expect(isNotFound(await refusal(cluster.client.resource(configMaps).get('dry', inDefault)))).toBe(true);
  });

  test('drops the status a client sends and counts the generation from 1', async () => {
    const created = await cluster.client
      .resource(deployments)
      .create({ ...deployment('fresh'), status: { replicas: 7 } });
    expect(created.metadata.generation).toBe(1);
    expect(created.status?.replicas).toBeUndefined();
  });
});

describe('update', () => {
  test('of a stale object is a conflict that changes nothing', async () => {
    const client = cluster.client.resource(configMaps);
    const first = await client.create(configMap('stale', { n: '1' }));
    await client.update({ ...first, data: { n: '2' } });
    const error = await refusal(client.update({ ...first, data: { n: '3' } }));
    expect(isConflict(error)).toBe(true);
    expect(error.message).toBe(
      'Operation cannot be fulfilled on configmaps "stale": the object has been modified; please apply your changes to the latest version and try again',
    );
    expect((await client.get('stale', inDefault)).data).toEqual({ n: '2' });
  });

  test('without a change keeps the resourceVersion', async () => {
    const client = cluster.client.resource(configMaps);
    const first = await client.create(configMap('same', { n: '1' }));
    expect((await client.update(first)).metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  test('counts the generation only when the spec changes, and leaves the status', async () => {
    const client = cluster.client.resource(deployments);
    const first = await client.create(deployment('counted'));
    const observed = await client.updateStatus({
      ...first,
      status: { replicas: 1 },
      spec: { ...first.spec, replicas: 9 },
    });
    expect(observed).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1 }, status: { replicas: 1 } });
    const scaled = await client.update({
      ...observed,
      spec: { ...observed.spec, replicas: 3 },
      status: { replicas: 5 },
    });
    expect(scaled).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 }, status: { replicas: 1 } });
    const labelled = await client.update({ ...scaled, metadata: { ...scaled.metadata, labels: { a: 'b' } } });
    expect(labelled.metadata.generation).toBe(2);
  });

  test('of what does not exist is 404', async () => {
    expect(isNotFound(await refusal(cluster.client.resource(configMaps).update(configMap('nowhere'))))).toBe(true);
  });
});

describe('patch', () => {
  test('knows the three kinds', async () => {
    const client = cluster.client.resource(configMaps);
    await client.create(configMap('patched', { a: '1', b: '2' }));
    await client.patch('patched', { data: { a: null, c: '3' } }, { type: 'merge', ...inDefault });
    await client.patch('patched', [{ op: 'replace', path: '/data/b', value: '9' }], { type: 'json', ...inDefault });
    const last = await client.patch(
      'patched',
      { metadata: { labels: { x: 'y' } } },
      { type: 'strategic', ...inDefault },
    );
    expect(last).toMatchObject({ data: { b: '9', c: '3' }, metadata: { labels: { x: 'y' } } });
  });

  test('merges containers by name when strategic', async () => {
    const client = cluster.client.resource(deployments);
    await client.create(deployment('strategic'));
    const patch = { spec: { template: { spec: { containers: [{ name: 'side', image: 'side' }] } } } };
    const patched = await client.patch('strategic', patch, { type: 'strategic', ...inDefault });
    expect(patched.spec.template.spec.containers.map(({ name }) => name).sort()).toEqual(['app', 'side']);
  });

  test('of many at once loses none', async () => {
    const client = cluster.client.resource(configMaps);
    await client.create(configMap('crowd'));
    const keys = Array.from({ length: 5 }, (_, i) => `k${i}`);
    await Promise.all(
      keys.map((key) => client.patch('crowd', { data: { [key]: 'v' } }, { type: 'merge', ...inDefault })),
    );
    expect(Object.keys((await client.get('crowd', inDefault)).data ?? {}).sort()).toEqual(keys);
  });
});

describe('subresources', () => {
  test('binding sets the node once', async () => {
    const client = cluster.client.resource(pods);
    await client.create(pod('bound'));
    const bind = (node: string) =>
      cluster.client.request({
        method: 'POST',
        path: '/api/v1/namespaces/default/pods/bound/binding',
        body: { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'bound' }, target: { kind: 'Node', name: node } },
      });
    await bind('n1');
    const seen = await client.get('bound', inDefault);
    expect([seen.spec.nodeName, seen.metadata.generation]).toEqual(['n1', 1]);
    expect(seen.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    const error = await refusal(bind('n2'));
    expect(error.code).toBe(409);
    expect(error.message).toContain('pod bound is already assigned to node "n1"');
  });

  test('scale reads and writes replicas', async () => {
    await cluster.client.resource(deployments).create(deployment('scaled', 2));
    const path = '/apis/apps/v1/namespaces/default/deployments/scaled/scale';
    const scale = await cluster.client.request<{ spec: object; status: object }>({ method: 'GET', path });
    expect(scale).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 2 },
      status: { selector: 'app=scaled' },
    });
    await cluster.client.request({ method: 'PUT', path, body: { ...scale, spec: { replicas: 4 } } });
    expect(await cluster.client.resource(deployments).get('scaled', inDefault)).toMatchObject({
      spec: { replicas: 4 },
      metadata: { generation: 2 },
    });
    const negative = await refusal(
      cluster.client.request({
        method: 'PATCH',
        path,
        contentType: 'application/merge-patch+json',
        body: { spec: { replicas: -1 } },
      }),
    );
    expect(negative.code).toBe(422);
  });

  test('both groups of Event show the same object under their own names', async () => {
    const path = '/apis/events.k8s.io/v1/namespaces/default/events';
    const event = {
      metadata: { name: 'seen', namespace: 'default' },
      eventTime: '2026-01-02T03:04:05.000006Z',
      reportingController: 'test.io/c',
      reportingInstance: 'i',
      action: 'Test',
      reason: 'Tested',
      note: 'all is well',
      type: 'Normal',
      regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    };
    await cluster.client.request({ method: 'POST', path, body: event });
    const core = await cluster.client.request<object>({
      method: 'GET',
      path: '/api/v1/namespaces/default/events/seen',
    });
    expect(core).toMatchObject({
      kind: 'Event',
      apiVersion: 'v1',
      message: 'all is well',
      involvedObject: { name: 'p' },
      reportingComponent: 'test.io/c',
    });
    const list = await cluster.client.request<{ items: object[] }>({
      method: 'GET',
      path,
      query: { fieldSelector: 'regarding.name=p' },
    });
    expect(list.items).toMatchObject([{ note: 'all is well', regarding: { name: 'p' } }]);
  });
});

test('many writers and readers see their own writes', async () => {
  const client = cluster.client.resource<ConfigMap>(configMaps);
  await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      const created = await client.create(configMap(`own-${i}`));
      expect(await client.get(`own-${i}`, inDefault)).toEqual(created);
      const { items } = await client.list({ ...inDefault, fieldSelector: `metadata.name=own-${i}` });
      expect(items).toHaveLength(1);
    }),
  );
});

test('a pod is defaulted, and tolerates a lost node for a while', async () => {
  const created = await cluster.client.resource<Pod>(pods).create(pod('defaulted'));
  expect(created.spec).toMatchObject({ restartPolicy: 'Always', priority: 0 });
  expect(created.spec.tolerations?.map(({ key, tolerationSeconds }) => `${key} ${tolerationSeconds}`)).toEqual([
    'node.kubernetes.io/not-ready 300',
    'node.kubernetes.io/unreachable 300',
  ]);
  expect(created.status).toMatchObject({ phase: 'Pending', qosClass: 'BestEffort' });
});
