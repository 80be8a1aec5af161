import type { Leadership, Member, PendingRead } from './member.ts';
import type { Progress } from './progress.ts';
import type { Message, NodeId } from './types.ts';

/**
 * Linearizable reads (ReadIndex, section 6.4 of Ongaro's thesis). The leader notes what is committed, and proves with a
 * round of heartbeats that it still was the leader after the read had come; whoever asked reads once it has applied up
 * to that index. A new leader does not know what is committed before an entry of its own term is, so reads wait for it.
 */
export function requestRead(member: Member, context: number): boolean {
  const { leadership } = member;
  if (leadership !== undefined) return addRead(member, leadership, { from: member.id, context });
  if (member.leader === 0) return false;
  const wire = member.nextReadContext++;
  const oldest = member.forwardedReads.keys().next();
  if (member.forwardedReads.size >= member.limits.maxPendingReads && !oldest.done) {
    member.forwardedReads.delete(oldest.value);
  }
  member.forwardedReads.set(wire, context);
  member.send({ type: 'readIndex', from: member.id, to: member.leader, term: 0, context: wire });
  return true;
}

export function addRead(member: Member, leadership: Leadership, read: PendingRead): boolean {
  const { reads } = leadership;
  if (reads.count >= member.limits.maxPendingReads) return false;
  reads.waiting.push(read);
  reads.count++;
  return true;
}

/** All reads that wait share one round. Called when messages are fetched. */
export function startReadRound(member: Member, leadership: Leadership): void {
  const { reads } = leadership;
  if (reads.waiting.length === 0 || reads.rounds.length >= member.limits.maxReadRounds) return;
  if (member.log.commit < leadership.firstIndex) return;
  reads.lastRound++;
  reads.rounds.push({ round: reads.lastRound, index: member.log.commit, reads: reads.waiting });
  reads.waiting = [];
  for (const progress of leadership.progress.values()) if (progress.voter) sendHeartbeat(member, leadership, progress);
  confirmReads(member, leadership);
}

/**
 * A member may only take as committed what its own log is known to match. The heartbeat names the latest round, so the
 * next one makes up for a lost one, and its answer confirms all earlier rounds too.
 */
export function sendHeartbeat(member: Member, leadership: Leadership, progress: Progress): void {
  member.send({
    type: 'heartbeat',
    from: member.id,
    to: progress.id,
    term: member.term,
    commit: Math.min(progress.match, member.log.commit),
    context: leadership.reads.lastRound,
  });
}

export function confirmReads(member: Member, leadership: Leadership): void {
  const { reads } = leadership;
  if (reads.rounds.length === 0) return;
  const confirmed = member.reached(leadership, reads.lastRound, answeredRoundOf);
  let first = reads.rounds[0];
  while (first !== undefined && first.round <= confirmed) {
    for (const read of first.reads) answer(member, read, first.index);
    reads.count -= first.reads.length;
    reads.rounds.shift();
    first = reads.rounds[0];
  }
}

function answeredRoundOf(progress: Progress): number {
  return progress.answeredRound;
}

function answer(member: Member, { from, context }: PendingRead, index: number): void {
  if (from === member.id) member.answeredReads.push({ context, index });
  else send(member, from, context, index);
}

function send(member: Member, to: NodeId, context: number, index: number): void {
  member.send({ type: 'readIndexReply', from: member.id, to, term: member.term, context, index });
}

export function handleReadIndexReply(member: Member, message: Message & { type: 'readIndexReply' }): void {
  const context = member.forwardedReads.get(message.context);
  if (context === undefined) return;
  member.forwardedReads.delete(message.context);
  member.answeredReads.push({ context, index: message.index });
}
