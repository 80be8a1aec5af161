import { gunzipSync } from 'node:zlib';
import { pods, type Pod } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listRounds } from './amount.ts';
import { StoreCluster } from './store-cluster.ts';

const PODS = 5_000;
const AT_A_TIME = 16;
const WRITERS = 32;

let cluster: StoreCluster;
beforeAll(async () => {
  // Nobody makes the accounts that pods would need.
  const flags = ['--disable-admission-plugins=ServiceAccount,TaintNodesByCondition'];
  cluster = await StoreCluster.create({ hosts: 3, flags });
  await cluster.start();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

it('lists 5,000 pods, gzipped, sixteen at a time, and no heartbeat comes so late that a member stands for election', async () => {
  const leader = await cluster.leader();
  const config = { servers: [leader.url], ...cluster.admin };
  await using client = new RestClient(config);
  await cluster.eventually('the apiserver is ready', async () => {
    await client.request({ method: 'GET', path: '/readyz' });
    return true;
  });
  await makePods(client);
  const before = await terms();

  const clients = Array.from({ length: AT_A_TIME }, () => new RestClient(config));
  let listed = 0;
  await Promise.all(
    clients.map(async (one) => {
      for (let round = 0; round < listRounds; round++) {
        const { headers, body } = await one.raw({
          method: 'GET',
          path: '/api/v1/pods',
          headers: { 'accept-encoding': 'gzip' },
          timeoutMs: 120_000,
        });
        expect(headers['content-encoding']).toBe('gzip');
        if (listed++ === 0)
          expect((JSON.parse(gunzipSync(body).toString()) as { items: Pod[] }).items).toHaveLength(PODS);
      }
    }),
  );
  for (const one of clients) one.close();
  expect(listed).toBe(AT_A_TIME * listRounds);
  expect(await terms()).toEqual(before);
});

/** Which term each member is in, and whom it follows. */
async function terms(): Promise<Record<string, string>> {
  let known: Awaited<ReturnType<StoreCluster['statuses']>> = [];
  await cluster.eventually('all members answer', async () => {
    known = await cluster.statuses();
    return known.length === cluster.hosts.length;
  });
  return Object.fromEntries(known.map(({ host, status }) => [host.name, `${status.raftTerm} ${status.leader}`]));
}

async function makePods(client: RestClient): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < PODS) await client.resource(pods).create(pod(next++));
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

/** About 4 kB, as pods of applications are. */
function pod(n: number): Pod {
  const env = Array.from({ length: 40 }, (_, i) => ({
    name: `SETTING_${i}`,
    value: `value-${n}-${i}-of-an-application`,
  }));
  return {
    metadata: { name: `pod-${n}`, namespace: 'default', labels: { app: `app-${n % 50}` } },
    spec: { containers: [{ name: 'main', image: 'registry.example.com/application:1', env }] },
  };
}
