import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { Collector } from './collector.ts';
import type { ContractBackend, ContractCase } from './contract.ts';
import { dump, put, refused, write } from './short.ts';

export const leaseCases: ContractCase[] = [
  {
    name: 'when a lease ends its keys are deleted, in one revision unless they are very many, which watchers see',
    async run(backend) {
      await using store = await backend.open();
      const seconds = secondsOf(backend);
      const lease = await store.grantLease(seconds);
      equal(lease.ttlSeconds, seconds);
      await write(store, put('/a', '1', lease.id), put('/b', '1', lease.id), put('/c', '1'));
      const watcher = new Collector(store, '/', 0);
      const before = await store.currentRevision();
      if (turnsTime(backend)) {
        await backend.advance((seconds - 1) * 1_000);
        deepEqual(await dump(store, '/'), ['/a=1', '/b=1', '/c=1']);
      }
      await backend.advance((seconds + 1) * 1_000);
      await watcher.reached(before + 1);
      deepEqual(await dump(store, '/'), ['/c=1']);
      deepEqual(watcher.lines(), [`${before + 1} delete /a (1)`, `${before + 1} delete /b (1)`]);
      await refused(store.keepAliveLease(lease.id), 'lease-not-found');
    },
  },
  {
    name: 'a lease kept alive lives on',
    async run(backend) {
      await using store = await backend.open();
      const seconds = secondsOf(backend);
      const lease = await store.grantLease(seconds);
      const { revision } = await write(store, put('/a', '1', lease.id));
      // Where time passes by itself, often enough that a slow machine does not let it end.
      const step = turnsTime(backend) ? 0.8 : 0.05;
      for (let lived = 0; lived < 2; lived += step) {
        await backend.advance(seconds * step * 1_000);
        deepEqual(await store.keepAliveLease(lease.id), lease);
      }
      deepEqual(await dump(store, '/'), ['/a=1']);
      const watcher = new Collector(store, '/', 0);
      await backend.advance((seconds + 1) * 1_000);
      await watcher.reached(revision + 1);
      deepEqual(await dump(store, '/'), []);
    },
  },
  {
    name: 'revoking deletes the keys that carry the lease now, not those that did once',
    async run(backend) {
      await using store = await backend.open();
      const lease = await store.grantLease(100);
      const other = await store.grantLease(100);
      notEqual(lease.id, other.id);
      await write(store, put('/a', '1', lease.id), put('/b', '1', lease.id), put('/c', '1', lease.id));
      await write(store, put('/b', '2'), put('/c', '2', other.id));
      await store.revokeLease(lease.id);
      deepEqual(await dump(store, '/'), ['/b=2', '/c=2']);
      await refused(store.revokeLease(lease.id), 'lease-not-found');
      await refused(write(store, put('/d', '1', lease.id)), 'lease-not-found');
      await rejects(store.grantLease(0), TypeError);
    },
  },
  {
    name: 'a lease with very many keys ends as a whole, even if the end of the store comes on the way',
    async run(backend) {
      const first = await backend.open();
      // Time enough to write them all.
      const seconds = 2 * secondsOf(backend);
      const { id } = await first.grantLease(seconds);
      for (let i = 0; i < 3000; i += 500) {
        await write(first, ...Array.from({ length: 500 }, (_, j) => put(`/k/${i + j}`, '', id)));
      }
      const watcher = new Collector(first, '/k/', 0);
      const before = await first.currentRevision();
      await backend.advance((seconds + 1) * 1_000);
      await watcher.reached(before + 1);
      await refused(first.keepAliveLease(id), 'lease-not-found');
      await refused(write(first, put('/late', '', id)), 'lease-not-found');
      await backend.powerCut();
      await using store = await backend.open();
      const after = new Collector(store, '/k/', 0);
      await backend.advance(1000);
      while ((await store.list('/k/')).count > 0) await after.reached(after.revision + 1);
      await refused(store.revokeLease(id), 'lease-not-found');
    },
  },
  {
    name: 'leases survive a restart with their keys and their end',
    async run(backend) {
      let id = 0;
      let revoked = 0;
      const seconds = turnsTime(backend) ? 100 : 2 * secondsOf(backend);
      {
        await using store = await backend.open();
        const gone = await store.grantLease(100);
        ({ id } = await store.grantLease(seconds));
        await write(store, put('/a', '1', id), put('/b', '1', gone.id));
        await store.revokeLease(gone.id);
        revoked = gone.id;
        if (turnsTime(backend)) await backend.advance(0.6 * seconds * 1_000);
      }
      await using store = await backend.open();
      const later = await store.grantLease(1000);
      notEqual(later.id, id);
      notEqual(later.id, revoked);
      const watcher = new Collector(store, '/', 0);
      const before = await store.currentRevision();
      if (turnsTime(backend)) await backend.advance(0.3 * seconds * 1_000);
      deepEqual(await dump(store, '/'), ['/a=1']);
      // What had passed of its life before the restart need not count.
      await backend.advance(seconds * 1_000);
      await watcher.reached(before + 1);
      deepEqual(await dump(store, '/'), []);
    },
  },
];

function turnsTime({ realTime }: ContractBackend): boolean {
  return realTime === undefined;
}

/** The life of a lease whose end is waited for. */
function secondsOf({ realTime }: ContractBackend): number {
  return realTime?.leaseSeconds ?? 10;
}
