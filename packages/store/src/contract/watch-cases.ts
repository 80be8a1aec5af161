import { deepEqual, equal, ok } from 'node:assert/strict';
import { Collector } from './collector.ts';
import type { ContractCase } from './contract.ts';
import { dump, put, remove, text, write } from './short.ts';

export const watchCases: ContractCase[] = [
  {
    name: 'a watch from a past revision tells everything since, with what was before',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/a', '0'));
      const from = (await write(store, put('/a', '1'))).revision;
      await write(store, put('/a', '2'), put('/b', '1'), put('/other', 'x'));
      await remove(store, '/a');
      const last = (await write(store, put('/a', '3'))).revision;
      const a = new Collector(store, '/a', from);
      const all = new Collector(store, '/', from + 1);
      await a.reached(last);
      await all.reached(last);
      deepEqual(a.lines(), [
        `${from} put /a=1 (0)`,
        `${from + 1} put /a=2 (1)`,
        `${from + 2} delete /a (2)`,
        `${last} put /a=3`,
      ]);
      deepEqual(all.lines(), [
        `${from + 1} put /a=2 (1)`,
        `${from + 1} put /b=1`,
        `${from + 1} put /other=x`,
        `${from + 2} delete /a (2)`,
        `${last} put /a=3`,
      ]);
      const deleted = all.events[3]?.kv;
      deepEqual([deleted?.createRevision, deleted?.version, deleted?.lease, deleted?.value.length], [0, 0, 0, 0]);
    },
  },
  {
    name: 'a watch from 0 tells only what comes after it was asked for',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/a', '1'));
      const watcher = new Collector(store, '/', 0);
      const { revision } = await write(store, put('/a', '2'));
      await watcher.reached(revision);
      deepEqual(watcher.lines(), [`${revision} put /a=2 (1)`]);
    },
  },
  {
    name: 'a watch from a revision to come begins with that revision',
    async run(backend) {
      await using store = await backend.open();
      const now = await store.currentRevision();
      const watcher = new Collector(store, '/', now + 3);
      for (const value of ['1', '2', '3', '4']) await write(store, put('/a', value));
      await watcher.reached(now + 4);
      deepEqual(watcher.lines(), [`${now + 3} put /a=3 (2)`, `${now + 4} put /a=4 (3)`]);
    },
  },
  {
    name: 'a watcher learns how far it is although nothing happens under its prefix',
    async run(backend) {
      await using store = await backend.open();
      const first = (await write(store, put('/b', '1'))).revision;
      const watcher = new Collector(store, '/a/', first);
      await watcher.reached(first);
      const { revision } = await write(store, put('/b', '2'));
      await watcher.reached(revision);
      deepEqual(watcher.events, []);
    },
  },
  {
    name: 'watchers that come at any moment under load see every event once, and together make the state',
    async run(backend) {
      await using store = await backend.open();
      const from = (await store.currentRevision()) + 1;
      const watchers: Collector[] = [new Collector(store, '/k/', from)];
      let n = 0;
      const writer = async (): Promise<void> => {
        while (n < 600) {
          const i = n++;
          if (i % 40 === 0) watchers.push(new Collector(store, '/k/', from, i % 80 === 0 ? turn : undefined));
          if (i % 7 === 3) await remove(store, `/k/${(i - 3) % 20}`);
          else await write(store, put(`/k/${i % 20}`, String(i)), put(`/noise/${i}`, ''));
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      const revision = await store.currentRevision();
      for (const watcher of watchers) {
        await watcher.reached(revision);
        deepEqual(watcher.lines(), watchers[0]?.lines());
      }
      const state = new Map<string, string>();
      for (const { type, kv, previous } of watchers[0]?.events ?? []) {
        equal(previous === undefined ? undefined : text(previous.value), state.get(kv.key));
        if (type === 'put') state.set(kv.key, text(kv.value));
        else state.delete(kv.key);
      }
      deepEqual([...state].map(([key, value]) => `${key}=${value}`).sort(), (await dump(store, '/k/')).sort());
    },
  },
  {
    name: 'the history can be watched after a restart as before',
    async run(backend) {
      let before: string[] = [];
      let from = 0;
      {
        await using store = await backend.open();
        from = (await write(store, put('/a', '1'), put('/b', '1'))).revision;
        await write(store, put('/a', '2'));
        const last = (await remove(store, '/b')).revision;
        const watcher = new Collector(store, '/', from);
        await watcher.reached(last);
        before = watcher.lines();
        watcher.close();
      }
      await using store = await backend.open();
      const watcher = new Collector(store, '/', from);
      await watcher.reached(await store.currentRevision());
      deepEqual(watcher.lines(), before);
      equal(before.length, 4);
    },
  },
  {
    name: 'a closed watch is told nothing more, and a closing store ends the others with closed',
    async run(backend) {
      const store = await backend.open();
      const closed = new Collector(store, '/', 0);
      const kept = new Collector(store, '/', 0);
      closed.close();
      const { revision } = await write(store, put('/a', '1'));
      await kept.reached(revision);
      await store[Symbol.asyncDispose]();
      equal((await kept.ended()).code, 'closed');
      deepEqual(closed.events, []);
    },
  },
  {
    name: 'a consumer that falls too far behind is cut off with slow-consumer, and the others are not',
    async run(backend) {
      await using store = await backend.open();
      const slow = new Collector(store, '/', 0, () => new Promise(() => undefined));
      const quick = new Collector(store, '/', 0);
      await slow.reached(await store.currentRevision());
      const perTxn = 500;
      let revision = 0;
      for (let written = 0; written <= backend.watchQueueEvents + perTxn; written += perTxn) {
        const puts = Array.from({ length: perTxn }, (_, i) => put(`/k/${i}`, ''));
        ({ revision } = await write(store, ...puts));
      }
      equal((await slow.ended()).code, 'slow-consumer');
      await quick.reached(revision);
      ok(quick.events.length > backend.watchQueueEvents);
    },
  },
];

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
