import { checkNumber, checkTxn } from './check-request.ts';
import { toByteString } from './byte-string.ts';
import type { Command } from './command.ts';
import type { Disk } from './disk.ts';
import { LeaseExpiry, type Clock } from './lease-expiry.ts';
import type { Ledger } from './ledger.ts';
import type { Loaded } from './load.ts';
import type { Limits, StoreLog } from './options.ts';
import { Reader } from './read.ts';
import type { State } from './state.ts';
import {
  StorageError,
  type Consistency,
  type KeyValue,
  type Lease,
  type ListOptions,
  type ListResult,
  type Storage,
  type TxnRequest,
  type TxnResult,
  type Watch,
  type WatchHandlers,
} from './storage.ts';
import { Values } from './values.ts';
import { Watchers } from './watch.ts';
import { narrowEvent, narrowKeyValue, widenTxn } from './widen.ts';
import { Writer, type Answer } from './writer.ts';

/** Figures for metrics and health. */
export interface StoreStats {
  revision: number;
  compactedRevision: number;
  /** Keys that exist, or did at an uncompacted revision. */
  keys: number;
  /** Change records on disk, and their bytes. */
  records: number;
  bytes: number;
  leases: number;
  watchers: number;
}

export interface StoreParts {
  loaded: Loaded;
  disk: Disk;
  clock: Clock;
  limits: Limits;
  log: StoreLog;
}

/** The embedded store. A single member has nobody to ask, so both consistencies read the same durable revision. */
export class Store implements Storage {
  readonly #state: State;
  readonly #ledger: Ledger;
  readonly #disk: Disk;
  readonly #limits: Limits;
  readonly #reader: Reader;
  readonly #watchers: Watchers;
  readonly #writer: Writer;
  readonly #expiry: LeaseExpiry;
  #closing: Promise<void> | undefined;

  constructor({ loaded, disk, clock, limits, log }: StoreParts) {
    this.#state = loaded.state;
    this.#ledger = loaded.ledger;
    this.#disk = disk;
    this.#limits = limits;
    const values = new Values(disk, limits.cacheBytes);
    this.#reader = new Reader(this.#state, values);
    this.#watchers = new Watchers(this.#state, this.#reader, values, limits);
    this.#writer = new Writer({
      state: this.#state,
      ledger: this.#ledger,
      disk,
      values,
      reader: this.#reader,
      watchers: this.#watchers,
      clock,
      limits,
      onFailure: (error) => {
        this.#expiry.close();
        log.error({ error: String(error) }, 'store-failed');
      },
    });
    this.#expiry = new LeaseExpiry(this.#state, clock, async (id, expiredByMs) => {
      try {
        await this.#revoke({ type: 'leaseRevoke', id, expiredByMs });
      } catch (error) {
        log.warn({ lease: id, error: String(error) }, 'lease-expiry-failed');
      }
    });
  }

  async get(
    key: string,
    options: { revision?: number; consistency?: Consistency } = {},
  ): Promise<{ kv?: KeyValue | undefined; revision: number }> {
    this.#refuseIfClosed();
    checkNumber('revision', options.revision ?? 0);
    const { kv, revision } = this.#reader.get(toByteString(key), options.revision);
    return kv === undefined ? { revision } : { kv: narrowKeyValue(kv), revision };
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    this.#refuseIfClosed();
    checkNumber('revision', options.revision ?? 0);
    checkNumber('limit', options.limit ?? 0);
    const { startKey } = options;
    const list = await this.#reader.list(
      toByteString(prefix),
      startKey === undefined ? options : { ...options, startKey: toByteString(startKey) },
    );
    return { ...list, items: list.items.map(narrowKeyValue) };
  }

  async txn(request: TxnRequest): Promise<TxnResult> {
    const bytes = checkTxn(request, this.#limits);
    this.#refuseIfFull(bytes);
    const answer = await this.#propose({ type: 'txn', request: widenTxn(request) }, bytes);
    if ('type' in answer) throw new Error(`a txn was answered with ${answer.type}`);
    return answer;
  }

  watch(prefix: string, fromRevision: number, handlers: WatchHandlers): Watch {
    this.#refuseIfClosed();
    checkNumber('revision', fromRevision);
    return this.#watchers.add(toByteString(prefix), fromRevision, {
      onBatch: ({ revision, events }) => handlers.onBatch({ revision, events: events.map(narrowEvent) }),
      onEnd: (error) => handlers.onEnd(error),
    });
  }

  async grantLease(ttlSeconds: number): Promise<Lease> {
    if (!(ttlSeconds > 0 && ttlSeconds <= maxTtlSeconds)) throw new TypeError('lease TTL out of range');
    const lease = leaseOf(await this.#propose({ type: 'leaseGrant', id: 0, ttlSeconds }, 0));
    this.#expiry.wake();
    return lease;
  }

  async keepAliveLease(id: number): Promise<Lease> {
    return leaseOf(await this.#propose({ type: 'leaseKeepAlive', id }, 0));
  }

  async revokeLease(id: number): Promise<void> {
    const answer = await this.#revoke({ type: 'leaseRevoke', id });
    if ('type' in answer && answer.type === 'error') throw new StorageError(answer.code, answer.message);
  }

  async compact(revision: number): Promise<void> {
    checkNumber('revision', revision);
    if (revision > this.#reader.durableRevision) {
      throw new StorageError('future-revision', 'required revision is a future revision');
    }
    await this.#propose({ type: 'compact', revision }, 0);
  }

  async currentRevision(_consistency?: Consistency): Promise<number> {
    this.#refuseIfClosed();
    return this.#reader.durableRevision;
  }

  stats(): StoreStats {
    return {
      revision: this.#reader.durableRevision,
      compactedRevision: this.#state.compactedRevision,
      keys: this.#state.index.size,
      records: this.#ledger.summary.records,
      bytes: this.#ledger.summary.bytes,
      leases: this.#state.leases.size,
      watchers: this.#watchers.size,
    };
  }

  /** What was proposed before is finished and answered; then watches end with `closed`. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#expiry.close();
    await this.#writer.close();
    this.#watchers.closeAll(closed());
    await this.#disk.close();
  }

  async #revoke(command: Command): Promise<Answer> {
    for (;;) {
      this.#refuseIfClosed();
      const answer = await this.#writer.propose(command, 0);
      if (!('type' in answer) || answer.type !== 'more') return answer;
    }
  }

  async #propose(command: Command, bytes: number): Promise<Exclude<Answer, { type: 'error' }>> {
    this.#refuseIfClosed();
    const answer = await this.#writer.propose(command, bytes);
    if ('type' in answer && answer.type === 'error') throw new StorageError(answer.code, answer.message);
    return answer as Exclude<Answer, { type: 'error' }>;
  }

  /** Deletes and compaction are always let through, as they are the way out. */
  #refuseIfFull(bytes: number): void {
    const used = this.#ledger.summary.bytes + this.#writer.queuedBytes + bytes;
    if (bytes > 0 && used > this.#limits.quotaBytes) {
      throw new StorageError('no-space', `database space exceeded: the quota is ${this.#limits.quotaBytes} bytes`);
    }
  }

  #refuseIfClosed(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

/** As etcd's. */
const maxTtlSeconds = 9_000_000_000;

function leaseOf(answer: Answer): Lease {
  if (!('type' in answer) || answer.type !== 'lease') throw new Error('a lease command was not answered with a lease');
  return { id: answer.lease.id, ttlSeconds: answer.lease.ttlSeconds };
}

function closed(): StorageError {
  return new StorageError('closed', 'the store is closed');
}
