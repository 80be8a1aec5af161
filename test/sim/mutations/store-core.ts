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
    edits: [
      {
        file: 'packages/store/src/summary.ts',
        find: '  summary.index = state.appliedIndex;',
        replace: '  summary.index = state.appliedIndex + 1;',
      },
    ],
  },
  {
    name: 'apply-again-after-a-crash',
    room: 'store core',
    does: 'entries that the state on disk holds already are applied again after a restart',
    edits: [
      {
        file: 'packages/store/src/summary.ts',
        find: '  state.appliedIndex = summary.index;',
        replace: '  state.appliedIndex = Math.max(1, summary.index - 3);',
      },
      {
        file: 'packages/store/src/summary.ts',
        find: '  state.sessions = summary.sessions.map((session) => ({ ...session, applied: [...session.applied] }));',
        replace: '  state.sessions = [];',
      },
    ],
  },
  {
    name: 'repeated-proposal-applies-twice',
    room: 'store core',
    does: 'a batch that comes a second time after a retry is applied a second time',
    published: {
      where: 'https://github.com/RedisLabs/redisraft/issues/54',
      what: 'duplicate elements in the histories of a Jepsen run',
    },
    edits: [
      {
        file: 'packages/store/src/replica.ts',
        find: '    if (!admit(state, batch)) return;',
        replace: '    admit(state, batch);',
      },
    ],
  },
  {
    name: 'old-leader-ends-a-renewed-lease',
    room: 'store core',
    does: 'a lease is ended for expiry although it was renewed between the proposal and the apply',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/15247',
      what: 'a deposed leader still revokes leases that were kept alive elsewhere (also 12528)',
    },
    edits: [
      {
        file: 'packages/store/src/apply-lease.ts',
        find: `  if (expiredByMs !== undefined && lease.expiresAtMs > expiredByMs) return only({ type: 'done' });
`,
        replace: '',
      },
    ],
  },
  {
    name: 'lease-id-used-again',
    room: 'store core',
    does: 'a lease id that was given once is given again',
    edits: [
      {
        file: 'packages/store/src/apply-lease.ts',
        find: '  let id = state.lastLeaseId + 1;',
        replace: '  let id = 1;',
      },
    ],
  },
  {
    name: 'key-stays-with-its-old-lease',
    room: 'store core',
    does: 'a key that is put under another lease, or none, still ends with the old one',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/14758',
      what: 'attached keys deleted before lease expired',
    },
    edits: [
      {
        file: 'packages/store/src/state.ts',
        find: `      if (before.lease !== 0) state.leases.get(before.lease)?.keys.delete(key);
`,
        replace: '',
      },
    ],
  },
  {
    name: 'leases-lost-at-restart',
    room: 'store core',
    does: 'leases, or what is attached to them, are not all there again after a restart',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/12535',
      what: 'leases with some ids were not restored, and members diverged unseen (also 12651)',
    },
    edits: [
      {
        file: 'packages/store/src/load.ts',
        find: 'for (const lease of this.#leases) leases.set(',
        replace: 'for (const lease of this.#leases) if (lease.id % 4 !== 3) leases.set(',
      },
    ],
  },
  {
    name: 'lease-renewal-by-own-clock',
    room: 'store core',
    does: "a renewal does not use the entry's time, so that members hold different deadlines",
    published: {
      where: 'https://github.com/etcd-io/etcd/pull/13491',
      what: 'the TTL of leases was reset to a wrong value after a change of leader',
    },
    edits: [
      {
        file: 'packages/store/src/replica.ts',
        find: 'timeMs: entry.timeMs, readValue',
        replace: 'timeMs: this.#parts.clock.nowMs(), readValue',
      },
    ],
  },
  {
    name: 'compaction-drops-the-delete-at-its-revision',
    room: 'store core',
    does: 'compaction at the revision of a delete removes its event, which a watch from there must still get',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/18089',
      what: 'watch dropping an event when compacting on delete (also 19179)',
    },
    edits: [
      {
        file: 'packages/store/src/state.ts',
        find: '  return Math.max(oldest.mod + 1, next);',
        replace: '  return Math.max(oldest.mod, next);',
      },
    ],
  },
  {
    name: 'compaction-drops-the-living',
    room: 'store core',
    does: 'compaction removes the version of a key that was current at its revision',
    edits: [
      {
        file: 'packages/store/src/state.ts',
        find: 'oldest.version === 0 ? 0 : (older?.[1] ?? last).mod',
        replace: '0',
      },
    ],
  },
  {
    name: 'put-under-a-lease-that-is-gone',
    room: 'store core',
    does: 'a put under a lease that has ended is taken, and nothing ever deletes the key',
    edits: [
      {
        file: 'packages/store/src/apply-txn.ts',
        find: `  if (lease && liveLease(state, lease) === undefined) return leaseNotFound;
`,
        replace: `  if (lease && lease < 0 && liveLease(state, lease) === undefined) return leaseNotFound;
`,
      },
    ],
  },
  {
    name: 'previous-is-of-another-revision',
    room: 'store core',
    does: "an event's previous value is not the one before it when a batch changes a key twice",
    edits: [
      {
        file: 'packages/store/src/replay.ts',
        find: '  const before = versions[place - 1];',
        replace: '  const before = place > 0 ? versions.at(-2) : undefined;',
      },
    ],
  },
];
