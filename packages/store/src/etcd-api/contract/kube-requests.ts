import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import {
  type Decoded,
  kvService,
  leaseService,
  maintenanceService,
  type watchResponse,
} from '../../etcd-proto/index.ts';
import type { EndpointCase } from './endpoint.ts';
import { endOf, KubeClient, revisionOf } from './kube-client.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** What an upstream kube-apiserver relies on. */
export const kubeRequestCases: readonly EndpointCase[] = [
  {
    name: 'creates what is not there, and shows what is when it is',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      ok(created.succeeded);
      const { kv, revision } = await kube.get('pods/a');
      deepEqual(
        [text(kv?.value), kv?.createRevision, kv?.modRevision, kv?.version],
        ['one', created.revision, created.revision, 1],
      );
      equal(revision, created.revision);
      const again = await kube.optimisticPut('pods/a', 'two', 0, { get: true });
      deepEqual([again.succeeded, text(again.kv?.value), again.revision], [false, 'one', created.revision]);
      const silent = await kube.optimisticPut('pods/a', 'two', 0);
      deepEqual([silent.succeeded, silent.kv], [false, undefined]);
    },
  },
  {
    name: 'changes what has not changed since it was read, and shows what it has become otherwise',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      const updated = await kube.optimisticPut('pods/a', 'two', created.revision, { get: true });
      deepEqual([updated.succeeded, updated.revision], [true, created.revision + 1]);
      const stale = await kube.optimisticPut('pods/a', 'three', created.revision, { get: true });
      deepEqual([stale.succeeded, text(stale.kv?.value), stale.kv?.modRevision], [false, 'two', updated.revision]);
      equal(stale.kv?.createRevision, created.revision);
    },
  },
  {
    name: 'deletes what has not changed since it was read, and says when it is gone',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      const stale = await kube.optimisticDelete('pods/a', created.revision - 1, { get: true });
      deepEqual([stale.succeeded, stale.kv?.modRevision], [false, created.revision]);
      const deleted = await kube.optimisticDelete('pods/a', created.revision, { get: true });
      deepEqual([deleted.succeeded, deleted.revision], [true, created.revision + 1]);
      const gone = await kube.get('pods/a');
      deepEqual([gone.kv, gone.revision], [undefined, deleted.revision]);
      const again = await kube.optimisticPut('pods/a', 'x', created.revision, { get: true });
      deepEqual([again.succeeded, again.kv], [false, undefined]);
    },
  },
  {
    name: 'lists in pages of one revision, whatever is written in between',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      for (const name of ['a', 'b', 'c', 'd', 'e']) await kube.optimisticPut(`pods/${name}`, name, 0);
      await kube.optimisticPut('podsets/x', 'x', 0);
      const first = await kube.list('pods/', { limit: 2 });
      deepEqual([first.kvs.map(({ value }) => text(value)), first.more, first.count], [['a', 'b'], true, 5]);
      const revision = revisionOf(first);
      await kube.optimisticPut('pods/bb', 'new', 0);
      await kube.optimisticDelete('pods/d', (await kube.get('pods/d')).kv?.modRevision ?? 0);
      const seen: string[] = [];
      let from = `${first.kvs.at(-1)?.key}\0`;
      for (let more = true; more; ) {
        const page = await kube.list('pods/', { limit: 2, revision, from });
        seen.push(...page.kvs.map(({ value }) => text(value)));
        // What is left from here on, at that revision.
        equal(page.count, 4 - seen.length + page.kvs.length - 1);
        ok(revisionOf(page) >= revision);
        from = `${page.kvs.at(-1)?.key}\0`;
        more = page.more;
      }
      deepEqual(seen, ['c', 'd', 'e']);
    },
  },
  {
    name: 'counts',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      equal(await kube.count('pods/'), 0);
      for (const name of ['a', 'b']) await kube.optimisticPut(`pods/${name}`, name, 0);
      await kube.optimisticPut('podsets/x', 'x', 0);
      equal(await kube.count('pods/'), 2);
    },
  },
  {
    name: 'answers serializable reads, reads of keys alone and reads of an old revision',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      await kube.optimisticPut('pods/a', 'two', created.revision);
      const key = kube.key('pods/');
      const read = (more: object) => endpoint.client.call(kvService.range, { key, rangeEnd: endOf(key), ...more });
      equal((await read({ serializable: true })).kvs.length, 1);
      const keys = await read({ keysOnly: true, limit: 1000 });
      deepEqual([text(keys.kvs[0]?.value), keys.kvs[0]?.version], ['', 2]);
      equal(text((await kube.get('pods/a', created.revision)).kv?.value), 'one');
      equal((await kube.get('pods/a', created.revision - 1)).kv, undefined);
      await rejects(kube.get('pods/a', created.revision + 1000), {
        code: 11,
        details: 'etcdserver: mvcc: required revision is a future revision',
      });
    },
  },
  {
    name: 'watches from a revision, with what was there before, no gap and no duplicate',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      const updated = await kube.optimisticPut('pods/a', 'two', created.revision);
      const watch = await kube.watch('pods/', created.revision);
      await kube.optimisticPut('podsets/x', 'x', 0);
      const second = await kube.optimisticPut('pods/b', 'b', 0);
      const deleted = await kube.optimisticDelete('pods/a', updated.revision);
      const events: unknown[] = [];
      while (events.length < 3) events.push(...(await watch.next()).events.map(shortEvent));
      watch.close();
      deepEqual(events, [
        ['put', 'two', updated.revision, created.revision, 'one', created.revision],
        ['put', 'b', second.revision, second.revision, undefined, undefined],
        ['delete', '', deleted.revision, 0, 'two', updated.revision],
      ]);
    },
  },
  {
    name: 'tells how far a watch is when asked, after everything up to there',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const { revision } = await kube.get('pods/a');
      const watch = await kube.watch('pods/', revision);
      const inside = await kube.optimisticPut('pods/a', 'one', 0);
      const outside = await kube.optimisticPut('podsets/x', 'x', 0);
      let progress = 0;
      let seen = 0;
      while (progress < outside.revision) {
        watch.requestProgress();
        const answer = await watch.next();
        if (answer.events.length > 0) seen = answer.events[0]?.kv?.modRevision ?? 0;
        else progress = answer.header?.revision ?? 0;
        ok(seen === inside.revision || progress < inside.revision, 'progress before what had happened until then');
      }
      watch.close();
    },
  },
  {
    name: 'puts under a lease that many keys share, and takes them away with it',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const { id } = await endpoint.client.call(leaseService.leaseGrant, { ttl: 3600, id: leaseIdOf(endpoint.prefix) });
      ok(typeof id === 'number' && id > 0);
      for (const name of ['a', 'b']) ok((await kube.optimisticPut(`events/${name}`, name, 0, { lease: id })).succeeded);
      equal((await kube.get('events/a')).kv?.lease, id);
      const { keys, grantedTtl, ttl } = await endpoint.client.call(leaseService.leaseTimeToLive, { id, keys: true });
      deepEqual([[...keys].toSorted(), grantedTtl], [[kube.key('events/a'), kube.key('events/b')], 3600]);
      ok(ttl > 3500 && ttl <= 3600);
      const watch = await kube.watch('events/', (await kube.get('events/a')).revision);
      await endpoint.client.call(leaseService.leaseRevoke, { id });
      const events: unknown[] = [];
      while (events.length < 2) events.push(...(await watch.next()).events.map(({ type, kv }) => [type, kv?.key]));
      watch.close();
      deepEqual(events, [
        [1, kube.key('events/a')],
        [1, kube.key('events/b')],
      ]);
      await rejects(kube.optimisticPut('events/c', 'c', 0, { lease: id }), {
        code: 5,
        details: 'etcdserver: requested lease not found',
      });
    },
  },
  {
    name: 'compacts once however many want to, and ends reads and watches of what is gone',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      const created = await kube.optimisticPut('pods/a', 'one', 0);
      const updated = await kube.optimisticPut('pods/a', 'two', created.revision);
      deepEqual(await kube.compactOnce(0, 0), { won: true, kv: undefined });
      const other = await kube.compactOnce(0, updated.revision);
      deepEqual([other.won, text(other.kv?.value), other.kv?.version], [false, '0', 1]);
      ok((await kube.compactOnce(1, updated.revision)).won);
      const compacted = { code: 11, details: 'etcdserver: mvcc: required revision has been compacted' };
      await rejects(kube.get('pods/a', created.revision), compacted);
      await rejects(kube.list('pods/', { revision: created.revision, limit: 1 }), compacted);
      equal(text((await kube.get('pods/a', updated.revision)).kv?.value), 'two');
      const watch = await kube.watch('pods/', created.revision - 1);
      const ended = await watch.next();
      deepEqual([ended.canceled, ended.compactRevision, ended.events.length], [true, updated.revision, 0]);
      watch.close();
      await rejects(endpoint.client.call(kvService.compact, { revision: updated.revision }), compacted);
    },
  },
  {
    name: 'says its version and how large it is',
    async run(endpoint) {
      const status = await endpoint.client.call(maintenanceService.status, {});
      ok(/^3\.\d+\.\d+/.test(status.version));
      ok(status.dbSize > 0 && status.dbSizeInUse > 0 && status.dbSizeInUse <= status.dbSize);
      ok(status.leader !== 0 && status.raftTerm > 0);
    },
  },
  {
    name: 'refuses what is too large, and nothing of it is there',
    async run(endpoint) {
      const kube = new KubeClient(endpoint);
      await rejects(kube.optimisticPut('pods/a', 'x'.repeat(1.6 * 1024 * 1024), 0), {
        code: 3,
        details: 'etcdserver: request is too large',
      });
      equal((await kube.get('pods/a')).kv, undefined);
    },
  },
];

function shortEvent({ type, kv, prevKv }: Decoded<typeof watchResponse>['events'][number]) {
  const before = prevKv === undefined ? undefined : text(prevKv.value);
  return [
    type === 0 ? 'put' : 'delete',
    text(kv?.value),
    kv?.modRevision,
    kv?.createRevision,
    before,
    prevKv?.modRevision,
  ];
}

/** An id that both we and etcd can keep, of this case alone. */
function leaseIdOf(prefix: string): number {
  let id = 7;
  for (let i = 0; i < prefix.length; i++) id = (id * 31 + prefix.charCodeAt(i)) % 1_000_000_007;
  return id;
}
