import type { Clock } from '@wherry/raft';
import type { Volume } from '@wherry/raft/disk';
import type { RequestLimits } from './check-request.ts';
import type { ProposerLimits } from './proposer.ts';
import type { ReplicaLimits } from './replica.ts';
import type { StorageError } from './storage.ts';

export interface Limits extends RequestLimits, ProposerLimits, ReplicaLimits {
  /** Change records on disk together; above it the alarm `noSpace` is raised and puts fail with `no-space`. */
  quotaBytes: number;
}

export const defaultLimits: Limits = {
  maxValueBytes: 1.5 * (1 << 20),
  maxTxnBytes: 8 << 20,
  maxTxnOperations: 1000,
  queuedProposals: 10_000,
  queuedBytes: 64 << 20,
  // As etcd: 5 s and two election timeouts.
  proposalTimeoutMs: 7000,
  watchQueueEvents: 10_000,
  watchQueueBytes: 64 << 20,
  quotaBytes: 8 * 2 ** 30,
  cacheBytes: 4 << 20,
  flushAfterMs: 100,
  flushBytes: 1 << 20,
};

/** A pino logger fits. */
export interface StoreLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

export interface StoreOptions {
  /** Of this member, for people. */
  name?: string | undefined;
  /** Absent: the one member of a store of its own. */
  cluster?: ClusterOptions | undefined;
  /** Where the etcd API of this member can be reached; told to whoever asks for the members. */
  clientUrls?: string[] | undefined;
  clock?: Clock | undefined;
  limits?: Partial<Limits> | undefined;
  log?: StoreLog | undefined;
  /** The member has stopped for good: its disk failed, or it found that it cannot go on. */
  onFailure?: ((error: StorageError) => void) | undefined;
}

export interface PeerTls {
  /** PEM. */
  cert: string;
  key: string;
  ca: string;
}

/** etcd's flags by the same names. */
export interface ClusterOptions {
  /** The first members' peer URLs by name, this one's included; of an existing cluster, those to ask. */
  initialCluster: Record<string, string[]>;
  initialClusterState: 'new' | 'existing';
  /** Tells clusters apart that have the same addresses. */
  initialClusterToken: string;
  listenPeer: { host: string; port: number };
  /** Absent only in tests. */
  peerTls?: PeerTls | undefined;
}

/** Where the store lies: a folder, made if it is not there, or any volume. */
export type OpenStoreOptions = StoreOptions & ({ path: string } | { volume: Volume });
