import type { Mutation } from './mutation.ts';

/** Bugs of what runs the algorithm: the log on disk, the order of writing and sending, snapshots. */
export const raftRunnerMutations: Mutation[] = [
  {
    name: 'log-without-sync',
    room: 'raft runner',
    does: 'the batch of entries and hard state is written without a sync',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/14143',
      what: 'loss of committed writes when un-fsynced data is lost (Jepsen)',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/log.ts',
        find: 'await this.#disk.batch(operations, { sync: true });',
        replace: 'await this.#disk.batch(operations, { sync: false });',
      },
    ],
  },
  {
    name: 'send-before-the-disk',
    room: 'raft runner',
    does: 'the messages of a Ready are sent before it is durable',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/8144',
      what: 'a follower answers with the index of its unstable log',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/runner.ts',
        find: 'this.#persist(async () => {',
        replace: 'this.#send(ready.messages); this.#persist(async () => {',
      },
    ],
  },
  {
    name: 'conflicting-tail-stays',
    room: 'raft runner',
    does: 'entries behind those that replace others stay in the log',
    published: {
      where: 'https://github.com/tikv/raft-rs/issues/428',
      what: 'the storage did not truncate before it appended',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/log.ts',
        find: '      meta.last = { index: last, checksum };',
        replace:
          '      meta.last = { index: Math.max(last, snapshot === undefined ? before.last.index : 0), checksum };',
      },
      {
        file: 'packages/raft/src/runner/log.ts',
        find: `      if (snapshot === undefined) removeEntries(operations, last + 1, before.last.index);
`,
        replace: '',
      },
    ],
  },
  {
    name: 'compact-beyond-the-flush',
    room: 'raft runner',
    does: 'the log is cut off up to what was applied, though the state on disk is not that far',
    edits: [
      {
        file: 'packages/raft/src/runner/compaction.ts',
        find: 'this.#flushing = machine.flush();',
        replace: 'this.#flushing = Promise.resolve(machine).then(() => this.#log.hardState.commit);',
      },
    ],
  },
  {
    name: 'read-before-apply',
    room: 'raft runner',
    does: 'readIndex() resolves as soon as the index is known, before it is applied here',
    published: {
      where: 'https://github.com/redpanda-data/redpanda/issues/4518',
      what: 'the linearizable barrier did not wait for its offset',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/runner.ts',
        find: 'this.#reads.applied(this.#applied);',
        replace: 'this.#reads.applied(Number.MAX_SAFE_INTEGER);',
      },
    ],
  },
  {
    name: 'late-read-answer-for-a-later-read',
    room: 'raft runner',
    does: 'a read that comes while a round is under way takes the answer of that round',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/20418',
      what: 'stale reads after a process was paused: an old ReadIndex answer served a new request',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/read-rounds.ts',
        find: `    if (this.#round?.context !== context) return;
    this.#confirmed.push({ index, calls: this.#round.calls });
`,
        replace: `    if (this.#round?.context !== context) return;
    this.#confirmed.push({ index, calls: this.#round.calls.concat(this.#waiting.splice(0)) });
`,
      },
    ],
  },
  {
    name: 'mark-is-not-checked',
    room: 'raft runner',
    does: 'a log that is shorter than what was acknowledged is opened all the same',
    edits: [
      {
        file: 'packages/raft/src/runner/log-load.ts',
        find: '  if (!reached) throw lostTail(mark, `ends at ${meta.last.index} (batch ${meta.sequence})`);\n',
        replace: '',
      },
    ],
  },
  {
    name: 'log-kept-under-a-snapshot',
    room: 'raft runner',
    does: 'an installed snapshot leaves the old log, whose entries do not lead to it',
    published: {
      where: 'https://github.com/redpanda-data/redpanda/issues/14980',
      what: 'handling of a Raft snapshot that lies ahead of the log',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/log.ts',
        find: '      removeEntries(operations, before.compacted.index + 1, before.last.index);\n',
        replace: '',
      },
    ],
  },
];
