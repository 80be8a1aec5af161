import { mkdtemp, rm } from 'node:fs/promises';
import { request as request1 } from 'node:https';
import { connect as connect2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configMaps, events } from '@wherry/api';
import { openStore } from '@wherry/store';
import { expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, refusal } from '../testing/objects.ts';

async function withCluster(
  options: Parameters<typeof startTestApiserver>[0],
  run: (cluster: TestApiserver) => Promise<void>,
): Promise<void> {
  const cluster = await startTestApiserver(options);
  try {
    await run(cluster);
  } finally {
    await cluster.close();
  }
}

test('HTTP/1.1 and HTTP/2 are served on one port', () =>
  withCluster({}, async ({ server, config }) => {
    const tls = { ca: config.ca!, cert: config.cert!, key: config.key! };
    const body = await new Promise<string>((resolve, reject) => {
      request1({ host: '127.0.0.1', port: server.port, path: '/api/v1/namespaces/default', ...tls }, (reply) => {
        expect(reply.httpVersion).toBe('1.1');
        let text = '';
        reply.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        reply.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
    expect(JSON.parse(body)).toMatchObject({ kind: 'Namespace', metadata: { name: 'default' } });
    const session = connect2(server.url, tls);
    const status = await new Promise<number>((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': '/api/v1/namespaces/default' });
      stream.on('response', (headers) => resolve(headers[':status'] ?? 0));
      stream.resume();
    });
    session.close();
    expect(status).toBe(200);
  }));

test('discovery lists what is served, in both of its forms', () =>
  withCluster({}, async ({ client }) => {
    const list = await client.request<{ resources: { name: string; kind: string; verbs: string[] }[] }>({
      method: 'GET',
      path: '/apis/apps/v1',
    });
    expect(list.resources.map(({ name }) => name)).toEqual([
      'controllerrevisions',
      'daemonsets',
      'daemonsets/status',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/scale',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ]);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const aggregated = await client.raw({ method: 'GET', path: '/apis', accept });
    expect(aggregated.headers['content-type']).toBe(accept);
    expect(JSON.parse(aggregated.body.toString())).toMatchObject({
      kind: 'APIGroupDiscoveryList',
      items: expect.arrayContaining([expect.objectContaining({ metadata: { name: 'apps', creationTimestamp: null } })]),
    });
    const again = await client.raw({
      method: 'GET',
      path: '/apis',
      accept,
      headers: { 'if-none-match': String(aggregated.headers['etag']) },
    });
    expect(again.status).toBe(304);
    const index = await client.request<{ paths: Record<string, { serverRelativeURL: string }> }>({
      method: 'GET',
      path: '/openapi/v3',
    });
    const url = index.paths['apis/apps/v1']!.serverRelativeURL;
    expect(await client.request({ method: 'GET', path: url })).toMatchObject({ openapi: '3.0.0' });
  }));

test('requests beyond the limit are told to come back', () =>
  withCluster({ enablePriorityAndFairness: false, maxRequestsInFlight: 1 }, async ({ client, server, config }) => {
    // A read of a revision that is not there yet holds its place until the answer.
    const path = '/api/v1/namespaces/default/configmaps';
    const waiting = client
      .request({ method: 'GET', path, query: { resourceVersion: '999999' } })
      .catch(() => undefined);
    const tls = { ca: config.ca!, cert: config.cert!, key: config.key! };
    const ask = () =>
      new Promise<number>((resolve, reject) => {
        request1({ host: '127.0.0.1', port: server.port, path: `${path}?resourceVersion=0`, ...tls }, (reply) => {
          reply.resume();
          if (reply.statusCode === 429) expect(reply.headers['retry-after']).toBe('1');
          resolve(reply.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
    await vi.waitUntil(async () => (await ask()) === 429, { timeout: 2_500, interval: 1 });
    await waiting;
    expect(await ask()).toBe(200);
  }));

test('Events go away by themselves', () =>
  withCluster({ eventTtlSeconds: -59 }, async ({ client }) => {
    const event = {
      metadata: { name: 'brief', namespace: 'default' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'default' },
    };
    await client.resource(events).create(event);
    for await (const { type } of client.resource(events).watch({ namespace: 'default', resourceVersion: '0' }))
      if (type === 'DELETED') break;
    expect((await refusal(client.resource(events).get('brief', { namespace: 'default' }))).code).toBe(404);
  }));

test('what was answered is there after a restart on disk, and a watch goes on', async () => {
  const path = await mkdtemp(join(tmpdir(), 'apiserver-'));
  const storage = await openStore({ path });
  const first = await startTestApiserver({ storage });
  const created = await Promise.all(
    Array.from({ length: 30 }, (_, i) => first.client.resource(configMaps).create(configMap(`kept-${i}`))),
  );
  const { metadata } = await first.client.resource(configMaps).list({ namespace: 'default' });
  await first.client.resource(configMaps).delete('kept-0', { namespace: 'default' });
  await first.close();
  await storage[Symbol.asyncDispose]();
  const reopened = await openStore({ path });
  await withCluster({ storage: reopened }, async ({ client }) => {
    const { items } = await client.resource(configMaps).list({ namespace: 'default' });
    expect(items).toHaveLength(29);
    expect(items).toContainEqual(created[7]);
    for await (const event of client
      .resource(configMaps)
      .watch({ namespace: 'default', resourceVersion: metadata.resourceVersion })) {
      expect(event).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'kept-0' } } });
      break;
    }
  });
  await reopened[Symbol.asyncDispose]();
  await rm(path, { recursive: true });
});

test('stopping ends watches and lets a client know', async () => {
  const cluster = await startTestApiserver();
  const ended = (async () => {
    for await (const event of cluster.client
      .resource(configMaps)
      .watch({ namespace: 'kube-public', resourceVersion: '0' }))
      expect(event).toBeUndefined();
  })();
  await cluster.client.request({ method: 'GET', path: '/readyz' });
  const other = startTestApiserver({ storage: cluster.storage });
  await (await other).close();
  await cluster.server.close();
  await ended.catch(() => undefined);
  await cluster.storage[Symbol.asyncDispose]();
  cluster.client.close();
});

test('what was acknowledged while the server stopped is stored', async () => {
  const cluster = await startTestApiserver();
  const creates = Array.from({ length: 40 }, (_, i) =>
    cluster.client.resource(configMaps).create(configMap(`last-${i}`)),
  );
  await creates[0];
  await cluster.server.close();
  cluster.client.close();
  const outcomes = await Promise.allSettled(creates);
  const acknowledged = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value.metadata.name] : [],
  );
  const { items } = await cluster.storage.list('/registry/configmaps/default/');
  const stored = new Set(items.map(({ key }) => key.slice('/registry/configmaps/default/'.length)));
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  await cluster.storage[Symbol.asyncDispose]();
});

test('metrics have upstream’s names and only known labels', () =>
  withCluster({}, async ({ client }) => {
    await client.resource(configMaps).list({ namespace: 'default' });
    await refusal(client.request({ method: 'GET', path: '/apis/made.up/v1/labels' }));
    const text = await client.request<string>({ method: 'GET', path: '/metrics' });
    expect(text).toMatch(
      /apiserver_request_total\{verb="LIST",group="",version="v1",resource="configmaps",subresource="",scope="namespace",code="200"\} 1/,
    );
    expect(text).toContain('apiserver_request_duration_seconds_bucket');
    expect(text).not.toContain('made.up');
  }));
