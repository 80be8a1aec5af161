import { formatVersion, unseal } from './record.ts';
import type { ClusterState, State } from './state.ts';
import type { Session } from './sessions.ts';
import { StorageError } from './storage.ts';

/**
 * What must be on disk, and all of the state that is neither a change nor a lease. It is kept up to date with every
 * batch and written with it: together with the chain of change records this makes any missing, altered or surplus
 * record visible when the store is opened, and what was applied and up to where can never differ.
 */
export interface Summary extends ClusterState {
  format: number;
  /** The last entry of the log that was applied. */
  index: number;
  term: number;
  timeMs: number;
  revision: number;
  compactedRevision: number;
  /** All changes of this revision and later are on disk; below it only what was still visible at it. */
  trimmedTo: number;
  lastLeaseId: number;
  sessions: Session[];
  /** Checksum of the last change record written. */
  chain: number;
  /** Change records: how many, their bytes, and their checksums added up modulo 2^32. */
  records: number;
  bytes: number;
  sum: number;
  leases: number;
  leaseSum: number;
}

export function emptySummary(): Summary {
  return {
    format: formatVersion,
    index: 0,
    term: 0,
    timeMs: 0,
    clusterId: 0,
    configuration: { voters: [], learners: [] },
    members: [],
    removed: [],
    alarms: [],
    revision: 1,
    compactedRevision: 0,
    trimmedTo: 1,
    lastLeaseId: 0,
    sessions: [],
    chain: 0,
    records: 0,
    bytes: 0,
    sum: 0,
    leases: 0,
    leaseSum: 0,
  };
}

/** Brings the summary up to the state; what the ledger counts is up to date at all times. */
export function takeIn(summary: Summary, state: State): void {
  summary.format = formatVersion;
  summary.index = state.appliedIndex;
  summary.term = state.appliedTerm;
  summary.timeMs = state.timeMs;
  summary.clusterId = state.clusterId;
  summary.configuration = state.configuration;
  summary.members = state.members;
  summary.removed = state.removed;
  summary.alarms = state.alarms;
  summary.revision = state.revision;
  summary.compactedRevision = state.compactedRevision;
  summary.lastLeaseId = state.lastLeaseId;
  summary.sessions = state.sessions;
}

/** The other way round, when the store is opened. */
export function putBack(summary: Summary, state: State): void {
  state.appliedIndex = summary.index;
  state.appliedTerm = summary.term;
  state.timeMs = summary.timeMs;
  state.clusterId = summary.clusterId;
  state.configuration = summary.configuration;
  state.members = summary.members;
  state.removed = summary.removed;
  state.alarms = summary.alarms;
  state.revision = summary.revision;
  state.compactedRevision = summary.compactedRevision;
  state.lastLeaseId = summary.lastLeaseId;
  state.sessions = summary.sessions.map((session) => ({ ...session, applied: [...session.applied] }));
}

/** Of any format up to this one; throws StorageError `corrupt`, or `unavailable` when it is newer. */
export function readSummary(bytes: Uint8Array): Summary {
  const content = unseal(bytes, 'the summary record') as unknown as Summary;
  if (content.format > formatVersion) {
    throw new StorageError(
      'unavailable',
      `the store was written in disk format ${content.format} and this program reads formats up to ${formatVersion}: ` +
        'start the newer program again, or restore a backup made by this one',
    );
  }
  // Format 1 was of a store without a log. It counted commands, which is as good a place for a log to begin.
  return content.format === 1 ? { ...emptySummary(), ...content, term: content.index > 0 ? 1 : 0 } : content;
}

export function sealedChecksum(bytes: Buffer): number {
  return Number.parseInt(bytes.toString('latin1', 0, 8), 16);
}
