import { configMaps, customResourceDefinitions, endpoints, type CustomResourceDefinition } from '@wherry/api';
import { RestClient, type ClientConfig } from '@wherry/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { median, rounds } from './amount.ts';
import { faults } from './faults.ts';
import { Follower, storeHistory } from './history.ts';
import { RestLoad } from './rest-load.ts';
import { StoreCluster } from './store-cluster.ts';

let cluster: StoreCluster;
let client: RestClient;
beforeAll(async () => {
  cluster = await StoreCluster.create({ hosts: 3, flags: ['--etcd-compaction-interval=0'] });
  await cluster.start();
  client = new RestClient(configFrom(0));
  for (const { index } of cluster.hosts) await ready(index);
});
afterAll(async () => {
  client?.close();
  await cluster?.[Symbol.asyncDispose]();
});

/** Knows all servers, and asks that one first. */
function configFrom(first: number): ClientConfig {
  const urls = cluster.hosts.map(({ url }) => url);
  return { servers: [...urls.slice(first), ...urls.slice(0, first)], ...cluster.admin };
}

async function ready(index: number): Promise<void> {
  await using alone = new RestClient({ servers: [cluster.hosts[index]!.url], ...cluster.admin });
  await cluster.eventually(`m${index} is ready`, async () => {
    await alone.request({ method: 'GET', path: '/readyz', timeoutMs: 3_000 });
    return true;
  });
}

it('lists all apiservers as endpoints of default/kubernetes', async () => {
  await cluster.eventually('all three are there', async () => {
    const { subsets } = await client.resource(endpoints).get('kubernetes', { namespace: 'default' });
    return subsets?.[0]?.addresses?.length === 3;
  });
});

it('answers a read at any server with what was just written at another', async () => {
  const clients = cluster.hosts.map(({ url }) => new RestClient({ servers: [url], ...cluster.admin }));
  const at = { namespace: 'default' };
  let { metadata } = await clients[0]!
    .resource(configMaps)
    .create({ metadata: { name: 'written', namespace: 'default' }, data: { n: '-1' } });
  for (let n = 0; n < 60; n++) {
    const written = await clients[n % 3]!.resource(configMaps).update({
      metadata: { ...metadata },
      data: { n: String(n) },
    });
    metadata = written.metadata;
    const reads = await Promise.all(clients.map((one) => one.resource(configMaps).get('written', at)));
    expect(reads.map(({ data }) => data?.['n'])).toEqual([String(n), String(n), String(n)]);
    // Nor does a cache that is behind answer for a revision it has not seen.
    const list = await clients[(n + 1) % 3]!.resource(configMaps).list({
      ...at,
      resourceVersion: metadata.resourceVersion,
      fieldSelector: 'metadata.name=written',
    });
    expect(list.items[0]?.data?.['n']).toBe(String(n));
  }
  for (const one of clients) one.close();
});

it('serves a kind of one’s own everywhere once it is said to be established', async () => {
  const clients = cluster.hosts.map(({ url }) => new RestClient({ servers: [url], ...cluster.admin }));
  const group = 'ha.example.com';
  const path = `/apis/${group}/v1/namespaces/default/things`;
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = {
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as CustomResourceDefinition;
  await clients[0]!.resource(customResourceDefinitions).create(definition);
  await cluster.eventually('it is established', async () => {
    const { status } = await clients[0]!.resource(customResourceDefinitions).get(`things.${group}`);
    return status?.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true;
  });
  for (const [i, one] of clients.entries()) {
    const body = { apiVersion: `${group}/v1`, kind: 'Thing', metadata: { name: `thing-${i}` } };
    await one.request({ method: 'POST', path, body });
  }
  const { items } = await clients[1]!.request<{ items: unknown[] }>({ method: 'GET', path });
  expect(items).toHaveLength(3);
  for (const one of clients) one.close();
});

it.each(Object.entries(faults))('%s: clients go on, and informers see every change once', async (name, fault) => {
  const followers = cluster.hosts.map(({ index }) => new Follower(configFrom(index), configMaps, 'default'));
  for (const follower of followers) await follower.start();
  const from = Math.min(...followers.map(({ informer }) => Number(informer.lastResourceVersion))) + 1;
  for (const follower of followers) follower.changes.length = 0;
  const load = new RestLoad([0, 1, 2, 0].map(configFrom));
  load.start();
  const resumed: number[] = [];
  for (let round = 0; round < rounds(name); round++) {
    const beforeMs = performance.now();
    await cluster.eventually('clients write', async () => load.writesSince(beforeMs) > 20);
    const leader = await cluster.leader();
    await fault.strike(cluster, leader);
    const struckMs = performance.now();
    await cluster.eventually('clients write again', async () => load.writesSince(struckMs) > 20);
    resumed.push(load.resumedAfterMs(struckMs) ?? Number.NaN);
    await fault.mend(cluster, leader);
    await ready(leader.index);
  }
  await load.stop();
  expect(load.unexpected).toEqual([]);

  const { items, metadata } = await client.resource(configMaps).list({ namespace: 'default' });
  const there = new Map(items.map((item) => [item.metadata.name, item.data?.['value']]));
  expect([...load.acknowledged].filter(([name, value]) => there.get(name) !== value)).toEqual([]);

  const { client: etcd } = await cluster.leader();
  const prefix = '/registry/configmaps/default/';
  const history = await storeHistory(etcd, prefix, from, Number(metadata.resourceVersion));
  for (const follower of followers) {
    await follower.reach(history.length);
    expect(follower.changes).toEqual(history);
    // Followed from server to server by revision: never read anew.
    expect(follower.lists).toBe(1);
    await follower[Symbol.asyncDispose]();
  }
  console.log(
    `${name}, over REST: ${resumed.length} rounds, ${load.retries} retries, writes resumed after ${median(resumed).toFixed(0)} ms (median), ${Math.max(...resumed).toFixed(0)} ms (worst)`,
  );
});

it('sends the clients of an apiserver that is cut off from the others elsewhere', async () => {
  const leader = await cluster.leader();
  const cutOff = cluster.hosts[(leader.index + 1) % 3]!;
  await using follower = new Follower(configFrom(cutOff.index), configMaps, 'default');
  await follower.start();
  await cluster.fabric.mute(cutOff.index);
  await using direct = new RestClient({ servers: [cutOff.url], ...cluster.admin });
  const probe = (path: string) =>
    direct.request({ method: 'GET', path, timeoutMs: 5_000 }).then(
      () => 'ok',
      () => 'failed',
    );
  await cluster.eventually('it is not ready', async () => (await probe('/readyz')) === 'failed');
  expect(await probe('/livez')).toBe('ok');
  const made = await client.resource(configMaps).create({ metadata: { name: 'while-cut-off', namespace: 'default' } });
  await cluster.eventually('the informer goes on elsewhere', async () =>
    follower.changes.includes(`put while-cut-off ${made.metadata.resourceVersion}`),
  );
  await cluster.fabric.unmute(cutOff.index);
  await ready(cutOff.index);
  await cluster.agree();
});

it('takes an apiserver that has died off the endpoints, and puts it back', async () => {
  const gone = cluster.hosts[2]!;
  const addresses = async (): Promise<string[]> => {
    const { subsets } = await client.resource(endpoints).get('kubernetes', { namespace: 'default' });
    return (subsets ?? []).flatMap((subset) => subset.addresses?.map(({ ip }) => ip) ?? []);
  };
  await gone.process.kill();
  await cluster.eventually('it is off the list', async () => !(await addresses()).includes(gone.address));
  gone.process.start();
  await ready(gone.index);
  await cluster.eventually('it is on the list', async () => (await addresses()).includes(gone.address));
});
