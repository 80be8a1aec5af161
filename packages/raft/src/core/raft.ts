import type { Committed, RaftStatus } from '../runner/types.ts';
import { decodeConfigurationChange, encodeConfigurationChange } from './configuration.ts';
import {
  campaign,
  campaignNow,
  handleVoteReply,
  handleVoteRequest,
  isInLease,
  refuseVote,
  tickElection,
} from './election.ts';
import { handleAppend, handleHeartbeat, handleSnapshot } from './follower.ts';
import { invariant } from './invariant.ts';
import { applyChange, changeAsLeader, flushLeader, proposeAsLeader, tickLeader, transferLeadership } from './leader.ts';
import type { RaftLimits } from './limits.ts';
import { defaultLimits } from './limits.ts';
import { entryBytes } from './log-view.ts';
import type { RaftOptions, Role } from './member.ts';
import { becomeFollower, Member } from './member.ts';
import { addRead, handleReadIndexReply, requestRead } from './reads.ts';
import {
  clusterTimeMs,
  commitByCounting,
  handleAppendReply,
  handleHeartbeatReply,
  reportSnapshot,
  reportUnreachable,
} from './replication.ts';
import type { ConfigurationChange, Entry, HardState, Message, NodeId, Ready } from './types.ts';

/**
 * One member of a Raft cluster as a state machine without disk, network, clock or chance of its own: what happens is
 * told to it, and what is to be done is fetched from it.
 *
 * - takeMessages(): may be sent at once.
 * - ready(): is made durable in one step; then its messages are sent, and advance() is called. One at a time; meanwhile
 *   everything else goes on.
 * - takeCommitted(): is applied in order. It is durable here.
 * - takeReads(): each is answered once its index is applied.
 *
 * `nowMs` is this member's monotonic clock; nothing but the time of entries comes from it. Throws RaftInvariantError when
 * it cannot go on without risking what was acknowledged: then the member must stop.
 */
export class Raft {
  readonly #member: Member;
  #writing: { hardState: HardState | undefined } | undefined;

  constructor(options: RaftOptions) {
    const limits: RaftLimits = { ...defaultLimits, ...options.limits };
    invariant(Number.isSafeInteger(options.id) && options.id > 0, `${options.id} is no member id`);
    this.#member = new Member(options, limits);
  }

  get leader(): NodeId {
    return this.#member.leader;
  }

  get term(): number {
    return this.#member.term;
  }

  get role(): Role {
    return this.#member.role;
  }

  /** Of the leader; undefined elsewhere. */
  clusterTimeMs(nowMs: number): number | undefined {
    const { leadership } = this.#member;
    return leadership && clusterTimeMs(leadership, nowMs);
  }

  tick(nowMs: number): void {
    const member = this.#at(nowMs);
    if (member.leadership !== undefined) tickLeader(member, member.leadership);
    else tickElection(member);
  }

  /** Asks for votes now. Does nothing when it may not campaign. A sole voter leads when this returns. */
  campaign(nowMs: number): void {
    campaign(this.#at(nowMs));
  }

  /** The leader appends, a follower forwards. False: no leader is known, it has too much to do, or it is handing over. */
  propose(datas: readonly Uint8Array[], nowMs: number): boolean {
    const member = this.#at(nowMs);
    if (member.leadership !== undefined) return proposeAsLeader(member, member.leadership, datas);
    return this.#forward(datas.map((data) => ({ type: 'normal', data })));
  }

  /** As propose(). The leader refuses it also while another is under way, or when there is nothing to change. */
  changeConfiguration(change: ConfigurationChange, nowMs: number): boolean {
    const member = this.#at(nowMs);
    if (member.leadership !== undefined) return changeAsLeader(member, member.leadership, change);
    return this.#forward([{ type: 'config', data: encodeConfigurationChange(change) }]);
  }

  /** False: no leader is known, or too many wait. An accepted one may be dropped: then it is never answered. */
  readIndex(context: number): boolean {
    return requestRead(this.#member, context);
  }

  /** Of the leader; otherwise nothing happens. */
  transferLeadership(to: NodeId): void {
    const { leadership } = this.#member;
    if (leadership !== undefined) transferLeadership(this.#member, leadership, to);
  }

  reportUnreachable(id: NodeId): void {
    const progress = this.#member.leadership?.progress.get(id);
    if (progress !== undefined) reportUnreachable(progress);
  }

  /** What became of a `snapshot` message. Every one must be reported: until then that member is sent nothing else. */
  reportSnapshot(id: NodeId, ok: boolean): void {
    const progress = this.#member.leadership?.progress.get(id);
    if (progress !== undefined) reportSnapshot(progress, ok);
  }

  step(message: Message, nowMs: number): void {
    const member = this.#at(nowMs);
    if (message.to !== member.id || message.from === member.id) return;
    if (message.type === 'propose' || message.type === 'readIndex') this.#serve(message);
    else if (message.term < member.term) this.#answerOld(message);
    else if (this.#adoptTerm(message)) this.#dispatch(message);
  }

  takeMessages(): Message[] {
    flushLeader(this.#member);
    return this.#member.outbox.takeNow();
  }

  hasReady(): boolean {
    if (this.#writing !== undefined) return false;
    return this.#member.log.hasUnstable || this.#member.outbox.hasHeld || this.#needsHardState;
  }

  /**
   * The hard state goes with every entry, because of its commit index: whoever has the entry of a configuration change
   * on disk must also know, after a crash, that the change before it was committed.
   */
  ready(): Ready {
    invariant(this.#writing === undefined, 'ready() before advance()');
    flushLeader(this.#member);
    const { log, outbox, term, vote } = this.#member;
    const hardState = this.#needsHardState || log.hasUnstable ? { term, vote, commit: log.commit } : undefined;
    const { snapshot, entries } = log.write();
    this.#writing = { hardState };
    return { ...(snapshot && { snapshot }), entries, ...(hardState && { hardState }), messages: outbox.takeHeld() };
  }

  advance(): void {
    invariant(this.#writing !== undefined, 'advance() before ready()');
    const member = this.#member;
    const { hardState } = this.#writing;
    this.#writing = undefined;
    if (hardState !== undefined) member.durable = hardState;
    member.log.written();
    if (member.leadership !== undefined) commitByCounting(member, member.leadership);
  }

  /**
   * Changes of the configuration come into force here, and not before this member would remember, after a crash, that
   * they are committed: a member that was removed may be gone for good then, and must not be asked for its vote again.
   */
  takeCommitted(maxBytes: number): Committed[] {
    const member = this.#member;
    const { log } = member;
    const change = log.committedChangeAfter(member.durable.commit);
    const last = Math.min(log.commit, log.stable, change > 0 ? change - 1 : log.commit);
    const entries = log.entries(log.applied + 1, last + 1, maxBytes);
    return entries.map((entry) => {
      log.apply(entry.index);
      if (entry.type === 'config') applyChange(member, entry);
      const { leadership } = member;
      if (leadership !== undefined && entry.term === member.term) leadership.uncommittedBytes -= entryBytes(entry);
      return { entry, configuration: member.configuration };
    });
  }

  takeReads(): { context: number; index: number }[] {
    const reads = this.#member.answeredReads;
    this.#member.answeredReads = [];
    return reads;
  }

  status(): RaftStatus {
    const { id, role, term, leader, log, configuration, leadership, electionTicks } = this.#member;
    return {
      id,
      role,
      term,
      leader,
      commit: log.commit,
      applied: log.applied,
      lastIndex: log.lastIndex,
      firstIndex: log.compacted.index + 1,
      configuration,
      progress: [...(leadership?.progress.values() ?? [])].map((progress) => ({
        id: progress.id,
        match: progress.match,
        state: progress.state,
        active: progress.silentTicks < electionTicks,
      })),
    };
  }

  get #needsHardState(): boolean {
    const { log, durable, termIsDurable } = this.#member;
    return !termIsDurable || log.committedChangeAfter(durable.commit) > 0;
  }

  #at(nowMs: number): Member {
    this.#member.nowMs = nowMs;
    return this.#member;
  }

  #forward(entries: { type: Entry['type']; data: Uint8Array }[]): boolean {
    const { id: from, leader: to } = this.#member;
    if (to === 0) return false;
    this.#member.send({ type: 'propose', from, to, term: 0, entries });
    return true;
  }

  /** What another member forwarded. It is not forwarded again: if this is not the leader, it is lost. */
  #serve(message: Message & { type: 'propose' | 'readIndex' }): void {
    const member = this.#member;
    const { leadership } = member;
    if (leadership === undefined) return;
    if (message.type === 'readIndex') {
      addRead(member, leadership, { from: message.from, context: message.context });
      return;
    }
    const datas = message.entries.filter(({ type }) => type === 'normal').map(({ data }) => data);
    if (datas.length > 0) proposeAsLeader(member, leadership, datas);
    for (const { type, data } of message.entries) {
      if (type === 'config') changeAsLeader(member, leadership, decodeConfigurationChange(data));
    }
  }

  /**
   * A leader or candidate of an older term is told of this one. This member may be the only one to know it, after it was
   * cut off in a campaign: while the others have a leader, nobody would answer its requests for votes.
   */
  #answerOld(message: Message): void {
    const { id: from, term } = this.#member;
    if (message.type === 'preVote' || message.type === 'vote') {
      refuseVote(this.#member, message);
    } else if (message.type === 'append' || message.type === 'heartbeat' || message.type === 'snapshot') {
      this.#member.send({ type: 'heartbeatReply', from, to: message.from, term, context: 0 });
    }
  }

  /** Follows a newer term. False when the message is to be ignored. */
  #adoptTerm(message: Message): boolean {
    const member = this.#member;
    if (message.term === member.term) return true;
    const isRequest = message.type === 'preVote' || message.type === 'vote';
    if (isRequest && !message.transfer && isInLease(member)) return false;
    // Nobody is in the term of a pre-vote yet.
    if (message.type === 'preVote' || (message.type === 'preVoteReply' && message.granted)) return true;
    becomeFollower(member, message.term, 0);
    return true;
  }

  #dispatch(message: Message): void {
    const member = this.#member;
    const { leadership } = member;
    switch (message.type) {
      case 'preVote':
      case 'vote':
        return handleVoteRequest(member, message);
      case 'preVoteReply':
      case 'voteReply':
        return handleVoteReply(member, message);
      case 'append':
        this.#follow(message.from);
        return handleAppend(member, message);
      case 'heartbeat':
        this.#follow(message.from);
        return handleHeartbeat(member, message);
      case 'snapshot':
        this.#follow(message.from);
        return handleSnapshot(member, message);
      case 'appendReply':
        return leadership && handleAppendReply(member, leadership, message);
      case 'heartbeatReply':
        return leadership && handleHeartbeatReply(member, leadership, message);
      case 'timeoutNow':
        return campaignNow(member);
      case 'readIndexReply':
        return handleReadIndexReply(member, message);
      case 'propose':
      case 'readIndex':
        return this.#serve(message);
    }
  }

  /** `leader` has shown that it leads this term. */
  #follow(leader: NodeId): void {
    const member = this.#member;
    invariant(member.role !== 'leader', `member ${leader} leads term ${member.term} too`);
    if (member.role === 'follower' && member.leader === leader) member.electionElapsed = 0;
    else becomeFollower(member, member.term, leader);
  }
}
