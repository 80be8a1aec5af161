import {
  decodeConfigurationChange,
  type Clock,
  type Committed,
  type SnapshotMark,
  type StateMachine,
} from '@wherry/raft';
import type { Disk, DiskOperation, Volume } from '@wherry/raft/disk';
import { applyConfiguration } from './apply-configuration.ts';
import { apply } from './apply.ts';
import { toAnswer, type Answer } from './answer.ts';
import { decodeBatch } from './codec.ts';
import type { Applied, KeyRef } from './command.ts';
import type { Ledger } from './ledger.ts';
import { load, type Loaded } from './load.ts';
import { Reader } from './read.ts';
import { admit, wasApplied } from './sessions.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';
import { beginEntry, trim, type State, type Version } from './state.ts';
import type { KeyValue, WatchEvent } from './storage.ts';
import { UnflushedDisk } from './unflushed.ts';
import { toKeyValue, Values } from './values.ts';
import { deletedKeyValue, Watchers, type WatchLimits } from './watch.ts';

export interface ReplicaLimits extends WatchLimits {
  /** Newest values kept in memory. */
  cacheBytes: number;
  /** How long what was applied may wait for the disk, and how much of it: so much is applied again after a crash. */
  flushAfterMs: number;
  flushBytes: number;
}

export interface ReplicaParts {
  volume: Volume;
  loaded: Loaded;
  clock: Clock;
  limits: ReplicaLimits;
  /** Of this member's own proposals. */
  origin: number;
  /** One of them was applied. */
  onAnswered(sequence: number, answers: Answer[]): void;
  /** The state came as a snapshot: with which outcome what lies in it was applied is not known. */
  onInstalled(wasApplied: (sequence: number) => boolean): void;
  /** Members, their addresses or alarms are others now. */
  onClusterChanged(): void;
  /** This member's content differs from the leader's. */
  onDiverged(): void;
  /** The state's disk failed. */
  onFailure(error: unknown): void;
}

/** Above it applying waits for the disk. */
const maxUnflushedBytes = 64 << 20;
const trimPerFlush = 2000;

/**
 * The state machine under raft's log. Entries are applied in memory at once, and answered, shown to readers and told to
 * watchers, as the log has them safe; the state's disk follows in batches, each with the index it is of.
 */
export class Replica implements StateMachine {
  readonly mark: SnapshotMark;
  readonly reader: Reader;
  readonly watchers: Watchers;
  readonly #parts: ReplicaParts;
  #state: State;
  #ledger: Ledger;
  #disk: UnflushedDisk;
  #values: Values;
  /** A snapshot that has arrived whole and is not in place yet. */
  #received: { mark: SnapshotMark; disk: Disk; loaded: Loaded } | undefined;
  /** What touches the state's disk goes one after another. */
  #diskWork: Promise<unknown> = Promise.resolve();
  #flushTimer: { cancel(): void } | undefined;
  #flushQueued = false;
  /** Where the state on disk stands. */
  #flushed: SnapshotMark;
  #failure: unknown;
  #closed = false;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    const { loaded, volume, limits } = parts;
    this.#state = loaded.state;
    this.#ledger = loaded.ledger;
    this.#disk = new UnflushedDisk(volume.state);
    this.#values = new Values(this.#disk, limits.cacheBytes);
    this.mark = markOf(loaded.state);
    this.#flushed = this.mark;
    this.reader = new Reader(this, parts.clock);
    this.watchers = new Watchers(this, parts.clock, limits);
    this.reader.onUnpinned = () => this.#flushToTrim();
    this.#flushToTrim();
  }

  get state(): State {
    return this.#state;
  }

  get values(): Values {
    return this.#values;
  }

  /** Change records on disk, and their bytes. */
  get size(): { records: number; bytes: number } {
    const { records, bytes } = this.#ledger.summary;
    return { records, bytes };
  }

  /** Checksum over all changes up to the current revision. */
  get chain(): number {
    return this.#ledger.summary.chain;
  }

  apply(committed: Committed[]): void | Promise<void> {
    this.#throwIfFailed();
    const events: WatchEvent[] = [];
    const answered: Answered[] = [];
    for (const one of committed) this.#applyEntry(one, events, answered);
    // Before the answers, so that whoever is answered finds its write in every cache that is in step.
    if (events.length > 0) this.watchers.publish(this.#state.revision, events);
    for (const [sequence, answers] of answered) this.#parts.onAnswered(sequence, answers);
    if (this.#disk.bytes > this.#parts.limits.flushBytes) this.#queueFlush();
    else this.#flushTimer ??= this.#parts.clock.after(this.#parts.limits.flushAfterMs, () => this.#queueFlush());
    if (this.#disk.bytes > maxUnflushedBytes) return this.flush().then(() => undefined);
  }

  async flush(): Promise<number> {
    await this.#onDisk(() => this.#flush());
    return this.#flushed.index;
  }

  async snapshot(): Promise<{ mark: SnapshotMark; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
    const { mark, reader } = await this.#onDisk(async () => {
      await this.#flush();
      // Nothing was written since the flush, whatever was applied.
      return { mark: this.#flushed, reader: this.#disk.disk.snapshot() };
    });
    return { mark, chunks: writeSnapshot(reader), close: () => reader.close() };
  }

  async receive(mark: SnapshotMark, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#discardReceived();
    const disk = await this.#parts.volume.newState();
    try {
      await readSnapshot(chunks, disk, { clusterId: this.#state.clusterId });
      this.#received = { mark, disk, loaded: await load(disk) };
    } catch (error) {
      await disk.close();
      throw error;
    }
  }

  async install(mark: SnapshotMark): Promise<void> {
    const received = this.#received;
    if (received === undefined || received.mark.index !== mark.index) throw new Error('no such snapshot was received');
    this.#received = undefined;
    await this.#onDisk(async () => {
      await this.#parts.volume.replaceState(received.disk);
      this.#state = received.loaded.state;
      this.#ledger = received.loaded.ledger;
      this.#disk = new UnflushedDisk(received.disk);
      this.#values = new Values(this.#disk, this.#parts.limits.cacheBytes);
      this.#flushed = markOf(this.#state);
    });
    this.#parts.onInstalled((sequence) => wasApplied(this.#state, this.#parts.origin, sequence));
    this.#parts.onClusterChanged();
    this.watchers.resume();
  }

  /** Resolves when nothing below the compacted revision is on the disk any more, but for what a range still reads. */
  async trimmed(): Promise<void> {
    while (this.#mayTrim()) await this.flush();
  }

  /** Has the disk give back what it does not need. */
  async defragment(): Promise<void> {
    await this.flush();
    await this.#disk.disk.defragment();
  }

  /** What was applied is written. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#flushTimer?.cancel();
    // What does not reach the disk any more is in the log.
    if (this.#failure === undefined) await this.flush().catch(() => undefined);
    await this.#discardReceived();
  }

  #applyEntry({ entry, configuration }: Committed, events: WatchEvent[], answered: Answered[]): void {
    const state = this.#state;
    beginEntry(state, entry);
    if (entry.type === 'config') {
      applyConfiguration(state, decodeConfigurationChange(entry.data), configuration);
      this.#parts.onClusterChanged();
      return;
    }
    // With an empty one a leader begins its term.
    if (entry.data.length === 0) return;
    const batch = decodeBatch(entry.data);
    if (!admit(state, batch)) return;
    const own = batch.origin === this.#parts.origin;
    const answers: Answer[] = [];
    for (const command of batch.commands) {
      const applied = apply(state, command, { timeMs: entry.timeMs, readValue: this.#readValue });
      this.#write(applied);
      this.#addEvents(applied, events);
      if (own) answers.push(toAnswer(applied.response, this.#hydrate));
      if (applied.diverged) this.#parts.onDiverged();
      if (command.type === 'memberAttributes' || command.type === 'alarm') this.#parts.onClusterChanged();
    }
    if (own) answered.push([batch.sequence, answers]);
  }

  readonly #readValue = (version: Version): Uint8Array => this.#values.read(version);

  readonly #hydrate = ({ key, version }: KeyRef): KeyValue => this.#values.keyValue(key, version);

  #write(applied: Applied): void {
    const operations: DiskOperation[] = [];
    this.#ledger.write(applied, operations);
    this.#disk.add(operations);
    for (const { version, value } of applied.changes) if (version.version !== 0) this.#values.remember(version, value);
  }

  #addEvents({ changes }: Applied, events: WatchEvent[]): void {
    for (const { key, version, previous: before, value } of changes) {
      const previous = before && this.#values.keyValue(key, before);
      if (version.version === 0) events.push({ type: 'delete', kv: deletedKeyValue(key, version), previous });
      else events.push({ type: 'put', kv: toKeyValue(key, version, value), previous });
    }
  }

  #queueFlush(): void {
    if (this.#flushQueued || this.#failure !== undefined) return;
    this.#flushQueued = true;
    // What fails is told by fail().
    this.flush().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    this.#flushQueued = false;
    this.#flushTimer?.cancel();
    this.#flushTimer = undefined;
    this.#throwIfFailed();
    const trimmed = this.#trim();
    const { appliedIndex } = this.#state;
    if (appliedIndex === this.#flushed.index && !trimmed) return;
    const mark = markOf(this.#state);
    try {
      await this.#disk.flush(this.#ledger.seal(this.#state));
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    this.#flushed = mark;
    this.#flushToTrim();
  }

  /** Notes which versions nobody can see any more, some at a time; false when there was nothing to do. */
  #trim(): boolean {
    if (!this.#mayTrim()) return false;
    const operations: DiskOperation[] = [];
    const { removed, doneTo } = trim(this.#state, this.#horizon(), trimPerFlush);
    for (const version of removed) this.#ledger.forget(version, operations);
    this.#ledger.summary.trimmedTo = doneTo;
    this.#disk.add(operations);
    return true;
  }

  #flushToTrim(): void {
    if (this.#mayTrim()) this.#queueFlush();
  }

  #mayTrim(): boolean {
    return !this.#closed && this.#failure === undefined && this.#ledger.summary.trimmedTo < this.#horizon();
  }

  /** Nothing below it is visible to anyone. */
  #horizon(): number {
    return Math.min(this.#state.compactedRevision, this.reader.oldestNeeded());
  }

  #onDisk<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#diskWork.then(work);
    this.#diskWork = done.catch(() => undefined);
    return done;
  }

  async #discardReceived(): Promise<void> {
    const received = this.#received;
    this.#received = undefined;
    await received?.disk.close();
  }

  #fail(error: unknown): void {
    this.#failure = error;
    this.#parts.onFailure(error);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

type Answered = [sequence: number, answers: Answer[]];

export function markOf({ appliedIndex, appliedTerm, timeMs, configuration }: State): SnapshotMark {
  return { index: appliedIndex, term: appliedTerm, timeMs, configuration };
}
