import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ContractCase } from './contract.ts';
import { dump, put, read, refused, remove, write } from './short.ts';
import { Collector } from './collector.ts';

export const watchFromCompacted = 'a watch from the compacted revision itself tells what happened in it';

export const compactCases: ContractCase[] = [
  {
    name: 'compaction forgets what is below the revision and keeps what is visible at it, over restarts',
    async run(backend) {
      let kept = 0;
      {
        await using store = await backend.open();
        const before = (await write(store, put('/a', '1'), put('/b', '1'), put('/dead', '1'))).revision;
        await write(store, put('/a', '2'));
        await remove(store, '/dead');
        kept = (await write(store, put('/c', '1'))).revision;
        await write(store, put('/a', '3'));
        await store.compact(kept);
        await refused(store.get('/a', { revision: before }), 'compacted');
        await refused(store.list('/', { revision: kept - 1 }), 'compacted');
        await refused(store.compact(kept), 'compacted');
        deepEqual(await dump(store, '/', kept), ['/a=2', '/b=1', '/c=1']);
      }
      await using store = await backend.open();
      deepEqual(await dump(store, '/', kept), ['/a=2', '/b=1', '/c=1']);
      deepEqual(await dump(store, '/'), ['/a=3', '/b=1', '/c=1']);
      await refused(store.get('/a', { revision: kept - 1 }), 'compacted');
      equal(await read(store, '/dead'), undefined);
      const { revision } = await write(store, put('/dead', '2'));
      equal((await store.get('/dead')).kv?.createRevision, revision);
    },
  },
  {
    name: 'transactions of which only a part is superseded survive compaction and restart',
    async run(backend) {
      {
        await using store = await backend.open();
        await write(store, put('/a', '1'), put('/b', '1'));
        await write(store, put('/a', '2'));
        await remove(store, '/a');
        const { revision } = await write(store, put('/c', '1'));
        await store.compact(revision);
        await write(store, put('/d', '1'));
      }
      for (let i = 0; i < 2; i++) {
        await using store = await backend.open();
        deepEqual(await dump(store, '/'), ['/b=1', '/c=1', '/d=1']);
      }
    },
  },
  {
    name: 'compacting a long history step by step leaves the newest of every key, even if the end comes on the way',
    async run(backend) {
      const expected: string[] = [];
      {
        const store = await backend.open();
        for (let round = 0; round < 30; round++) {
          const keys = Array.from({ length: 100 }, (_, i) => `/k/${i % 50}/${round % 3}`);
          await Promise.all(keys.map((key) => write(store, put(key, String(round)))));
          if (round % 10 === 9) await store.compact((await store.currentRevision()) - 20);
        }
        expected.push(...(await dump(store, '/k/')));
        equal(expected.length, 150);
        await store.compact(await store.currentRevision());
        await backend.powerCut();
      }
      await using store = await backend.open();
      deepEqual(await dump(store, '/k/'), expected);
    },
  },
  {
    name: 'a watch from before the compacted revision ends with compacted, and one from after it does not',
    async run(backend) {
      await using store = await backend.open();
      const first = (await write(store, put('/a', '1'))).revision;
      const kept = (await remove(store, '/a')).revision;
      const last = (await write(store, put('/a', '2'))).revision;
      await store.compact(kept);
      const late = new Collector(store, '/', first);
      equal((await late.ended()).code, 'compacted');
      deepEqual(late.events, []);
      const intime = new Collector(store, '/', kept + 1);
      await intime.reached(last);
      deepEqual(intime.lines(), [`${last} put /a=2`]);
      ok(intime.open);
      intime.close();
    },
  },
  {
    name: watchFromCompacted,
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/a', '1'));
      const kept = (await remove(store, '/a')).revision;
      const last = (await write(store, put('/a', '2'))).revision;
      await store.compact(kept);
      const watcher = new Collector(store, '/', kept);
      await watcher.reached(last);
      deepEqual(watcher.lines(), [`${kept} delete /a`, `${last} put /a=2`]);
      watcher.close();
    },
  },
];
