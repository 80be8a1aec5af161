import type { RaftLimits } from './limits.ts';
import { LogView } from './log-view.ts';
import { Outbox } from './outbox.ts';
import { Progress } from './progress.ts';
import { reachedByMajority } from './quorum.ts';
import type { Configuration, HardState, LogReader, Message, NodeId } from './types.ts';

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader';

export interface RaftOptions {
  id: NodeId;
  log: LogReader;
  hardState: HardState;
  /** Up to where the state machine has come: entries after it are handed out (again). */
  applied: number;
  /** As of `applied`. */
  configuration: Configuration;
  /** A follower that hears nothing campaigns after so many ticks, up to twice as many less one. Default 10. */
  electionTicks?: number | undefined;
  /** Default 1. */
  heartbeatTicks?: number | undefined;
  /** From 0 to below 1. */
  random: () => number;
  limits?: Partial<RaftLimits> | undefined;
}

/** A read that the leader has to answer; its own, or another member's. */
export interface PendingRead {
  from: NodeId;
  context: number;
}

/** Of the leader, for as long as it leads. */
export interface Leadership {
  /** Every other member. */
  progress: Map<NodeId, Progress>;
  /** The index of its first entry. Only from there on do copies count as committed: see commitByCounting. */
  firstIndex: number;
  /** No further change of the configuration before this index has been handed out. */
  configurationIndex: number;
  /** What the cluster's clock is ahead of this member's. */
  clockOffsetMs: number;
  lastTimeMs: number;
  /** Its own removal is in its log: it takes nothing more. */
  leaving: boolean;
  /** Of its own entries, since they were proposed until they are handed out as committed. */
  uncommittedBytes: number;
  /** To whom leadership is being handed over, and for how many ticks already. */
  transfer: { to: NodeId; ticks: number } | undefined;
  heartbeatElapsed: number;
  reads: {
    /** Not in a round yet. */
    waiting: PendingRead[];
    /** Oldest first. `index` is what was committed when the round began. */
    rounds: { round: number; index: number; reads: PendingRead[] }[];
    lastRound: number;
    /** In `waiting` and `rounds`. */
    count: number;
  };
}

/** All that one member knows. The files beside this one change it; none of it is seen from outside. */
export class Member {
  readonly id: NodeId;
  readonly log: LogView;
  readonly outbox: Outbox;
  readonly limits: RaftLimits;
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly random: () => number;
  /** Of the call that is under way. */
  nowMs = 0;
  role: Role = 'follower';
  term: number;
  vote: NodeId;
  /** What is on disk. */
  durable: HardState;
  leader: NodeId = 0;
  configuration: Configuration;
  electionElapsed = 0;
  electionTimeout = 0;
  /** Answers to this member's campaign. */
  votes = new Map<NodeId, boolean>();
  leadership: Leadership | undefined;
  /** Reads sent to the leader, oldest first: the context on the wire, and the caller's. */
  readonly forwardedReads = new Map<number, number>();
  /**
   * The next context on the wire. It begins anywhere, so that a late answer to a read of this member's former life is
   * not taken for one of this life.
   */
  nextReadContext: number;
  answeredReads: { context: number; index: number }[] = [];
  /** For counting: one slot for each voter. */
  #counted: Float64Array;

  constructor(options: RaftOptions, limits: RaftLimits) {
    this.id = options.id;
    this.log = new LogView(options.log, options.hardState.commit, options.applied);
    this.outbox = new Outbox(limits.maxHeldMessages);
    this.limits = limits;
    this.electionTicks = options.electionTicks ?? 10;
    this.heartbeatTicks = options.heartbeatTicks ?? 1;
    this.random = options.random;
    this.term = options.hardState.term;
    this.vote = options.hardState.vote;
    this.durable = options.hardState;
    this.configuration = options.configuration;
    this.nextReadContext = 1 + Math.floor(options.random() * 2 ** 52);
    this.#counted = new Float64Array(options.configuration.voters.length);
    this.restartElectionTimer();
  }

  get isVoter(): boolean {
    return this.configuration.voters.includes(this.id);
  }

  send(message: Message): void {
    this.outbox.put(message, this.termIsDurable);
  }

  get termIsDurable(): boolean {
    return this.durable.term === this.term && this.durable.vote === this.vote;
  }

  restartElectionTimer(): void {
    this.electionElapsed = 0;
    this.electionTimeout = this.electionTicks + Math.floor(this.random() * this.electionTicks);
  }

  /** What a majority of the voters has reached; the leader itself has reached `own`. */
  reached(leadership: Leadership, own: number, of: (progress: Progress) => number): number {
    const { voters } = this.configuration;
    if (this.#counted.length !== voters.length) this.#counted = new Float64Array(voters.length);
    for (let i = 0; i < voters.length; i++) {
      const id = voters[i] as NodeId;
      const progress = leadership.progress.get(id);
      this.#counted[i] = id === this.id ? own : progress === undefined ? 0 : of(progress);
    }
    return reachedByMajority(this.#counted);
  }
}

/** Whatever it was, it follows now. `leader` is 0 when it is not known. A new term begins with no vote given. */
export function becomeFollower(member: Member, term: number, leader: NodeId): void {
  if (term !== member.term) {
    member.term = term;
    member.vote = 0;
  }
  member.role = 'follower';
  member.leader = leader;
  member.leadership = undefined;
  member.votes.clear();
  member.restartElectionTimer();
}
