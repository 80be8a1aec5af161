import type { Configuration } from '@wherry/raft';
import { Chains } from './chains.ts';
import type { LeaseRecord } from './command.ts';
import type { Alarm, Member } from './etcd-store.ts';
import { KeyIndex } from './key-index.ts';
import type { Session } from './sessions.ts';

/** One state of a key: a put, or a tombstone. The value stays on disk under (mod, sub). */
export interface Version {
  mod: number;
  /** Place among the changes of revision `mod`. */
  sub: number;
  create: number;
  /** Writes since the key was created, from 1; 0 marks a tombstone. */
  version: number;
  lease: number;
  /** Size and checksum of its record, 0 until there is one. */
  bytes: number;
  /** Signed, so that the engine keeps it as a small integer. */
  checksum: number;
}

/** Versions of one key. Most have but one, so that there is no array unless there are more. */
export interface KeyHistory {
  key: string;
  newest: Version;
  /** Before the newest one, oldest first; never empty. */
  older: Version[] | undefined;
}

export interface LeaseState extends LeaseRecord {
  /** Keys whose newest version carries this lease. */
  keys: Set<string>;
}

/** Who the members are, and what the cluster has agreed on besides keys. */
export interface ClusterState {
  /** 0 until there is a cluster. */
  clusterId: number;
  configuration: Configuration;
  /** In order of ids. */
  members: Member[];
  /** Ids that were removed, in order: none is ever used again. */
  removed: number[];
  /** In order of members, then types. */
  alarms: Alarm[];
}

/** The applied state. Changed only by applying, by loading, and by trimming what is compacted. */
export interface State extends ClusterState {
  /** Of the last transaction that changed something; 1 when there was none yet, as in etcd. */
  revision: number;
  /** Reads below this revision are refused; 0 before the first compaction. */
  compactedRevision: number;
  /** The last entry of the log that was applied. */
  appliedIndex: number;
  appliedTerm: number;
  timeMs: number;
  lastLeaseId: number;
  index: KeyIndex;
  leases: Map<number, LeaseState>;
  /** Least recently used first. */
  sessions: Session[];
  chains: Chains;
  /**
   * A history for every version that can be forgotten once compaction has come far enough, always its oldest one, in
   * the order in which they can; those before `supersededFrom` are done with.
   */
  superseded: KeyHistory[];
  supersededFrom: number;
}

export function createState(): State {
  return {
    revision: 1,
    compactedRevision: 0,
    appliedIndex: 0,
    appliedTerm: 0,
    timeMs: 0,
    lastLeaseId: 0,
    index: new KeyIndex(),
    leases: new Map(),
    clusterId: 0,
    configuration: { voters: [], learners: [] },
    members: [],
    removed: [],
    alarms: [],
    sessions: [],
    chains: new Chains(),
    superseded: [],
    supersededFrom: 0,
  };
}

/** Notes which entry of the log is being applied. */
export function beginEntry(state: State, entry: { index: number; term: number; timeMs: number }): void {
  state.appliedIndex = entry.index;
  state.appliedTerm = entry.term;
  state.timeMs = entry.timeMs;
}

/** The live version of the key as of `revision`, undefined if the key did not exist then. */
export function versionAt(history: KeyHistory, revision: number): Version | undefined {
  const { newest: last, older } = history;
  if (last.mod <= revision) return last.version === 0 ? undefined : last;
  if (older === undefined) return undefined;
  for (let i = older.length - 1; i >= 0; i--) {
    const version = older[i] as Version;
    if (version.mod <= revision) return version.version === 0 ? undefined : version;
  }
  return undefined;
}

/** The newest version of the key if it is live. */
export function newest(history: KeyHistory | undefined): Version | undefined {
  const last = history?.newest;
  return last === undefined || last.version === 0 ? undefined : last;
}

/** As an expiry: the lease has ended and only some of its keys are still to be deleted. */
export const endedAtMs = 0;

export function liveLease(state: State, id: number): LeaseState | undefined {
  const lease = state.leases.get(id);
  return lease?.expiresAtMs === endedAtMs ? undefined : lease;
}

/** All versions, oldest first. */
export function versionsOf({ newest: last, older }: KeyHistory): Version[] {
  return older === undefined ? [last] : [...older, last];
}

/** Appends a version to its key's history and keeps the books of what it supersedes and of leases. */
export function addVersion(state: State, key: string, version: Version): void {
  let history = state.index.get(key);
  if (history === undefined) {
    history = { key, newest: version, older: undefined };
    state.index.insert(history);
  } else {
    const before = history.newest;
    // A tombstone is already waiting to be forgotten.
    if (before.version !== 0) {
      state.superseded.push(history);
      if (before.lease !== 0) state.leases.get(before.lease)?.keys.delete(key);
    }
    if (history.older === undefined) history.older = [before];
    else history.older.push(before);
    history.newest = version;
  }
  if (version.version === 0) state.superseded.push(history);
  else if (version.lease !== 0) state.leases.get(version.lease)?.keys.add(key);
}

/**
 * Forgets versions that nobody at `horizon` or later can see, about `limit` of them, whole revisions at a time.
 * Returns them, and the revision up to which nothing is left to forget.
 */
export function trim(state: State, horizon: number, limit: number): { removed: Version[]; doneTo: number } {
  const removed: Version[] = [];
  let doneTo = horizon;
  let lastAt = 0;
  let i = state.supersededFrom;
  for (; i < state.superseded.length; i++) {
    const history = state.superseded[i] as KeyHistory;
    const at = forgettableAt(history);
    if (at > horizon) break;
    // A tombstone waits a revision longer than what the changes beside it supersede.
    if (removed.length >= limit && at > lastAt) {
      doneTo = at - 1;
      break;
    }
    lastAt = Math.max(lastAt, at);
    removed.push(forgetOldest(state, history));
  }
  state.supersededFrom = i;
  // Dropping the done half now and then keeps this amortised O(1) per version.
  if (i > 1024 && i * 2 > state.superseded.length) {
    state.superseded.splice(0, i);
    state.supersededFrom = 0;
  }
  return { removed, doneTo };
}

/** The oldest version of `history` can be forgotten once everything below this revision is compacted. */
function forgettableAt({ newest: last, older }: KeyHistory): number {
  const oldest = older?.[0] ?? last;
  // What is superseded is seen until the next one; a tombstone is no longer needed after its own revision.
  const next = oldest.version === 0 ? 0 : (older?.[1] ?? last).mod;
  return Math.max(oldest.mod + 1, next);
}

function forgetOldest(state: State, history: KeyHistory): Version {
  const { older } = history;
  if (older === undefined) {
    state.index.remove(history.key);
    return history.newest;
  }
  const oldest = older.shift() as Version;
  if (older.length === 0) history.older = undefined;
  return oldest;
}
