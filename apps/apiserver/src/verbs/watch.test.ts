import { configMaps, namespaces, nodes, pods, type ConfigMap } from '@wherry/api';
import { isExpired, type WatchEvent } from '@wherry/apimachinery';
import { openMemoryStore } from '@wherry/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal, summary, take } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const inDefault = { namespace: 'default' };

async function withWatch<T>(open: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const end = new AbortController();
  try {
    return await open(end.signal);
  } finally {
    end.abort();
  }
}

test('a watch from a revision shows exactly what came after it, in order', () =>
  withWatch(async (signal) => {
    const client = cluster.client.resource(configMaps);
    await client.create(configMap('before'));
    const { metadata } = await client.list(inDefault);
    await client.create(configMap('w1'));
    await client.patch('w1', { data: { a: 'b' } }, { type: 'merge', ...inDefault });
    const events = client.watch({ ...inDefault, resourceVersion: metadata.resourceVersion, signal });
    await client.delete('w1', inDefault);
    await client.create(configMap('w2'));
    const seen = await take(events, 4);
    expect(summary(seen)).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w1', 'ADDED w2']);
    const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(4);
  }));

test.each(['ring', 'history'])('a watch of one namespace shows nothing of another, out of the %s', (source) =>
  withWatch(async (signal) => {
    const storage = await openMemoryStore();
    let server = await startTestApiserver({ storage });
    const { metadata } = await server.client.resource(configMaps).list(inDefault);
    await server.client.resource(namespaces).create({ metadata: { name: 'elsewhere' }, spec: {} });
    await server.client.resource(configMaps).create({ metadata: { name: 'secret', namespace: 'elsewhere' } });
    await server.client.resource(configMaps).create(configMap('own'));
    if (source === 'history') {
      await server.close();
      server = await startTestApiserver({ storage });
    }
    const { resourceVersion } = metadata;
    const events = server.client.resource(configMaps).watch({ ...inDefault, resourceVersion, signal });
    expect(summary(await take(events, 1))).toEqual(['ADDED own']);
    await server.close();
  }),
);

test('an object that begins or ceases to match a selector is added or deleted', () =>
  withWatch(async (signal) => {
    const client = cluster.client.resource(configMaps);
    const { metadata } = await client.list(inDefault);
    const events = client.watch({
      ...inDefault,
      labelSelector: 'on=yes',
      resourceVersion: metadata.resourceVersion,
      signal,
    });
    await client.create(configMap('sel'));
    const relabel = (on: string) =>
      client.patch('sel', { metadata: { labels: { on } } }, { type: 'merge', ...inDefault });
    await relabel('yes');
    await client.patch('sel', { data: { a: 'b' } }, { type: 'merge', ...inDefault });
    const off = await relabel('no');
    await relabel('yes');
    const seen = await take(events, 4);
    expect(summary(seen)).toEqual(['ADDED sel', 'MODIFIED sel', 'DELETED sel', 'ADDED sel']);
    expect(seen[2]?.object.metadata).toMatchObject({
      resourceVersion: off.metadata.resourceVersion,
      labels: { on: 'yes' },
    });
  }));

test('a kubelet’s watch sees the pods of its node alone, from their binding on', () =>
  withWatch(async (signal) => {
    const client = cluster.client.resource(pods);
    await cluster.client.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
    const events = client.watch({ fieldSelector: 'spec.nodeName=n1', signal });
    await client.create(pod('mine'));
    await client.create(pod('other', { nodeName: 'n2' }));
    const path = '/api/v1/namespaces/default/pods/mine/binding';
    await cluster.client.request({
      method: 'POST',
      path,
      body: { metadata: { name: 'mine' }, target: { name: 'n1' } },
    });
    const [first] = await take(events, 1);
    expect(first).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'mine' }, spec: { nodeName: 'n1' } } });
    expect((await client.list({ fieldSelector: 'spec.nodeName=n1' })).items).toHaveLength(1);
  }));

test('sendInitialEvents shows the state, then a bookmark that says so, then what happens', () =>
  withWatch(async (signal) => {
    const client = cluster.client.resource(configMaps);
    await client.create(configMap('initial', {}, { init: 'x' }));
    const { body } = await cluster.client.stream({
      method: 'GET',
      path: '/api/v1/namespaces/default/configmaps',
      query: {
        watch: 'true',
        sendInitialEvents: 'true',
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: 'true',
        labelSelector: 'init=x',
      },
      signal,
    });
    const frames = lines(body);
    expect(await frames.next()).toMatchObject({ value: { type: 'ADDED', object: { metadata: { name: 'initial' } } } });
    const bookmark = (await frames.next()).value!;
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    const created = await client.create(configMap('later', {}, { init: 'x' }));
    expect(await frames.next()).toMatchObject({ value: { type: 'ADDED', object: { metadata: { name: 'later' } } } });
    expect(Number(bookmark.object.metadata.resourceVersion)).toBeLessThan(Number(created.metadata.resourceVersion));
  }));

test('timeoutSeconds ends a watch', async () => {
  const seen: string[] = [];
  for await (const { type } of cluster.client
    .resource(configMaps)
    .watch({ ...inDefault, resourceVersion: '0', timeoutSeconds: 1 }))
    seen.push(type);
  expect(seen.every((type) => type === 'ADDED')).toBe(true);
});

test('a watch goes on over a restart of the apiserver without a gap, and ends with 410 once history is compacted', async () => {
  const storage = await openMemoryStore();
  const before = await startTestApiserver({ storage });
  const first = await before.client.resource(configMaps).create(configMap('a'));
  await before.client.resource(configMaps).create(configMap('b'));
  await before.client.resource(configMaps).delete('a', inDefault);
  await before.close();
  const after = await startTestApiserver({ storage });
  const resume = { ...inDefault, resourceVersion: first.metadata.resourceVersion };
  await withWatch(async (signal) => {
    const events = after.client.resource(configMaps).watch({ ...resume, signal });
    expect(summary(await take(events, 2))).toEqual(['ADDED b', 'DELETED a']);
    await after.client.resource(configMaps).create(configMap('c'));
    expect(summary(await take(events, 1))).toEqual(['ADDED c']);
  });
  await storage.compact(await storage.currentRevision());
  await after.close();
  const last = await startTestApiserver({ storage });
  const error = await refusal(take(last.client.resource(configMaps).watch(resume), 1));
  expect(isExpired(error)).toBe(true);
  expect(error.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
  await last.close();
  await storage[Symbol.asyncDispose]();
});

async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent<ConfigMap>, undefined> {
  let rest = '';
  for await (const chunk of body) {
    rest += chunk.toString();
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      yield JSON.parse(rest.slice(0, end)) as WatchEvent<ConfigMap>;
      rest = rest.slice(end + 1);
    }
  }
  return undefined;
}
