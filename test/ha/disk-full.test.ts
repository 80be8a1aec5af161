import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, closeSync, writeSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lost, readAll } from './acknowledged.ts';
import { Load } from './load.ts';
import { StoreCluster } from './store-cluster.ts';

/** Room for the data, and for a log that is laid out in advance. */
const DISK_MB = 200;
let cluster: StoreCluster;
let disks: string;
beforeAll(async () => {
  disks = mkdtempSync(join(tmpdir(), 'wherry-ha-disks-'));
  const dataDirs = [0, 1, 2].map((host) => {
    const disk = join(disks, `${host}`);
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk]);
    return join(disk, 'data');
  });
  cluster = await StoreCluster.create({ hosts: 3, dataDirs, etcd: process.env['WHERRY_HA_ETCD'] });
  await cluster.start();
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  for (const host of [0, 1, 2]) execFileSync('umount', [join(disks, `${host}`)]);
  rmSync(disks, { recursive: true });
});

it('goes on without a leader whose disk is full, and takes it back when there is room again', async () => {
  const prefix = '/ha/disk-full/';
  const addresses = cluster.hosts.map(({ clientAddress }) => clientAddress);
  const load = new Load({ addresses, tls: cluster.tls, clients: 6, keys: 4, prefix });
  load.start();
  await cluster.eventually('all clients write', async () => load.writes.length > 40);
  const leader = await cluster.leader();
  const filler = join(disks, `${leader.index}`, 'filler');
  fill(filler);
  // It says what is wrong and ends, rather than serve what it cannot keep.
  await cluster.eventually('its process ends', async () => !leader.process.running, 120_000);
  expect(leader.process.exitCode).not.toBe(0);
  expect(leader.process.log()).toMatch(/ENOSPC|No space left|no space left/);
  const sinceMs = performance.now();
  await cluster.eventually('clients write again', async () => load.writesSince(sinceMs) > 40);
  rmSync(filler);
  leader.process.start();
  await cluster.answers(leader);
  await load.stop();
  const there = await readAll(leader.client, prefix);
  expect(lost(load.acknowledged, there)).toEqual([]);
  expect(load.firstContradiction()).toBeUndefined();
  await cluster.agree();
});

/** To the last byte. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const bytes = Buffer.alloc(1 << 20);
  for (let size = bytes.length; size >= 1; ) {
    try {
      writeSync(file, bytes, 0, size);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      size >>= 1;
    }
  }
  closeSync(file);
}
