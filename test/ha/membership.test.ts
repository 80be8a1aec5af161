import { clusterService } from '@wherry/store/etcd-proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lost, readAll } from './acknowledged.ts';
import { Load } from './load.ts';
import { StoreCluster, type Host } from './store-cluster.ts';

let cluster: StoreCluster;
beforeAll(async () => {
  cluster = await StoreCluster.create({ hosts: 4, members: 3, etcd: process.env['WHERRY_HA_ETCD'] });
  await cluster.start();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const idOf = async (host: Host) => {
  const found = (await cluster.members()).find(({ peerUrls }) => peerUrls[0]?.includes(`//${host.address}:`));
  return found?.id;
};

it('adds, promotes and removes members while clients write, and loses nothing', async () => {
  const prefix = '/ha/membership/';
  const addresses = cluster.hosts.map(({ clientAddress }) => clientAddress);
  const load = new Load({ addresses: addresses.slice(0, 3), tls: cluster.tls, clients: 6, keys: 4, prefix });
  load.start();
  await cluster.eventually('all clients write', async () => load.writes.length > 100);
  const added = cluster.hosts[3]!;

  const peerUrls = [`https://${added.address}:2380`];
  await cluster.eventually('the members take one more', async () => {
    if ((await idOf(added)) !== undefined) return true;
    await (await cluster.leader()).client.call(clusterService.memberAdd, { peerUrls, isLearner: true });
    return true;
  });
  const id = (await idOf(added))!;
  added.process.start();
  await cluster.eventually('the learner has caught up and votes', async () => {
    await (await cluster.leader()).client.call(clusterService.memberPromote, { id });
    return true;
  });
  await cluster.answers(added);
  expect(await cluster.members()).toHaveLength(4);

  // The leader itself goes.
  const leaving = await cluster.leader();
  const leavingId = await idOf(leaving);
  await cluster.eventually('it is no member any more', async () => {
    await leaving.client.call(clusterService.memberRemove, { id: leavingId! }, 5_000).catch(() => undefined);
    return (await idOf(leaving)) === undefined;
  });
  await leaving.process.exited();
  expect(leaving.process.exitCode).not.toBe(0);

  const sinceMs = performance.now();
  await cluster.eventually('clients write on', async () => load.writesSince(sinceMs) > 100);
  await load.stop();
  const there = await readAll(added.client, prefix);
  expect(lost(load.acknowledged, there)).toEqual([]);
  expect(load.firstContradiction()).toBeUndefined();
  await cluster.agree();
});
