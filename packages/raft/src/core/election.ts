import { becomeLeader } from './leader.ts';
import type { Member } from './member.ts';
import { becomeFollower } from './member.ts';
import { majority } from './quorum.ts';
import type { Message, NodeId } from './types.ts';

/**
 * Whether it may campaign. Not without a vote of its own: a learner, a member that was removed or is still joining. And
 * not while a committed change of the configuration is not in force here: it could win by votes that no longer count.
 */
function mayCampaign(member: Member): boolean {
  return member.isVoter && member.log.committedChangeAfter(0) === 0;
}

/** A follower or candidate that hears no leader asks for votes when its time is up; who may not, forgets its leader. */
export function tickElection(member: Member): void {
  member.electionElapsed++;
  if (member.electionElapsed < member.electionTimeout) return;
  if (!campaign(member)) {
    member.leader = 0;
    member.restartElectionTimer();
  }
}

/** Asks first whether it would be elected, so that a member that comes back does not disturb a working leader. */
export function campaign(member: Member): boolean {
  if (member.role === 'leader' || !mayCampaign(member)) return false;
  member.role = 'preCandidate';
  member.leader = 0;
  askForVotes(member, 'preVote', false);
  return true;
}

/** The leader hands over: at once, and without asking first. */
export function campaignNow(member: Member): void {
  if (member.role !== 'leader' && mayCampaign(member)) becomeCandidate(member, true);
}

function becomeCandidate(member: Member, transfer: boolean): void {
  becomeFollower(member, member.term + 1, 0);
  member.role = 'candidate';
  // The requests wait until this vote is durable, so its own counts at once.
  member.vote = member.id;
  askForVotes(member, 'vote', transfer);
}

function askForVotes(member: Member, type: 'preVote' | 'vote', transfer: boolean): void {
  const { log } = member;
  member.restartElectionTimer();
  member.votes.clear();
  member.votes.set(member.id, true);
  if (count(member)) return;
  const term = type === 'preVote' ? member.term + 1 : member.term;
  const { lastIndex, lastTerm } = log;
  for (const to of member.configuration.voters) {
    if (to !== member.id) member.send({ type, from: member.id, to, term, lastIndex, lastTerm, transfer });
  }
}

/** Whether the campaign is decided. */
function count(member: Member): boolean {
  const { voters } = member.configuration;
  const needed = majority(voters.length);
  let granted = 0;
  let refused = 0;
  for (const id of voters) {
    const vote = member.votes.get(id);
    if (vote === true) granted++;
    else if (vote === false) refused++;
  }
  if (granted >= needed) {
    if (member.role === 'preCandidate') becomeCandidate(member, false);
    else becomeLeader(member);
    return true;
  }
  if (refused <= voters.length - needed) return false;
  becomeFollower(member, member.term, 0);
  return true;
}

export function handleVoteReply(member: Member, message: Message & { type: 'preVoteReply' | 'voteReply' }): void {
  const asked = member.role === 'preCandidate' ? 'preVoteReply' : member.role === 'candidate' ? 'voteReply' : undefined;
  if (message.type !== asked) return;
  // A granted pre-vote names the term that was asked for; an older one answers an older campaign.
  if (message.type === 'preVoteReply' && message.granted && message.term !== member.term + 1) return;
  if (!member.votes.has(message.from)) member.votes.set(message.from, message.granted);
  count(member);
}

/**
 * Within an election timeout of hearing from a leader nobody is helped to replace it: a member that was cut off, or was
 * removed without knowing it, would unseat one that works. Unless the leader itself wants it.
 */
export function isInLease(member: Member): boolean {
  return member.role === 'leader' || (member.leader !== 0 && member.electionElapsed < member.electionTicks);
}

/** The message's term is this member's own, or a later one if it is a pre-vote. */
export function handleVoteRequest(member: Member, message: Message & { type: 'preVote' | 'vote' }): void {
  const free =
    member.vote === message.from ||
    (member.vote === 0 && member.leader === 0) ||
    (message.type === 'preVote' && message.term > member.term);
  const granted = free && member.log.isUpToDate(message.lastIndex, message.lastTerm);
  if (message.type === 'preVote') {
    reply(member, 'preVoteReply', message.from, granted ? message.term : member.term, granted);
    return;
  }
  if (granted) {
    member.vote = message.from;
    member.electionElapsed = 0;
  }
  reply(member, 'voteReply', message.from, member.term, granted);
}

/** An older term than this member's: the answer tells the candidate of the newer one. */
export function refuseVote(member: Member, message: Message & { type: 'preVote' | 'vote' }): void {
  reply(member, message.type === 'preVote' ? 'preVoteReply' : 'voteReply', message.from, member.term, false);
}

function reply(member: Member, type: 'preVoteReply' | 'voteReply', to: NodeId, term: number, granted: boolean): void {
  member.send({ type, from: member.id, to, term, granted });
}
