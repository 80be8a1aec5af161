import { apply } from './apply.ts';
import type { Applied, Command, KeyRef, Response, ResultRef } from './command.ts';
import type { Clock } from './lease-expiry.ts';
import type { Disk, DiskOperation } from './disk.ts';
import type { Ledger } from './ledger.ts';
import { markOf } from './mark.ts';
import type { Reader } from './read.ts';
import { beginEntry, trim, type State, type Version } from './state.ts';
import { StorageError, type KeyValue, type TxnResult, type WatchEvent } from './storage.ts';
import { nextTurn } from './turn.ts';
import { toKeyValue, type Values } from './values.ts';
import { narrowKeyValue } from './widen.ts';
import { deletedKeyValue, type Watchers } from './watch.ts';

/** What one disk batch takes at most, so that neither it nor the work before it holds anything up for long. */
const batchOperations = 1000;
const batchBytes = 4 << 20;
/** Changes for which answers are made in one stretch. */
const prepareStretch = 300;
const trimPerBatch = 500;

export interface WriterLimits {
  /** Proposals, and bytes of their values, that may wait. */
  queuedProposals: number;
  queuedBytes: number;
}

export interface WriterParts {
  state: State;
  ledger: Ledger;
  disk: Disk;
  values: Values;
  reader: Reader;
  watchers: Watchers;
  clock: Clock;
  limits: WriterLimits;
  /** The store has stopped taking writes. */
  onFailure(error: unknown): void;
}

/** The answer of a command, with values in place of references. */
export type Answer = TxnResult | Extract<Response, { type: 'lease' | 'done' | 'more' | 'error' }>;

interface Proposal {
  command: Command;
  bytes: number;
  resolve(answer: Answer): void;
  reject(error: StorageError): void;
}

/** What to tell once the batch is safely on disk. */
interface Outcome {
  events: WatchEvent[];
  answers: Answer[];
}

/**
 * Puts commands in one order and makes them durable. All that wait go into one synced batch; while it is on its way
 * the next ones gather. Nothing is answered, shown to readers or told to watchers before its batch is safely on disk.
 * A replicated store puts its log between propose() and the batches and leaves the rest as it is.
 */
export class Writer {
  readonly #parts: WriterParts;
  #queue: Proposal[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #closing = false;
  #failure: StorageError | undefined;
  /** The compacted revision that is safely on disk. */
  #durableCompacted: number;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#durableCompacted = parts.state.compactedRevision;
    // Compaction may have been under way when the store was closed, or have had to wait for a list.
    this.#wakeToTrim();
    parts.reader.onUnpinned = () => this.#wakeToTrim();
  }

  /** `bytes` is about what the command adds to the disk. */
  propose(command: Command, bytes: number): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { queuedProposals, queuedBytes } = this.#parts.limits;
    if (this.#queue.length >= queuedProposals || this.#queuedBytes + bytes > queuedBytes) {
      return Promise.reject(new StorageError('unavailable', 'too many requests'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, bytes, resolve, reject });
      this.#queuedBytes += bytes;
      this.#wake();
    });
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Resolves when nothing waits or is on its way any more. What compaction left to trim waits for the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#running;
  }

  #wakeToTrim(): void {
    if (this.#failure === undefined && this.#mayTrim()) this.#wake();
  }

  #wake(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What was proposed in this turn of the event loop shares the first batch.
    await nextTurn();
    while (this.#failure === undefined && (this.#queue.length > 0 || this.#mayTrim())) {
      const proposals = this.#take();
      try {
        await this.#commit(proposals);
      } catch (error) {
        this.#fail(proposals, error);
      }
      await nextTurn();
    }
    this.#running = undefined;
  }

  #take(): Proposal[] {
    let bytes = 0;
    let operations = 0;
    let count = 0;
    while (count < this.#queue.length && operations < batchOperations && bytes < batchBytes) {
      const proposal = this.#queue[count++] as Proposal;
      bytes += proposal.bytes;
      operations += proposal.command.type === 'txn' ? Math.max(1, proposal.command.request.success.length) : 1;
    }
    this.#queuedBytes -= bytes;
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(proposals: Proposal[]): Promise<void> {
    const { state, ledger, reader } = this.#parts;
    const operations: DiskOperation[] = [];
    const applied: Applied[] = [];
    // Not on disk yet.
    const fresh = new Map<Version, Uint8Array>();
    const readValue = (version: Version): Uint8Array => fresh.get(version) ?? this.#parts.values.read(version);
    const timeMs = this.#parts.clock.now();
    for (const { command } of proposals) {
      beginEntry(state, { index: state.appliedIndex + 1, term: 1, timeMs });
      const one = apply(state, command, { timeMs, readValue });
      ledger.write(one, operations);
      for (const { version, value } of one.changes) fresh.set(version, value);
      applied.push(one);
    }
    const trimmed = this.#trim(operations);
    // A compaction, and a trim that found nothing to remove, are in the summary alone.
    const moved = operations.length > 0 || trimmed || applied.some(({ compacted }) => compacted !== undefined);
    const [, outcome] = await Promise.all([
      moved ? this.#store(operations) : undefined,
      // What the answers need is read while the disk is busy with the batch.
      this.#prepare(applied),
    ]);
    reader.durableRevision = ledger.summary.revision;
    this.#durableCompacted = ledger.summary.compactedRevision;
    this.#settle(proposals, applied, outcome);
  }

  async #store(operations: DiskOperation[]): Promise<void> {
    const { state, ledger, disk } = this.#parts;
    operations.push(ledger.seal(state));
    const mark = markOf(ledger.summary);
    await disk.batch(operations, { sync: true });
    disk.writeMark(mark);
  }

  async #prepare(applied: Applied[]): Promise<Outcome> {
    const { values } = this.#parts;
    const found = new Map<Version, KeyValue>();
    const hydrate = (key: string, version: Version): KeyValue => {
      let kv = found.get(version);
      if (kv === undefined) found.set(version, (kv = values.keyValue(key, version)));
      return kv;
    };
    const events: WatchEvent[] = [];
    for (const { changes } of applied) {
      for (const { key, version, previous, value } of changes) {
        if (events.length % prepareStretch === prepareStretch - 1) await nextTurn();
        const before = previous === undefined ? undefined : hydrate(key, previous);
        if (version.version === 0) {
          events.push({ type: 'delete', kv: deletedKeyValue(key, version), previous: before });
        } else {
          // Not on disk yet.
          const kv = toKeyValue(key, version, value);
          found.set(version, kv);
          events.push({ type: 'put', kv, previous: before });
        }
      }
    }
    return { events, answers: applied.map(({ response }) => toAnswer(response, hydrate)) };
  }

  #settle(proposals: Proposal[], applied: Applied[], { events, answers }: Outcome): void {
    const { watchers, values, reader } = this.#parts;
    for (const { changes } of applied) {
      for (const { version, value } of changes) if (version.version !== 0) values.remember(version, value);
    }
    // Before the answers, so that whoever is answered finds its write in every cache that is in step.
    if (events.length > 0) watchers.publish(reader.durableRevision, events);
    for (let i = 0; i < proposals.length; i++) (proposals[i] as Proposal).resolve(answers[i] as Answer);
  }

  #mayTrim(): boolean {
    return !this.#closing && this.#mustTrim();
  }

  #mustTrim(): boolean {
    const { ledger } = this.#parts;
    return ledger.summary.trimmedTo < this.#horizon();
  }

  /** Nothing below it is visible to anyone. */
  #horizon(): number {
    return Math.min(this.#durableCompacted, this.#parts.reader.oldestNeeded());
  }

  #trim(operations: DiskOperation[]): boolean {
    if (!this.#mayTrim()) return false;
    const { state, ledger } = this.#parts;
    const { removed, doneTo } = trim(state, this.#horizon(), trimPerBatch);
    for (const version of removed) ledger.forget(version, operations);
    ledger.summary.trimmedTo = doneTo;
    return true;
  }

  /** Whether the batch is on disk is not known: neither its commands nor any later one may be answered. */
  #fail(proposals: Proposal[], error: unknown): void {
    this.#failure = new StorageError('unavailable', `the store takes no more writes: ${String(error)}`, {
      cause: error,
    });
    const unknown = new StorageError('unknown', `the outcome of the write is unknown: ${String(error)}`, {
      cause: error,
    });
    for (const { reject } of proposals) reject(unknown);
    for (const { reject } of this.#queue) reject(this.#failure);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#parts.onFailure(error);
  }
}

function toAnswer(response: Response, hydrate: (key: string, version: Version) => KeyValue): Answer {
  if (response.type !== 'txn') return response;
  const results = response.results.map((result) => ({
    kvs: refsOf(result).map(({ key, version }) => narrowKeyValue(hydrate(key, version))),
  }));
  return { succeeded: response.succeeded, revision: response.revision, results };
}

function refsOf(result: ResultRef): KeyRef[] {
  switch (result.type) {
    case 'put':
      return result.previous === undefined ? [] : [result.previous];
    case 'delete':
      return result.previous;
    case 'range':
      return result.kvs;
    case 'txn':
      throw new Error('the storage interface has no nested transactions');
  }
}
