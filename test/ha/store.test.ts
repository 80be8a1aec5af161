import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lost, readAll } from './acknowledged.ts';
import { median, rounds, settleMs } from './amount.ts';
import { faults } from './faults.ts';
import { Load } from './load.ts';
import { StoreCluster } from './store-cluster.ts';

let cluster: StoreCluster;
beforeAll(async () => {
  cluster = await StoreCluster.create({ hosts: 3, etcd: process.env['WHERRY_HA_ETCD'] });
  await cluster.start();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

describe.each(Object.entries(faults))('%s', (name, fault) => {
  it('loses no acknowledged write, and what clients saw has an order', async () => {
    const resumed: number[] = [];
    for (let round = 0; round < rounds(name); round++) {
      const prefix = `/ha/${name.replaceAll(' ', '-')}/${round}/`;
      const addresses = cluster.hosts.map(({ clientAddress }) => clientAddress);
      const load = new Load({ addresses, tls: cluster.tls, clients: 8, keys: 4, prefix });
      load.start();
      await cluster.eventually('all clients write', async () => load.writes.length > 40);
      const leader = await cluster.leader();
      await fault.strike(cluster, leader);
      const struckMs = performance.now();
      await cluster.eventually('clients write again', async () => load.writesSince(struckMs + 1) > 40);
      resumed.push(load.resumedAfterMs(struckMs) ?? Number.NaN);
      await sleep(settleMs);
      await fault.mend(cluster, leader);
      await cluster.answers(leader);
      await load.stop();
      const there = await readAll(leader.client, prefix);
      expect(lost(load.acknowledged, there)).toEqual([]);
      expect(load.firstContradiction()).toBeUndefined();
    }
    await cluster.agree();
    console.log(
      `${name}: ${resumed.length} rounds, writes resumed after ${median(resumed).toFixed(0)} ms (median), ${Math.max(...resumed).toFixed(0)} ms (worst)`,
    );
  });
});
