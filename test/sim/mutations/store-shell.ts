import type { Mutation } from './mutation.ts';

/** Bugs of what is around the core: proposing, flushing, snapshots, watches, expiry. */
export const storeShellMutations: Mutation[] = [
  {
    name: 'watcher-forgotten-at-compaction',
    room: 'store shell',
    does: 'a watcher that is catching up when its revisions are compacted hears neither events nor the end',
    edits: [
      {
        file: 'packages/store/src/watch.ts',
        find: `        throw new StorageError('compacted', 'required revision has been compacted');`,
        replace: '        return;',
      },
    ],
  },
  {
    name: 'progress-ahead-of-events',
    room: 'store shell',
    does: 'a watch reports progress up to a revision whose events have not been handed over',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/15220',
      what: 'requested progress notifications are not synchronised with the stream',
    },
    edits: [
      {
        file: 'packages/store/src/watch.ts',
        find: `    if (this.#busy === undefined) {
      this.#hand`,
        replace: `    if (this.#busy === undefined || wanted.length === 0) {
      this.#hand`,
      },
    ],
  },
  {
    name: 'watch-gap-between-past-and-present',
    room: 'store shell',
    does: 'what happens while a watch catches up from disk is not handed over',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/4191',
      what: 'a watch that catches up over a range never gets in step',
    },
    edits: [
      {
        file: 'packages/store/src/watch.ts',
        find: '    while (!watcher.ended && watcher.next <= this.#current.state.revision) {',
        replace: '    if (!watcher.ended && watcher.next <= this.#current.state.revision) {',
      },
    ],
  },
  {
    name: 'watch-from-the-future-gets-the-past',
    room: 'store shell',
    does: 'a watch from a revision that is not there yet gets earlier events',
    published: {
      where: 'https://github.com/etcd-io/etcd/pull/21367',
      what: 'a watch created with a future revision receives lower ones (issue 20221)',
    },
    edits: [
      {
        file: 'packages/store/src/watch.ts',
        find: 'revision < this.next ? [] : this.#notBefore(this.next, events)',
        replace: 'events',
      },
    ],
  },
  {
    name: 'linearizable-read-is-local',
    room: 'store shell',
    does: 'a linearizable read is answered from the local state without ReadIndex',
    published: {
      where: 'https://github.com/adjoint-io/raft/issues/41',
      what: 'stale reads from one that does not know it was superseded',
    },
    edits: [
      {
        file: 'packages/store/src/store.ts',
        find: `    if (consistency !== 'serializable') await this.linearize();
`,
        replace: `    void consistency;
`,
      },
    ],
  },
  {
    name: 'retry-under-a-new-number',
    room: 'store shell',
    does: 'a batch whose outcome is unknown is proposed again as if it were another one',
    edits: [
      {
        file: 'packages/store/src/proposer.ts',
        find: '    if (!send([flight.data])) return;',
        replace: `    const commands = flight.proposals.map(({ command }) => command);
    const again = { origin: this.#parts.origin, sequence: ++this.#sequence, settledBelow: 1, commands };
    if (!send([flight.sent ? encodeBatch(again) : flight.data])) return;`,
      },
    ],
  },
  {
    name: 'unknown-told-as-failed',
    room: 'store shell',
    does: 'a write that may yet be committed is answered with an error that says nothing was changed',
    edits: [
      {
        file: 'packages/store/src/proposer.ts',
        find: `flight.sent ? unknown('timed out') : noLeader()`,
        replace: 'noLeader()',
      },
    ],
  },
  {
    name: 'apply-before-commit',
    room: 'raft core',
    does: 'an entry is applied and answered once it is durable here, before a majority has it',
    edits: [
      {
        file: 'packages/raft/src/core/raft.ts',
        find: 'const last = Math.min(log.commit, log.stable, change > 0 ? change - 1 : log.commit);',
        replace: 'const last = change > 0 ? Math.min(change - 1, log.stable) : log.stable;',
      },
    ],
  },
  {
    name: 'state-flushed-in-two-steps',
    room: 'store shell',
    does: 'records and summary go to disk in two batches, so that a crash between them tears them apart',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/13766',
      what: 'inconsistent revision and data after a crash',
    },
    edits: [
      {
        file: 'packages/store/src/unflushed.ts',
        find: `    leaving.operations.push(last);
    await this.disk.batch(leaving.operations, { sync: true });`,
        replace: `    await this.disk.batch(leaving.operations, { sync: true });
    await this.disk.batch([last], { sync: true });`,
      },
    ],
  },
  {
    name: 'snapshot-drops-what-is-not-flushed',
    room: 'store shell',
    does: 'a snapshot says it holds what was applied but holds only what is on disk',
    edits: [
      {
        file: 'packages/store/src/replica.ts',
        find: `      await this.#flush();
      // Nothing was written since the flush, whatever was applied.
      return { mark: this.#flushed, reader`,
        replace: '      return { mark: markOf(this.#state), reader',
      },
    ],
  },
  {
    name: 'watchers-skip-a-snapshot',
    room: 'store shell',
    does: 'watchers of a member that was brought up to date by a snapshot miss the events in it',
    edits: [
      {
        file: 'packages/store/src/replica.ts',
        find: `    this.watchers.resume();
`,
        replace: '',
      },
    ],
  },
  {
    name: 'expiry-by-a-follower',
    room: 'store shell',
    does: 'a member that does not lead ends leases by its own reckoning',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/12528',
      what: 'the old leader still revokes leases after it stepped down',
    },
    edits: [
      {
        file: 'packages/store/src/member.ts',
        find: 'timeMs: () => running.clusterTimeMs(),',
        replace: 'timeMs: () => running.clusterTimeMs() ?? clock.nowMs(),',
      },
    ],
  },
];
