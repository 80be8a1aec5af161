import { invariant } from './invariant.ts';
import { entryBytes } from './log-view.ts';
import type { Leadership, Member } from './member.ts';
import type { Progress } from './progress.ts';
import { confirmReads } from './reads.ts';
import type { Entry, Message } from './types.ts';

/** The leader's clock for entries: see Entry.timeMs. Never goes back, whatever this member's own clock does. */
export function clusterTimeMs(leadership: Leadership, nowMs: number): number {
  return Math.max(leadership.lastTimeMs, Math.floor(nowMs + leadership.clockOffsetMs));
}

/** The leader takes entries into its log. They leave with the next messages, in parallel with its own disk. */
export function appendOwn(
  member: Member,
  leadership: Leadership,
  items: readonly { type: Entry['type']; data: Uint8Array }[],
): void {
  const timeMs = clusterTimeMs(leadership, member.nowMs);
  leadership.lastTimeMs = timeMs;
  let index = member.log.lastIndex;
  const entries: Entry[] = [];
  for (const { type, data } of items) {
    index++;
    leadership.uncommittedBytes += entryBytes({ data });
    entries.push({ term: member.term, index, timeMs, type, data });
  }
  member.log.append(entries);
}

/** Whether the bound on what is not committed yet leaves room. One that comes when there is nothing is always taken. */
export function hasRoom(member: Member, leadership: Leadership, bytes: number): boolean {
  const { uncommittedBytes } = leadership;
  return uncommittedBytes === 0 || uncommittedBytes + bytes <= member.limits.maxUncommittedBytes;
}

/**
 * What a majority has durably is committed, provided it is of this term: an entry of an earlier term on a majority may
 * still be replaced (figure 8 of the Raft paper), unless one of this term after it is committed.
 */
export function commitByCounting(member: Member, leadership: Leadership): void {
  const index = member.reached(leadership, member.log.stable, matchOf);
  if (index > member.log.commit && index >= leadership.firstIndex) member.log.commit = index;
}

function matchOf(progress: Progress): number {
  return progress.match;
}

/** Sends everyone what can be sent now. Called when messages are fetched, so that proposals in between share one. */
export function sendAppends(member: Member, leadership: Leadership): void {
  const { log } = member;
  for (const progress of leadership.progress.values()) {
    let sent = false;
    while (progress.open && progress.next <= log.lastIndex && sendAppend(member, progress)) sent = true;
    if (!sent && wantsEmptyAppend(member, progress)) sendAppend(member, progress);
    progress.nudged = false;
  }
}

/** To learn where the logs meet, to make up for a lost message, or to tell at once what is committed. */
function wantsEmptyAppend(member: Member, progress: Progress): boolean {
  if (progress.state === 'snapshot') return false;
  if (progress.state === 'probe') return !progress.probing;
  return progress.nudged || progress.toldCommit < Math.min(member.log.commit, progress.next - 1);
}

/** One `append`, perhaps empty; a snapshot where the entries are gone. False when nothing was sent. */
function sendAppend(member: Member, progress: Progress): boolean {
  const { log } = member;
  const prevIndex = progress.next - 1;
  if (progress.wantsSnapshot || prevIndex < log.compacted.index) return sendSnapshot(member, progress);
  const entries = progress.open ? log.entries(progress.next, log.lastIndex + 1, member.limits.maxMessageBytes) : [];
  member.send({
    type: 'append',
    from: member.id,
    to: progress.id,
    term: member.term,
    prevIndex,
    prevTerm: log.term(prevIndex),
    entries,
    commit: log.commit,
  });
  progress.toldCommit = Math.min(log.commit, prevIndex + entries.length);
  const last = entries.at(-1);
  if (progress.state === 'probe') {
    progress.probing = true;
  } else if (last !== undefined) {
    let bytes = 0;
    for (const entry of entries) bytes += entryBytes(entry);
    progress.inflights.add(last.index, bytes);
    progress.next = last.index + 1;
  }
  return true;
}

/**
 * The mark is of what was handed out last; the contents that the application sends beside it may be of a later index,
 * and then the application puts their own mark in its place.
 */
function sendSnapshot(member: Member, progress: Progress): boolean {
  const { log } = member;
  const index = log.applied;
  if (index === 0 || progress.silentTicks >= member.electionTicks) return false;
  const mark = { index, term: log.term(index), timeMs: log.timeMs(index), configuration: member.configuration };
  progress.becomeSnapshot(index);
  member.send({ type: 'snapshot', from: member.id, to: progress.id, term: member.term, mark });
  return true;
}

export function handleAppendReply(
  member: Member,
  leadership: Leadership,
  message: Message & { type: 'appendReply' },
): void {
  const progress = leadership.progress.get(message.from);
  if (progress === undefined) return;
  progress.silentTicks = 0;
  if (message.rejected) {
    const meet = member.log.lastIndexUpToTerm(message.hintIndex, message.hintTerm);
    progress.refused(message.index, meet);
    return;
  }
  invariant(
    message.index <= member.log.lastIndex,
    `member ${message.from} has ${message.index}, beyond the leader's log`,
  );
  const news = progress.matched(message.index);
  if (progress.state === 'replicate') {
    progress.inflights.freeTo(message.index);
  } else if (progress.state === 'probe') {
    if (news || message.index === progress.match) progress.becomeReplicate();
  } else if (progress.match >= member.log.compacted.index) {
    progress.becomeReplicate();
  }
  if (!news) return;
  if (progress.voter && progress.match > member.log.commit) commitByCounting(member, leadership);
  handOver(member, leadership, progress);
}

/** Once the one to whom leadership goes has the whole log, it is told to campaign. */
export function handOver(member: Member, leadership: Leadership, progress: Progress): void {
  if (leadership.transfer?.to !== progress.id || progress.match !== member.log.lastIndex) return;
  member.send({ type: 'timeoutNow', from: member.id, to: progress.id, term: member.term });
}

export function handleHeartbeatReply(
  member: Member,
  leadership: Leadership,
  message: Message & { type: 'heartbeatReply' },
): void {
  const progress = leadership.progress.get(message.from);
  if (progress === undefined) return;
  progress.silentTicks = 0;
  progress.probing = false;
  if (progress.match < member.log.lastIndex) progress.nudged = true;
  if (message.context > progress.answeredRound) {
    progress.answeredRound = message.context;
    confirmReads(member, leadership);
  }
}

/** Nothing on its way to the member is likely to arrive. */
export function reportUnreachable(progress: Progress): void {
  if (progress.state === 'replicate') progress.becomeProbe(progress.match + 1);
}

export function reportSnapshot(progress: Progress, ok: boolean): void {
  if (progress.state !== 'snapshot') return;
  progress.becomeProbe(ok ? progress.pendingSnapshot + 1 : progress.match + 1);
  // The next heartbeat's answer goes first: it shows that the member has taken the snapshot over, or is still there.
  progress.probing = true;
}
