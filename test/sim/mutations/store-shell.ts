import type { Mutation } from './mutation.ts';

/** Bugs of what is around the core: proposing, flushing, snapshots, watches, expiry. */
export const storeShellMutations: Mutation[] = [
  {
    name: 'watcher-forgotten-at-compaction',
    room: 'store shell',
    does: 'a watcher that is catching up when its revisions are compacted hears neither events nor the end',
    edits: [],
  },
  {
    name: 'progress-ahead-of-events',
    room: 'store shell',
    does: 'a watch reports progress up to a revision whose events have not been handed over',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/15220',
      what: 'requested progress notifications are not synchronised with the stream',
    },
    edits: [],
  },
  {
    name: 'watch-gap-between-past-and-present',
    room: 'store shell',
    does: 'what happens while a watch catches up from disk is not handed over',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/4191',
      what: 'a watch that catches up over a range never gets in step',
    },
    edits: [],
  },
  {
    name: 'watch-from-the-future-gets-the-past',
    room: 'store shell',
    does: 'a watch from a revision that is not there yet gets earlier events',
    published: {
      where: 'https://github.com/etcd-io/etcd/pull/21367',
      what: 'a watch created with a future revision receives lower ones (issue 20221)',
    },
    edits: [],
  },
  {
    name: 'linearizable-read-is-local',
    room: 'store shell',
    does: 'a linearizable read is answered from the local state without ReadIndex',
    published: {
      where: 'https://github.com/adjoint-io/raft/issues/41',
      what: 'stale reads from one that does not know it was superseded',
    },
    edits: [],
  },
  {
    name: 'retry-under-a-new-number',
    room: 'store shell',
    does: 'a batch whose outcome is unknown is proposed again as if it were another one',
    edits: [],
  },
  {
    name: 'unknown-told-as-failed',
    room: 'store shell',
    does: 'a write that may yet be committed is answered with an error that says nothing was changed',
    edits: [],
  },
  {
    name: 'answer-before-commit',
    room: 'store shell',
    does: 'a write is answered when it was proposed rather than when it is committed',
    edits: [],
  },
  {
    name: 'state-flushed-in-two-steps',
    room: 'store shell',
    does: 'records and summary go to disk in two batches, so that a crash between them tears them apart',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/13766',
      what: 'inconsistent revision and data after a crash',
    },
    edits: [],
  },
  {
    name: 'snapshot-drops-what-is-not-flushed',
    room: 'store shell',
    does: 'a snapshot says it holds what was applied but holds only what is on disk',
    edits: [],
  },
  {
    name: 'watchers-skip-a-snapshot',
    room: 'store shell',
    does: 'watchers of a member that was brought up to date by a snapshot miss the events in it',
    edits: [],
  },
  {
    name: 'expiry-by-a-follower',
    room: 'store shell',
    does: 'a member that does not lead ends leases by its own reckoning',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/12528',
      what: 'the old leader still revokes leases after it stepped down',
    },
    edits: [],
  },
];
