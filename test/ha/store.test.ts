import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lost, readAll } from './acknowledged.ts';
import { median, rounds, settleMs } from './amount.ts';
import { Load } from './load.ts';
import { StoreCluster, type Host } from './store-cluster.ts';

let cluster: StoreCluster;
beforeAll(async () => {
  cluster = await StoreCluster.create({ hosts: 3, etcd: process.env['WHERRY_HA_ETCD'] });
  await cluster.start();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

interface Fault {
  /** Does it to a member. */
  strike(host: Host): Promise<void>;
  /** Undoes it. */
  mend(host: Host): Promise<void>;
}

const faults: Record<string, Fault> = {
  'kill -9 of the leader': {
    strike: (host) => host.process.kill(),
    mend: async (host) => host.process.start(),
  },
  'a leader that is cut off': {
    strike: (host) => cluster.fabric.cut(host.index),
    mend: (host) => cluster.fabric.join(host.index),
  },
  'a leader that the others do not hear, though clients do': {
    strike: (host) => cluster.fabric.mute(host.index),
    mend: (host) => cluster.fabric.unmute(host.index),
  },
  'a leader that stands still': {
    strike: async (host) => host.process.pause(),
    mend: async (host) => host.process.resume(),
  },
};

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
      await fault.strike(leader);
      const struckMs = performance.now();
      await cluster.eventually('clients write again', async () => load.writesSince(struckMs + 1) > 40);
      resumed.push(load.resumedAfterMs(struckMs) ?? Number.NaN);
      await sleep(settleMs);
      await fault.mend(leader);
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
