import type { RequestLimits } from './check-request.ts';
import type { Disk } from './disk.ts';
import type { Clock } from './lease-expiry.ts';
import type { WatchLimits } from './watch.ts';
import type { WriterLimits } from './writer.ts';

export interface Limits extends RequestLimits, WriterLimits, WatchLimits {
  /** Change records on disk together; above it puts fail with `no-space`. */
  quotaBytes: number;
  /** Newest values kept in memory. */
  cacheBytes: number;
}

export const defaultLimits: Limits = {
  maxValueBytes: 1.5 * (1 << 20),
  maxTxnBytes: 8 << 20,
  maxTxnOperations: 1000,
  queuedProposals: 10_000,
  queuedBytes: 64 << 20,
  watchQueueEvents: 10_000,
  watchQueueBytes: 64 << 20,
  quotaBytes: 8 * 2 ** 30,
  cacheBytes: 4 << 20,
};

/** A pino logger fits. */
export interface StoreLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
  error(fields: object, event: string): void;
}

export interface StoreOptions {
  clock?: Clock;
  limits?: Partial<Limits>;
  log?: StoreLog;
}

/** Where the store lies: a folder, made if it is not there, or any disk. */
export type OpenStoreOptions = StoreOptions & ({ path: string } | { disk: Disk });
