import { changed, decodeConfigurationChange, encodeConfigurationChange } from './configuration.ts';
import { entryBytes } from './log-view.ts';
import type { Leadership, Member } from './member.ts';
import { becomeFollower } from './member.ts';
import { Progress } from './progress.ts';
import { confirmReads, sendHeartbeat, startReadRound } from './reads.ts';
import { appendOwn, commitByCounting, handOver, hasRoom, sendAppends } from './replication.ts';
import type { Configuration, ConfigurationChange, Entry, NodeId } from './types.ts';

/** Begins its term with an empty entry: once that is committed, so is everything before it. */
export function becomeLeader(member: Member): void {
  const { log } = member;
  const { lastIndex, lastTimeMs } = log;
  const leadership: Leadership = {
    progress: new Map(),
    firstIndex: lastIndex + 1,
    // A change may be among the entries that are not committed yet.
    configurationIndex: lastIndex,
    clockOffsetMs: lastTimeMs - member.nowMs,
    lastTimeMs,
    leaving: log.changes.some((index) => isRemovalOf(member, index)),
    uncommittedBytes: 0,
    transfer: undefined,
    heartbeatElapsed: 0,
    reads: { waiting: [], rounds: [], lastRound: 0, count: 0 },
  };
  member.role = 'leader';
  member.leader = member.id;
  member.votes.clear();
  member.leadership = leadership;
  trackMembers(member, leadership);
  appendOwn(member, leadership, [{ type: 'normal', data: new Uint8Array(0) }]);
}

/** A leader that no majority answers steps down: its clients go elsewhere, and the others need not wait for it. */
export function tickLeader(member: Member, leadership: Leadership): void {
  for (const progress of leadership.progress.values()) progress.silentTicks++;
  const heard = member.reached(leadership, 0, (progress) => -progress.silentTicks);
  if (-heard >= member.electionTicks) {
    becomeFollower(member, member.term, 0);
    return;
  }
  const { transfer } = leadership;
  if (transfer !== undefined && ++transfer.ticks >= member.electionTicks) leadership.transfer = undefined;
  if (++leadership.heartbeatElapsed < member.heartbeatTicks) return;
  leadership.heartbeatElapsed = 0;
  for (const progress of leadership.progress.values()) sendHeartbeat(member, leadership, progress);
}

/** What has gathered since messages were last fetched goes out. */
export function flushLeader(member: Member): void {
  if (member.leadership === undefined) return;
  startReadRound(member, member.leadership);
  sendAppends(member, member.leadership);
}

export function proposeAsLeader(member: Member, leadership: Leadership, datas: readonly Uint8Array[]): boolean {
  if (leadership.transfer !== undefined || leadership.leaving) return false;
  let bytes = 0;
  for (const data of datas) bytes += entryBytes({ data });
  if (!hasRoom(member, leadership, bytes)) return false;
  appendOwn(
    member,
    leadership,
    datas.map((data) => ({ type: 'normal', data })),
  );
  return true;
}

/**
 * One change at a time: any two majorities of the configurations before and after it overlap. The next may only come
 * when the one before is in force here, and when an entry of this term is committed: without that, two leaders could
 * each change the configuration from the same one, to two whose majorities do not overlap.
 *
 * A leader does not remove itself but hands over first; the one after it can. Otherwise the others might still need its
 * vote, not knowing yet that they do not, when it is gone.
 */
export function changeAsLeader(member: Member, leadership: Leadership, change: ConfigurationChange): boolean {
  const { log } = member;
  if (leadership.transfer !== undefined) return false;
  if (log.commit < leadership.firstIndex || log.applied < leadership.configurationIndex) return false;
  if (changed(member.configuration, change) === undefined) return false;
  if (change.type === 'remove' && change.id === member.id) {
    handOverToBest(member, leadership);
    return false;
  }
  const data = encodeConfigurationChange(change);
  if (!hasRoom(member, leadership, entryBytes({ data }))) return false;
  appendOwn(member, leadership, [{ type: 'config', data }]);
  leadership.configurationIndex = log.lastIndex;
  return true;
}

/** Puts a committed change in force. Returns what is in force after it. */
export function applyChange(member: Member, entry: Entry): Configuration {
  const next = changed(member.configuration, decodeConfigurationChange(entry.data));
  if (next === undefined || next === member.configuration) return member.configuration;
  // Whoever leaves with this change should hear that it is committed.
  flushLeader(member);
  member.configuration = next;
  const { leadership } = member;
  if (leadership === undefined) return next;
  if (!member.isVoter) {
    becomeFollower(member, member.term, 0);
    return next;
  }
  trackMembers(member, leadership);
  commitByCounting(member, leadership);
  confirmReads(member, leadership);
  if (leadership.transfer !== undefined && !next.voters.includes(leadership.transfer.to)) {
    leadership.transfer = undefined;
  }
  return next;
}

function isRemovalOf({ id, log }: Member, index: number): boolean {
  const entry = log.entries(index, index + 1, 0)[0];
  if (entry === undefined) return false;
  const change = decodeConfigurationChange(entry.data);
  return change.type === 'remove' && change.id === id;
}

function handOverToBest(member: Member, leadership: Leadership): void {
  const able = [...leadership.progress.values()].filter((p) => p.voter && p.silentTicks < member.electionTicks);
  const best = able.toSorted((a, b) => b.match - a.match)[0];
  if (best !== undefined) transferLeadership(member, leadership, best.id);
}

/** Makes the leader's book fit the configuration. A new member is first asked where its log meets this one. */
function trackMembers(member: Member, leadership: Leadership): void {
  const { voters, learners } = member.configuration;
  const { progress } = leadership;
  for (const id of progress.keys()) if (!voters.includes(id) && !learners.includes(id)) progress.delete(id);
  const track = (id: NodeId, voter: boolean): void => {
    if (id === member.id) return;
    const known = progress.get(id);
    if (known === undefined) progress.set(id, new Progress(id, voter, member.log.lastIndex + 1, member.limits));
    else known.voter = voter;
  };
  for (const id of voters) track(id, true);
  for (const id of learners) track(id, false);
}

/** Only to another voter. Proposals are refused until it leads, or until an election timeout has passed in vain. */
export function transferLeadership(member: Member, leadership: Leadership, to: NodeId): void {
  const progress = leadership.progress.get(to);
  if (progress === undefined || !progress.voter || leadership.transfer?.to === to) return;
  leadership.transfer = { to, ticks: 0 };
  handOver(member, leadership, progress);
}
