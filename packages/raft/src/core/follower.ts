import { invariant } from './invariant.ts';
import type { Member } from './member.ts';
import type { Entry, Message } from './types.ts';

/** All three come from the leader of this member's term. */
export function handleAppend(member: Member, message: Message & { type: 'append' }): void {
  const { log } = member;
  const { prevIndex, prevTerm, entries } = message;
  if (prevIndex < log.commit) {
    // An old message. What is committed matches.
    accept(member, log.commit);
    return;
  }
  if (member.configuration.voters.length === 0) {
    // It joins, and the first configuration is in no entry: without a snapshot it would believe those who came later to
    // be all. The leader sends one when even the beginning is refused.
    reply(member, { index: prevIndex, rejected: true, hintIndex: 0, hintTerm: 0 });
    return;
  }
  if (!log.matches(prevIndex, prevTerm)) {
    // Nothing with a later term than prevTerm can match before prevIndex: whole terms are passed over at once.
    const hintIndex = log.lastIndexUpToTerm(Math.min(prevIndex, log.lastIndex), prevTerm);
    const hintTerm = log.term(hintIndex);
    reply(member, { index: prevIndex, rejected: true, hintIndex, hintTerm });
    return;
  }
  const last = prevIndex + entries.length;
  log.append(entries.slice(firstUnknown(member, entries)));
  log.commit = Math.max(log.commit, Math.min(message.commit, last));
  accept(member, last);
}

/** Entries that are here already stay: the message may be older than what came after them. */
function firstUnknown(member: Member, entries: readonly Entry[]): number {
  for (let i = 0; i < entries.length; i++) {
    const { index, term } = entries[i] as Entry;
    if (index > member.log.lastIndex || member.log.term(index) !== term) return i;
  }
  return entries.length;
}

export function handleHeartbeat(member: Member, message: Message & { type: 'heartbeat' }): void {
  const { log } = member;
  invariant(
    message.commit <= log.lastIndex,
    `${message.commit} is committed with this member's help, but its log ends at ${log.lastIndex}: it has lost entries`,
  );
  log.commit = Math.max(log.commit, message.commit);
  const { id: from, term } = member;
  member.send({ type: 'heartbeatReply', from, to: message.from, term, context: message.context });
}

export function handleSnapshot(member: Member, { mark }: Message & { type: 'snapshot' }): void {
  const { log } = member;
  if (mark.index > log.commit) {
    if (log.matches(mark.index, mark.term)) {
      // The entries are here already, and are now known to be committed: cheaper than to replace the state.
      log.commit = mark.index;
    } else {
      log.restore(mark);
      member.configuration = mark.configuration;
    }
  }
  accept(member, log.commit);
}

function accept(member: Member, index: number): void {
  reply(member, { index, rejected: false, hintIndex: 0, hintTerm: 0 });
}

function reply(
  member: Member,
  answer: { index: number; rejected: boolean; hintIndex: number; hintTerm: number },
): void {
  member.send({ type: 'appendReply', from: member.id, to: member.leader, term: member.term, ...answer });
}
