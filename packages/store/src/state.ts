import { KeyIndex } from './key-index.ts';
import type { LeaseRecord } from './command.ts';

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
  checksum: number;
}

/** Versions of one key, oldest first, never empty while in the index. */
export interface KeyHistory {
  key: string;
  versions: Version[];
}

export interface LeaseState extends LeaseRecord {
  /** Keys whose newest version carries this lease. */
  keys: Set<string>;
}

/** `version` of `history` can be forgotten once everything below revision `at` is compacted. */
interface Superseded {
  at: number;
  history: KeyHistory;
  version: Version;
}

/** The applied state. Changed only by apply(), by loading, and by trimming what is compacted. */
export interface State {
  /** Of the last transaction that changed something; 1 when there was none yet, as in etcd. */
  revision: number;
  /** Reads below this revision are refused; 0 before the first compaction. */
  compactedRevision: number;
  /** Commands applied so far. */
  appliedIndex: number;
  lastLeaseId: number;
  index: KeyIndex;
  leases: Map<number, LeaseState>;
  /** In order of `at`; those before `supersededFrom` are done with. */
  superseded: Superseded[];
  supersededFrom: number;
}

export function createState(): State {
  return {
    revision: 1,
    compactedRevision: 0,
    appliedIndex: 0,
    lastLeaseId: 0,
    index: new KeyIndex(),
    leases: new Map(),
    superseded: [],
    supersededFrom: 0,
  };
}

/** The live version of the key as of `revision`, undefined if the key did not exist then. */
export function versionAt(history: KeyHistory, revision: number): Version | undefined {
  const versions = history.versions;
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i] as Version;
    if (version.mod <= revision) return version.version === 0 ? undefined : version;
  }
  return undefined;
}

/** The newest version of the key if it is live. */
export function newest(history: KeyHistory | undefined): Version | undefined {
  const last = history?.versions.at(-1);
  return last === undefined || last.version === 0 ? undefined : last;
}

/** Appends a version to its key's history and keeps the books of what it supersedes and of leases. */
export function addVersion(state: State, key: string, version: Version): void {
  let history = state.index.get(key);
  if (history === undefined) {
    history = { key, versions: [version] };
    state.index.insert(history);
  } else {
    const before = history.versions.at(-1) as Version;
    // A tombstone is already waiting to be forgotten.
    if (before.version !== 0) {
      state.superseded.push({ at: version.mod, history, version: before });
      if (before.lease !== 0) state.leases.get(before.lease)?.keys.delete(key);
    }
    history.versions.push(version);
  }
  if (version.version === 0) state.superseded.push({ at: version.mod + 1, history, version });
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
    const { at, history, version } = state.superseded[i] as Superseded;
    if (at > horizon) break;
    if (removed.length >= limit && at !== lastAt) {
      doneTo = at - 1;
      break;
    }
    lastAt = at;
    removed.push(version);
    const place = history.versions.indexOf(version);
    history.versions.splice(place, 1);
    if (history.versions.length === 0) state.index.remove(history.key);
  }
  state.supersededFrom = i;
  // Dropping the done half now and then keeps this amortised O(1) per version.
  if (i > 1024 && i * 2 > state.superseded.length) {
    state.superseded.splice(0, i);
    state.supersededFrom = 0;
  }
  return { removed, doneTo };
}
