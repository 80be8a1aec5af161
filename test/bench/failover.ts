import { findEtcd } from '@wherry/store/etcd-process';
import { faults, type Fault } from '../ha/faults.ts';
import { Load } from '../ha/load.ts';
import { StoreCluster } from '../ha/store-cluster.ts';
import { milliseconds, quantile, table } from './report.ts';

const ROUNDS = 10;
const CLIENTS = 8;
const AIM_MS = 2_000;

/**
 * From a fault of the leader of three members to the first write that was begun after it and is acknowledged, with eight
 * clients writing, reading and swapping; beside a real etcd where there is one. Each member is a process in a network
 * namespace of its own: needs root.
 */
export async function failover(): Promise<string> {
  const etcd = findEtcd();
  const rows: (string | number)[][] = [];
  for (const [name, fault] of Object.entries(faults)) {
    const ours = await measure(fault, undefined);
    const theirs = etcd === undefined ? undefined : await measure(fault, etcd);
    rows.push([name, shown(ours), `${AIM_MS / 1000} s`, theirs === undefined ? '' : shown(theirs)]);
  }
  return table(['writes go on after', 'Wherry, median / worst', 'aim (median)', 'etcd, median / worst'], rows);
}

async function measure(fault: Fault, etcd: string | undefined): Promise<number[]> {
  await using cluster = await StoreCluster.create({ hosts: 3, etcd });
  await cluster.start();
  const addresses = cluster.hosts.map(({ clientAddress }) => clientAddress);
  const resumed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const load = new Load({ addresses, tls: cluster.tls, clients: CLIENTS, keys: 4, prefix: `/bench/${round}/` });
    load.start();
    await cluster.eventually('all clients write', async () => load.writes.length > 40);
    const leader = await cluster.leader();
    await fault.strike(cluster, leader);
    const struckMs = performance.now();
    await cluster.eventually('clients write again', async () => load.resumedAfterMs(struckMs) !== undefined);
    resumed.push(load.resumedAfterMs(struckMs) ?? Number.NaN);
    await fault.mend(cluster, leader);
    await cluster.answers(leader);
    await load.stop();
  }
  return resumed;
}

function shown(samples: number[]): string {
  return `${milliseconds(quantile(samples, 0.5))} / ${milliseconds(Math.max(...samples))}`;
}
