import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { Compare } from '../storage.ts';
import type { ContractCase } from './contract.ts';
import { dump, put, read, refused, remove, text, write } from './short.ts';

export const txnCases: ContractCase[] = [
  {
    name: 'an empty store has a revision of at least 1 and no keys',
    async run(backend) {
      await using store = await backend.open();
      ok((await store.currentRevision()) >= 1);
      equal((await store.get('/a')).kv, undefined);
      deepEqual(await dump(store, ''), []);
    },
  },
  {
    name: 'a put is read back with its revisions and the count of its writes',
    async run(backend) {
      await using store = await backend.open();
      const first = await write(store, put('/a', 'one'));
      const second = await write(store, put('/a', 'two'));
      equal(second.revision, first.revision + 1);
      const { kv, revision } = await store.get('/a');
      ok(kv !== undefined);
      equal(revision, second.revision);
      equal(text(kv.value), 'two');
      deepEqual(
        { ...kv, value: undefined },
        {
          key: '/a',
          value: undefined,
          createRevision: first.revision,
          modRevision: second.revision,
          version: 2,
          lease: 0,
        },
      );
    },
  },
  {
    name: 'a key that was deleted and put again is a new one',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/a', 'one'));
      await write(store, put('/a', 'two'));
      await remove(store, '/a');
      equal(await read(store, '/a'), undefined);
      const { revision } = await write(store, put('/a', 'three'));
      const { kv } = await store.get('/a');
      equal(kv?.version, 1);
      equal(kv?.createRevision, revision);
    },
  },
  {
    name: 'a key that does not exist compares as 0, so that creating is a compare',
    async run(backend) {
      await using store = await backend.open();
      const create = {
        compares: [{ key: '/a', target: 'modRevision', op: '=', value: 0 } satisfies Compare],
        success: [put('/a', 'mine')],
        failure: [{ type: 'get' as const, key: '/a' }],
      };
      equal((await store.txn(create)).succeeded, true);
      const again = await store.txn(create);
      equal(again.succeeded, false);
      equal(text(again.results[0]?.kvs[0]?.value ?? Buffer.of()), 'mine');
      equal(again.revision, await store.currentRevision());
    },
  },
  {
    name: 'every target and operator of a compare is understood, and all compares must hold',
    async run(backend) {
      await using store = await backend.open();
      const lease = await store.grantLease(100);
      const created = (await write(store, put('/a', '1'))).revision;
      const changed = (await write(store, put('/a', '2', lease.id))).revision;
      const holds = async (...compares: Compare[]): Promise<boolean> =>
        (await store.txn({ compares, success: [] })).succeeded;
      for (const [target, value] of [
        ['createRevision', created],
        ['modRevision', changed],
        ['version', 2],
        ['lease', lease.id],
      ] as const) {
        equal(await holds({ key: '/a', target, op: '=', value }), true);
        equal(await holds({ key: '/a', target, op: '=', value: value + 1 }), false);
        equal(await holds({ key: '/a', target, op: '!=', value }), false);
        equal(await holds({ key: '/a', target, op: '<', value: value + 1 }), true);
        equal(await holds({ key: '/a', target, op: '<', value }), false);
        equal(await holds({ key: '/a', target, op: '>', value: value - 1 }), true);
        equal(await holds({ key: '/a', target, op: '>', value }), false);
      }
      const good: Compare = { key: '/a', target: 'version', op: '=', value: 2 };
      equal(await holds(good, { ...good, key: '/b' }), false);
    },
  },
  {
    name: 'a transaction over several keys is of one revision',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/gone', 'x'));
      const { revision } = await write(store, put('/a', '1'), put('/b', '2'), { type: 'delete', key: '/gone' });
      equal((await store.get('/a')).kv?.modRevision, revision);
      equal((await store.get('/b')).kv?.modRevision, revision);
      equal(await store.currentRevision(), revision);
      deepEqual(await dump(store, '/'), ['/a=1', '/b=2']);
      deepEqual(await dump(store, '/', revision - 1), ['/gone=x']);
    },
  },
  {
    name: 'results give the state before a put or delete, and a get sees what came before it in the transaction',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/a', 'old'), put('/b', 'b'));
      const { results } = await write(
        store,
        put('/a', 'new'),
        { type: 'get', key: '/a' },
        { type: 'delete', key: '/b' },
        { type: 'get', key: '/b' },
        put('/c', 'c'),
      );
      deepEqual(
        results.map(({ kvs }) => kvs.map(({ value }) => text(value))),
        [['old'], ['new'], ['b'], [], []],
      );
    },
  },
  {
    name: 'what changes nothing does not move the revision',
    async run(backend) {
      await using store = await backend.open();
      const { revision } = await write(store, put('/a', '1'));
      equal((await remove(store, '/nothing')).revision, revision);
      equal((await write(store, { type: 'deletePrefix', prefix: '/nothing/' })).revision, revision);
      equal((await write(store, { type: 'get', key: '/a' })).revision, revision);
      equal(await store.currentRevision(), revision);
    },
  },
  {
    name: 'deletePrefix deletes and returns all keys under the prefix and no other',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/x/a', '1'), put('/x/b', '2'), put('/xy', '3'), put('/w', '4'));
      const { results } = await write(store, { type: 'deletePrefix', prefix: '/x/' });
      deepEqual(
        results[0]?.kvs.map(({ key, value }) => `${key}=${text(value)}`),
        ['/x/a=1', '/x/b=2'],
      );
      deepEqual(await dump(store, '/'), ['/w=4', '/xy=3']);
    },
  },
  {
    name: 'what cannot be right is refused and changes nothing',
    async run(backend) {
      await using store = await backend.open();
      const { revision } = await write(store, put('/a', '1'));
      await rejects(write(store, put('/b', '1'), put('/b', '2')), TypeError);
      await rejects(write(store, put('/b', '1'), { type: 'delete', key: '/b' }), TypeError);
      await rejects(write(store, { type: 'deletePrefix', prefix: '/' }, put('/b', '1')), TypeError);
      await rejects(write(store, put('', '1')), TypeError);
      await rejects(write(store, put('/\ud800', '1')), TypeError);
      await rejects(write(store, put('/b', '1', Number.NaN)), TypeError);
      await rejects(write(store, { type: 'put', key: '/b', value: 'text' as unknown as Uint8Array }), TypeError);
      await rejects(store.get('/a', { revision: 1.5 }), TypeError);
      await rejects(store.compact(Number.NaN), TypeError);
      await refused(write(store, put('/a', '2'), put('/b', '1', 12_345)), 'lease-not-found');
      const large = { type: 'put' as const, key: '/b', value: new Uint8Array(backend.maxValueBytes + 1) };
      await refused(write(store, put('/a', '2'), large), 'too-large');
      equal(await store.currentRevision(), revision);
      deepEqual(await dump(store, ''), ['/a=1']);
    },
  },
  {
    name: 'keys are any text and values any bytes, up to the greatest size',
    async run(backend) {
      const value = Uint8Array.from({ length: backend.maxValueBytes }, (_, i) => (i * 31) & 255);
      {
        await using store = await backend.open();
        await write(store, { type: 'put', key: '/ключ/\u0000/😀', value });
        await write(store, put('/empty', ''));
      }
      await using store = await backend.open();
      const { kv } = await store.get('/ключ/\u0000/😀');
      ok(kv !== undefined && Buffer.compare(kv.value, value) === 0);
      equal(await read(store, '/empty'), '');
    },
  },
  {
    name: 'of many who change a key under a compare nobody overwrites another',
    async run(backend) {
      await using store = await backend.open();
      await write(store, put('/n', '0'));
      const increment = async (): Promise<void> => {
        for (;;) {
          const { kv } = await store.get('/n');
          ok(kv !== undefined);
          const { succeeded } = await store.txn({
            compares: [{ key: '/n', target: 'modRevision', op: '=', value: kv.modRevision }],
            success: [put('/n', String(Number(text(kv.value)) + 1))],
          });
          if (succeeded) return;
        }
      };
      await Promise.all(Array.from({ length: 20 }, increment));
      equal(await read(store, '/n'), '20');
      equal((await store.get('/n')).kv?.version, 21);
    },
  },
];
