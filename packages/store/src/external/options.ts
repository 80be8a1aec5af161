export interface ExternalStoreOptions {
  /** `https://host:2379` or `http://...`, all of one cluster. */
  endpoints: readonly string[];
  /** PEM texts. `cert` and `key` are shown to the servers. */
  tls?: { ca?: string | undefined; cert?: string | undefined; key?: string | undefined } | undefined;
  /** Stands before every key in etcd, and is seen nowhere else. */
  keyPrefix?: string | undefined;
  limits?: Partial<ExternalLimits> | undefined;
  log?: ExternalLog | undefined;
}

export interface ExternalLimits {
  /** Etcd has limits of its own besides these (--max-request-bytes, --max-txn-ops). */
  maxValueBytes: number;
  maxTxnBytes: number;
  maxTxnOperations: number;
  /** Events, and bytes of their values, that may wait for one watcher. */
  watchQueueEvents: number;
  watchQueueBytes: number;
  /** An answer must be there by then: what is not is `unavailable` if it was a read, else `unknown`. */
  requestTimeoutMs: number;
  /** How long to try for a connection to any endpoint. */
  connectTimeoutMs: number;
  /** How long a write waits for the watches that are in step to have it too. */
  inStepMs: number;
}

export const defaultExternalLimits: ExternalLimits = {
  maxValueBytes: 1.5 * (1 << 20),
  maxTxnBytes: 8 << 20,
  maxTxnOperations: 1000,
  watchQueueEvents: 10_000,
  watchQueueBytes: 64 << 20,
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 5_000,
  inStepMs: 500,
};

/** A pino logger fits. */
export interface ExternalLog {
  info(fields: object, event: string): void;
  warn(fields: object, event: string): void;
}
