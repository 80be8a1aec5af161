import { deepEqual, equal } from 'node:assert/strict';
import type { ContractCase } from './contract.ts';
import { dump, put, read, refused, remove, write } from './short.ts';

export const rangeCases: ContractCase[] = [
  {
    name: 'a list has the keys under the prefix in order',
    async run(backend) {
      await using store = await backend.open();
      for (const key of ['/b/2', '/a/10', '/a/9', '/a', '/a/', '/a0', '/b/1']) await write(store, put(key, 'v'));
      deepEqual(await dump(store, '/a/'), ['/a/=v', '/a/10=v', '/a/9=v']);
      deepEqual(await dump(store, '/b/'), ['/b/1=v', '/b/2=v']);
      deepEqual(await dump(store, '/c'), []);
      equal((await store.list('')).count, 7);
    },
  },
  {
    name: 'reads of an old revision see that revision, whatever came after',
    async run(backend) {
      await using store = await backend.open();
      const r1 = (await write(store, put('/a', '1'), put('/b', '1'))).revision;
      const r2 = (await write(store, put('/a', '2'))).revision;
      const r3 = (await remove(store, '/b')).revision;
      const r4 = (await write(store, put('/b', '4'))).revision;
      for (const [revision, expected] of [
        [r1, ['/a=1', '/b=1']],
        [r2, ['/a=2', '/b=1']],
        [r3, ['/a=2']],
        [r4, ['/a=2', '/b=4']],
      ] as const) {
        deepEqual(await dump(store, '/', revision), expected);
        equal((await store.list('/', { revision })).revision, revision);
      }
      equal(await read(store, '/b', r3), undefined);
      equal(await read(store, '/b', r2), '1');
    },
  },
  {
    name: 'a revision that is not there yet is refused',
    async run(backend) {
      await using store = await backend.open();
      const { revision } = await write(store, put('/a', '1'));
      await refused(store.get('/a', { revision: revision + 1 }), 'future-revision');
      await refused(store.list('/', { revision: revision + 1 }), 'future-revision');
      await refused(store.compact(revision + 1), 'future-revision');
    },
  },
  {
    name: 'pages of a list at one revision make the whole, while writes go on',
    async run(backend) {
      await using store = await backend.open();
      const keys = Array.from({ length: 1000 }, (_, i) => `/k/${String(i).padStart(4, '0')}`);
      await Promise.all(keys.map((key) => write(store, put(key, 'v'))));
      const seen: string[] = [];
      let startKey = '/k/';
      let revision = 0;
      for (;;) {
        const page = await store.list('/k/', { limit: 300, startKey, revision });
        revision ||= page.revision;
        equal(page.revision, revision);
        equal(page.count, keys.length - seen.length);
        seen.push(...page.items.map(({ key }) => key));
        equal(page.more, seen.length < keys.length);
        if (!page.more) break;
        startKey = `${seen.at(-1)}\0`;
        await write(store, put(`/k/${seen.length}-new`, 'v'), { type: 'delete', key: keys[seen.length + 5] as string });
      }
      deepEqual(seen, keys);
    },
  },
];
