/** A member, for as long as the cluster lives: a safe integer above 0. 0 stands for nobody. */
export type NodeId = number;

export interface Entry {
  term: number;
  /** From 1 on, without a gap. */
  index: number;
  /**
   * The cluster's clock when the leader took the entry, in milliseconds: it never goes back, runs with the leader's
   * monotonic clock, and stands still while there is no leader. So every member takes the same time for the same entry.
   */
  timeMs: number;
  /** `config` carries an encoded ConfigurationChange. */
  type: 'normal' | 'config';
  /** Empty in the entry with which a leader begins its term. */
  data: Uint8Array;
}

/** What must never be forgotten. */
export interface HardState {
  term: number;
  /** Whom this member voted for in `term`; 0 is nobody. */
  vote: NodeId;
  /** May be older than what was committed; it is only where to start from. */
  commit: number;
}

/** Who counts. One change at a time, by a single member, so any two majorities of neighbouring configurations overlap. */
export interface Configuration {
  voters: NodeId[];
  /** Receive the log and neither vote nor count. */
  learners: NodeId[];
}

export interface ConfigurationChange {
  /** `promote` makes a learner a voter. `update` changes nothing but what the context says. */
  type: 'addVoter' | 'addLearner' | 'promote' | 'remove' | 'update';
  id: NodeId;
  /** What the application wants to know of the member. */
  context: Uint8Array;
}

/** Where a snapshot stands: it holds the effect of all entries up to `index`. Its contents are the application's. */
export interface SnapshotMark {
  index: number;
  term: number;
  /** As of `index`. */
  timeMs: number;
  configuration: Configuration;
}

interface Addressed {
  from: NodeId;
  to: NodeId;
  /** The sender's; 0 in those that belong to no term (`propose`, `readIndex`). */
  term: number;
}

export type Message = Addressed &
  (
    | {
        type: 'preVote' | 'vote';
        lastIndex: number;
        lastTerm: number;
        /** A leader hands over: does not wait for its lease. */
        transfer: boolean;
      }
    | { type: 'preVoteReply' | 'voteReply'; granted: boolean }
    | { type: 'append'; prevIndex: number; prevTerm: number; entries: Entry[]; commit: number }
    /** `index` is what matches now; or, when rejected, the refused prevIndex with a hint where the logs may meet. */
    | { type: 'appendReply'; index: number; rejected: boolean; hintIndex: number; hintTerm: number }
    | { type: 'heartbeat'; commit: number; context: number }
    | { type: 'heartbeatReply'; context: number }
    /** The contents travel beside it; it is stepped in once they have all arrived. */
    | { type: 'snapshot'; mark: SnapshotMark }
    | { type: 'timeoutNow' }
    /** From a follower to the leader. */
    | { type: 'propose'; entries: { type: Entry['type']; data: Uint8Array }[] }
    | { type: 'readIndex'; context: number }
    | { type: 'readIndexReply'; context: number; index: number }
  );

/** The durable log as the core reads it: at once, without waiting. Entries up to and including `compacted` are gone. */
export interface LogReader {
  /** Index, term and time of the last entry that was compacted away; zeros at first. */
  readonly compacted: { index: number; term: number; timeMs: number };
  /** `compacted.index` when there is none. */
  readonly lastIndex: number;
  /** Of an entry from compacted.index to lastIndex. */
  term(index: number): number;
  /** From `from` to before `to`, fewer when they exceed `maxBytes`, but at least one. */
  entries(from: number, to: number, maxBytes: number): Entry[];
}

/** What must be made durable, in this order and in one step; then `messages` may be sent, and advance() is called. */
export interface Ready {
  /** To be put in place before the entries. */
  snapshot?: SnapshotMark;
  /** To be appended; where the log has entries of these indexes or later, they are replaced. */
  entries: Entry[];
  hardState?: HardState;
  messages: Message[];
}
