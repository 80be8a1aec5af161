import { deepEqual, equal } from 'node:assert/strict';
import type { ContractCase } from './contract.ts';
import { dump, put, read, refused, remove, write } from './short.ts';

export const acknowledgedSurvives = 'every acknowledged write survives a power cut, and none is there by half';

export const durabilityCases: ContractCase[] = [
  {
    name: acknowledgedSurvives,
    async run(backend) {
      const acknowledged = new Map<number, number>();
      for (let life = 0; life < 4; life++) {
        const store = await backend.open();
        let n = 0;
        const writer = async (w: number): Promise<void> => {
          while (n < 60) {
            const i = life * 1000 + n++;
            await write(store, put(`/left/${w}`, String(i)), put(`/right/${w}`, String(i)));
            acknowledged.set(w, i);
          }
        };
        const writers = Array.from({ length: 8 }, (_, w) => writer(w).catch(() => undefined));
        if (life % 2 === 0) await Promise.all(writers);
        else await Promise.race(writers);
        await backend.powerCut();
        await using after = await backend.open();
        const left = await after.list('/left/');
        deepEqual(
          (await dump(after, '/right/')).map((line) => line.replace('right', 'left')),
          await dump(after, '/left/'),
        );
        equal(left.count, acknowledged.size);
        for (const [w, i] of acknowledged) {
          equal(Number(await read(after, `/left/${w}`)) >= i, true, `the write ${i} of writer ${w} is lost`);
        }
      }
    },
  },
  {
    name: 'acknowledged compactions, deletes and leases survive a power cut',
    async run(backend) {
      const first = await backend.open();
      const lease = await first.grantLease(1000);
      await write(first, put('/a', '1', lease.id), put('/b', '1'));
      await remove(first, '/b');
      const { revision } = await write(first, put('/c', '1'));
      await first.compact(revision);
      await backend.powerCut();
      await using store = await backend.open();
      deepEqual(await dump(store, '/'), ['/a=1', '/c=1']);
      deepEqual(await store.keepAliveLease(lease.id), lease);
      equal(await store.currentRevision(), revision);
      await refused(store.get('/a', { revision: revision - 1 }), 'compacted');
    },
  },
];
