import type { Mutation } from './mutation.ts';

/** Bugs of the store's core: applying, key index, leases, compaction, records. */
export const storeCoreMutations: Mutation[] = [
  {
    name: 'applied-index-apart-from-the-changes',
    room: 'store core',
    does: 'the applied index that goes to disk is ahead of the changes that go with it, so a crash skips entries',
    published: {
      where: 'https://github.com/etcd-io/etcd/pull/13967',
      what: 'etcd 3.5.0 to 3.5.2: the consistent index was not saved atomically (issue 13766)',
    },
    edits: [],
  },
  {
    name: 'apply-again-after-a-crash',
    room: 'store core',
    does: 'entries that the state on disk holds already are applied again after a restart',
    edits: [],
  },
  {
    name: 'repeated-proposal-applies-twice',
    room: 'store core',
    does: 'a batch that comes a second time after a retry is applied a second time',
    published: {
      where: 'https://github.com/RedisLabs/redisraft/issues/54',
      what: 'duplicate elements in the histories of a Jepsen run',
    },
    edits: [],
  },
  {
    name: 'old-leader-ends-a-renewed-lease',
    room: 'store core',
    does: 'a lease is ended for expiry although it was renewed between the proposal and the apply',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/15247',
      what: 'a deposed leader still revokes leases that were kept alive elsewhere (also 12528)',
    },
    edits: [],
  },
  {
    name: 'lease-id-used-again',
    room: 'store core',
    does: 'a lease id that was given once is given again',
    edits: [],
  },
  {
    name: 'key-stays-with-its-old-lease',
    room: 'store core',
    does: 'a key that is put under another lease, or none, still ends with the old one',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/14758',
      what: 'attached keys deleted before lease expired',
    },
    edits: [],
  },
  {
    name: 'leases-lost-at-restart',
    room: 'store core',
    does: 'leases, or what is attached to them, are not all there again after a restart',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/12535',
      what: 'leases with some ids were not restored, and members diverged unseen (also 12651)',
    },
    edits: [],
  },
  {
    name: 'lease-renewal-by-own-clock',
    room: 'store core',
    does: "a renewal does not use the entry's time, so that members hold different deadlines",
    published: {
      where: 'https://github.com/etcd-io/etcd/pull/13491',
      what: 'the TTL of leases was reset to a wrong value after a change of leader',
    },
    edits: [],
  },
  {
    name: 'compaction-drops-the-delete-at-its-revision',
    room: 'store core',
    does: 'compaction at the revision of a delete removes its event, which a watch from there must still get',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/18089',
      what: 'watch dropping an event when compacting on delete (also 19179)',
    },
    edits: [],
  },
  {
    name: 'compaction-drops-the-living',
    room: 'store core',
    does: 'compaction removes the version of a key that was current at its revision',
    edits: [],
  },
  {
    name: 'transaction-half-applied',
    room: 'store core',
    does: "a transaction's compare looks at the state in the midst of an earlier write of the same batch's revision",
    edits: [],
  },
  {
    name: 'previous-is-of-another-revision',
    room: 'store core',
    does: "an event's previous value is not the one before it when a batch changes a key twice",
    edits: [],
  },
];
