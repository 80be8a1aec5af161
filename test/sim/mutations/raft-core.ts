import type { Mutation } from './mutation.ts';

/** Bugs of the algorithm itself. */
export const raftCoreMutations: Mutation[] = [
  {
    name: 'vote-twice-in-a-term',
    room: 'raft core',
    does: 'a vote is given to whoever asks, even if another candidate has it in this term',
    published: {
      where: 'https://github.com/canonical/raft/issues/386',
      what: 'two leaders were seen in one term under Jepsen',
    },
    edits: [
      {
        file: 'packages/raft/src/core/election.ts',
        find: `    member.vote === message.from ||
    (member.vote === 0 && member.leader === 0) ||`,
        replace: `    message.type === 'vote' ||`,
      },
    ],
  },
  {
    name: 'commit-old-term-by-counting',
    room: 'raft core',
    does: 'a leader commits an entry of an earlier term once a majority has it, without one of its own behind it',
    published: {
      where: 'https://github.com/logcabin/logcabin/issues/44',
      what: 'commitment of entries from prior terms',
    },
    edits: [
      {
        file: 'packages/raft/src/core/replication.ts',
        find: 'if (index > member.log.commit && index >= leadership.firstIndex)',
        replace: 'if (index > member.log.commit)',
      },
    ],
  },
  {
    name: 'read-index-before-own-commit',
    room: 'raft core',
    does: 'a new leader answers ReadIndex with its commit index before an entry of its own term is committed',
    published: { where: 'https://github.com/etcd-io/etcd/issues/7331', what: 'ReadIndex may read stale value' },
    edits: [
      {
        file: 'packages/raft/src/core/reads.ts',
        find: `  if (member.log.commit < leadership.firstIndex) return;
`,
        replace: '',
      },
    ],
  },
  {
    name: 'read-index-without-majority',
    room: 'raft core',
    does: 'a leader answers ReadIndex at once, without asking a majority whether it still leads',
    published: {
      where: 'https://github.com/redpanda-data/redpanda/pull/10921',
      what: 'a linearizable barrier set by one that leads no longer',
    },
    edits: [
      {
        file: 'packages/raft/src/core/reads.ts',
        find: 'const confirmed = member.reached(leadership, reads.lastRound, answeredRoundOf);',
        replace: 'const confirmed = reads.lastRound;',
      },
    ],
  },
  {
    name: 'change-before-own-commit',
    room: 'raft core',
    does: 'a new leader begins a change of members before an entry of its own term is committed',
    published: {
      where: 'https://github.com/atomix/copycat/issues/23',
      what: 'the bug of single-server membership changes, found on raft-dev in 2015',
    },
    edits: [
      {
        file: 'packages/raft/src/core/leader.ts',
        find: 'log.commit < leadership.firstIndex || log.applied < leadership.configurationIndex',
        replace: 'log.applied < leadership.configurationIndex',
      },
      {
        file: 'packages/raft/src/core/leader.ts',
        find: '    configurationIndex: lastIndex,',
        replace: '    configurationIndex: 0,',
      },
    ],
  },
  {
    name: 'two-changes-at-once',
    room: 'raft core',
    does: 'a change of members is taken while another is not yet in force',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/5004',
      what: 'configurations in force on two members differ by more than one member',
    },
    edits: [
      {
        file: 'packages/raft/src/core/leader.ts',
        find: `  if (log.commit < leadership.firstIndex || log.applied < leadership.configurationIndex) return false;
`,
        replace: `  if (log.commit < leadership.firstIndex) return false;
`,
      },
    ],
  },
  {
    name: 'heartbeat-commits-what-does-not-match',
    room: 'raft core',
    does: 'a heartbeat carries the commit index without regard to how far the follower matches',
    published: {
      where: 'https://github.com/cockroachdb/cockroach/issues/122100',
      what: 'a follower commits by heartbeat what its log is not known to share',
    },
    edits: [
      {
        file: 'packages/raft/src/core/reads.ts',
        find: 'commit: Math.min(progress.match, member.log.commit)',
        replace: 'commit: member.log.commit',
      },
      {
        file: 'packages/raft/src/core/follower.ts',
        find: `  invariant(
    message.commit <= log.lastIndex,
    \`\${message.commit} is committed with this member's help, but its log ends at \${log.lastIndex}: it has lost entries\`,
  );
  log.commit = Math.max(log.commit, message.commit);`,
        replace: '  log.commit = Math.max(log.commit, Math.min(message.commit, log.lastIndex));',
      },
    ],
  },
  {
    name: 'append-commits-the-old-tail',
    room: 'raft core',
    does: "an append commits up to the end of the follower's log, whether that was compared with the leader's or not",
    published: {
      where: 'https://github.com/scylladb/scylladb/issues/9965',
      what: 'follower may mark obsolete entries committed',
    },
    edits: [
      {
        file: 'packages/raft/src/core/follower.ts',
        find: '  if (!log.matches(prevIndex, prevTerm)) {',
        replace: `  log.commit = Math.max(log.commit, Math.min(message.commit, log.lastIndex));
  if (!log.matches(prevIndex, prevTerm)) {`,
      },
    ],
  },
  {
    name: 'stale-append-truncates',
    room: 'raft core',
    does: 'an append cuts the log behind it off though its entries are there already; an old one that was delayed does so too',
    published: {
      where: 'https://github.com/vesoft-inc/nebula/pull/2483',
      what: 'a follower deletes entries that may be committed',
    },
    edits: [
      {
        file: 'packages/raft/src/core/follower.ts',
        find: 'log.append(entries.slice(firstUnknown(member, entries)));',
        replace: 'log.append(entries.slice(Math.max(0, log.commit - prevIndex)));',
      },
    ],
  },
  {
    name: 'acknowledge-before-the-disk',
    room: 'raft core',
    does: 'a follower acknowledges entries before they are durable',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/12589',
      what: 'entries that are only in memory are acknowledged, and lost when all members lose power',
    },
    edits: [
      {
        file: 'packages/raft/src/core/outbox.ts',
        find: `const promises = message.type === 'voteReply' || message.type === 'appendReply';`,
        replace: `const promises = message.type === 'voteReply';`,
      },
    ],
  },
  {
    name: 'leader-counts-itself-too-early',
    room: 'raft core',
    does: 'a leader counts itself for entries that its own disk does not have yet',
    published: {
      where: 'https://github.com/etcd-io/etcd/issues/14370',
      what: 'a single member answered before its log was synced',
    },
    edits: [
      {
        file: 'packages/raft/src/core/replication.ts',
        find: 'member.reached(leadership, member.log.stable, matchOf)',
        replace: 'member.reached(leadership, member.log.lastIndex, matchOf)',
      },
    ],
  },
  {
    name: 'stable-without-term',
    room: 'raft core',
    does: 'a finished write marks its indexes as durable although other entries have taken their place meanwhile',
    published: { where: 'https://github.com/etcd-io/etcd/issues/1690', what: 'raft node storage race' },
    edits: [
      {
        file: 'packages/raft/src/core/log-view.ts',
        find: `    if (this.#writing !== undefined) this.#writing.last = Math.min(this.#writing.last, from - 1);
`,
        replace: '',
      },
    ],
  },
  {
    name: 'match-starts-at-the-end',
    room: 'raft core',
    does: 'a new leader takes for granted that all members match its log',
    published: {
      where: 'https://github.com/async-raft/async-raft/pull/113',
      what: 'matchIndex was initialised with the last log index',
    },
    edits: [
      {
        file: 'packages/raft/src/core/leader.ts',
        find: `    if (known === undefined) progress.set(id, new Progress(id, voter, member.log.lastIndex + 1, member.limits));
`,
        replace: `    if (known === undefined) {
      const one = new Progress(id, voter, member.log.lastIndex + 1, member.limits);
      one.match = member.log.lastIndex;
      progress.set(id, one);
    }
`,
      },
    ],
  },
  {
    name: 'vote-regardless-of-the-log',
    room: 'raft core',
    does: "a candidate's log is compared by its length alone, not by its last term first",
    published: {
      where: 'https://github.com/bakwc/PySyncObj/pull/202',
      what: 'a stale log with a higher last term, or a longer one, wins over what was committed',
    },
    edits: [
      {
        file: 'packages/raft/src/core/log-view.ts',
        find: 'return lastTerm > own || (lastTerm === own && lastIndex >= this.lastIndex);',
        replace: 'return lastIndex >= this.lastIndex || lastTerm > own + 1e9;',
      },
    ],
  },
  {
    name: 'old-messages-count',
    room: 'raft core',
    does: 'what is said in an earlier term counts for the present one',
    edits: [
      {
        file: 'packages/raft/src/core/raft.ts',
        find: 'else if (message.term < member.term) this.#answerOld(message);',
        replace: 'else if (message.term < member.term - 1e9) this.#answerOld(message);',
      },
      {
        file: 'packages/raft/src/core/raft.ts',
        find: '    if (message.term === member.term) return true;',
        replace: '    if (message.term <= member.term) return true;',
      },
    ],
  },
  {
    name: 'learner-counts',
    room: 'raft core',
    does: 'learners count for the majority that commits',
    edits: [
      {
        file: 'packages/raft/src/core/member.ts',
        find: `    const { voters } = this.configuration;
    if (this.#counted.length`,
        replace: `    const { voters: full, learners } = this.configuration;
    const voters = [...full, ...learners];
    if (this.#counted.length`,
      },
    ],
  },
  {
    name: 'snapshot-without-members',
    room: 'raft core',
    does: 'a snapshot does not bring the configuration that it was taken with',
    edits: [
      {
        file: 'packages/raft/src/core/follower.ts',
        find: `      member.configuration = mark.configuration;
`,
        replace: '',
      },
    ],
  },
  {
    name: 'hard-state-without-vote',
    room: 'raft core',
    does: 'the vote is not part of what is made durable; after a crash the member votes again in the same term',
    published: {
      where: 'https://github.com/hashicorp/raft/issues/661',
      what: 'term and vote are persisted apart; a crash between makes a member vote twice',
    },
    edits: [
      {
        file: 'packages/raft/src/runner/log.ts',
        find: 'return { term, vote, commit };',
        replace: 'return { term, vote: vote * 0, commit };',
      },
    ],
  },
];
