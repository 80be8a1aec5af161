import type { Entry, HardState, LogReader, NodeId, Ready, SnapshotMark } from '../core/types.ts';
import { type Disk, DiskError, type DiskOperation, type Volume } from '../disk/disk.ts';
import { corruptDisk } from '../disk/level-disk.ts';
import { type LoadedLog, loadLog } from './log-load.ts';
import {
  checksumOf,
  decodeEntry,
  encodeEntry,
  entryKey,
  type LogMeta,
  logFormat,
  logRemedy,
  metaKey,
  sizeOf,
} from './log-record.ts';
import { seal } from '../disk/sealed.ts';
import { LogTail } from './log-tail.ts';

/** What of the log is kept in memory, from its end. */
const tailBytes = 4 << 20;

/**
 * The log on disk, as the core reads it. What append() and compact() write is seen once it is durable, and only one of
 * them is under way at a time. After a rejection the log must not be used any more.
 */
export class Log implements LogReader {
  readonly #volume: Volume;
  readonly #disk: Disk;
  readonly #tail: LogTail;
  #meta: LogMeta;
  /** Where terms begin: ascending, the first one at or before compacted.index. */
  readonly #terms: { term: number; from: number }[];
  /** Of each entry from compacted.index + 1 on. */
  readonly #sizes: number[];
  #bytes: number;
  #appendedBytes = 0;

  private constructor(volume: Volume, loaded: LoadedLog, tail: LogTail) {
    this.#volume = volume;
    this.#disk = volume.log;
    this.#meta = loaded.meta;
    this.#terms = loaded.terms;
    this.#sizes = loaded.sizes;
    this.#bytes = loaded.sizes.reduce((sum, size) => sum + size, 0);
    this.#tail = tail;
  }

  /**
   * Reads and verifies the log beside a state that stands at `machine`. Where the log does not reach the state (it is
   * new, or a snapshot was put in place just before the end) it begins anew behind it. Throws DiskError `corrupt`,
   * saying what is wrong and the remedy, or `unavailable` for a newer format; then nothing was changed.
   */
  static async open(volume: Volume, machine: SnapshotMark): Promise<Log> {
    const tail = new LogTail(tailBytes);
    const loaded = await loadLog(volume, machine, (entry) => tail.push(entry));
    const log = new Log(volume, loaded, tail);
    if (loaded.restart) await log.append({ snapshot: machine, entries: [], hardState: log.hardState });
    return log;
  }

  /** Makes it the log of this member. Throws DiskError `cluster` when it is that of another one: its votes are in it. */
  async claim(member: NodeId): Promise<void> {
    if (this.#meta.member === member) return;
    if (this.#meta.member !== undefined) {
      const [own, other] = [member, this.#meta.member].map((id) => id.toString(16));
      throw new DiskError('cluster', `the data directory is of member ${other}, and this is member ${own}`);
    }
    await this.#write([], { ...this.#meta, member, sequence: this.#meta.sequence + 1 });
  }

  get compacted(): { index: number; term: number; timeMs: number } {
    return this.#meta.compacted;
  }

  get lastIndex(): number {
    return this.#meta.last.index;
  }

  get hardState(): HardState {
    const { term, vote, commit } = this.#meta;
    return { term, vote, commit };
  }

  /** About what the entries take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The same of all that was ever appended since it was opened. */
  get appendedBytes(): number {
    return this.#appendedBytes;
  }

  term(index: number): number {
    const { compacted, last } = this.#meta;
    if (index < compacted.index || index > last.index) throw outOfRange(index);
    if (index === compacted.index) return compacted.term;
    for (let i = this.#terms.length - 1; i >= 0; i--) {
      const run = this.#terms[i] as { term: number; from: number };
      if (run.from <= index) return run.term;
    }
    throw outOfRange(index);
  }

  entries(from: number, to: number, maxBytes: number): Entry[] {
    const { compacted, last } = this.#meta;
    if (from <= compacted.index || to > last.index + 1) throw outOfRange(from <= compacted.index ? from : to);
    const found: Entry[] = [];
    let bytes = 0;
    for (let index = from; index < to; index++) {
      bytes += this.#sizes[index - compacted.index - 1] as number;
      if (bytes > maxBytes && found.length > 0) break;
      found.push(this.#tail.get(index) ?? this.#read(index));
    }
    return found;
  }

  /** Makes this durable in one step. */
  async append({ snapshot, entries, hardState }: Pick<Ready, 'snapshot' | 'entries' | 'hardState'>): Promise<void> {
    const operations: DiskOperation[] = [];
    const before = this.#meta;
    const meta: LogMeta = { ...before, ...hardState, format: logFormat, sequence: before.sequence + 1 };
    if (snapshot !== undefined) {
      const { index, term, timeMs } = snapshot;
      meta.compacted = { index, term, timeMs, checksum: 0 };
      meta.last = { index, checksum: 0 };
      removeEntries(operations, before.compacted.index + 1, before.last.index);
    }
    const first = entries[0];
    if (first !== undefined) {
      if (first.index <= meta.compacted.index || first.index > meta.last.index + 1) throw outOfRange(first.index);
      let checksum = first.index === meta.last.index + 1 ? meta.last.checksum : this.#checksum(first.index - 1);
      for (const entry of entries) {
        const value = encodeEntry(entry, checksum);
        checksum = checksumOf(value);
        operations.push({ type: 'put', key: entryKey(entry.index), value });
      }
      const last = first.index + entries.length - 1;
      if (snapshot === undefined) removeEntries(operations, last + 1, before.last.index);
      meta.last = { index: last, checksum };
    }
    await this.#write(operations, meta);

    if (snapshot !== undefined) this.#restart();
    if (first !== undefined) this.#take(first.index, entries);
  }

  /** Cuts off everything up to and including `index`. */
  async compact(index: number): Promise<void> {
    const { compacted, last } = this.#meta;
    if (index <= compacted.index || index > last.index) throw outOfRange(index);
    const { term, timeMs } = this.#tail.get(index) ?? this.#read(index);
    const operations: DiskOperation[] = [];
    removeEntries(operations, compacted.index + 1, index);
    const link = { index, term, timeMs, checksum: this.#checksum(index) };
    await this.#write(operations, { ...this.#meta, compacted: link, sequence: this.#meta.sequence + 1 });

    for (const size of this.#sizes.splice(0, index - compacted.index)) this.#bytes -= size;
    this.#tail.removeTo(index);
    const runs = this.#terms.findLastIndex(({ from }) => from <= index);
    if (runs > 0) this.#terms.splice(0, runs);
  }

  /** The first index from which on not more than so many entries and bytes are left. */
  keepFrom(maxEntries: number, maxBytes: number): number {
    let bytes = 0;
    let index = this.lastIndex;
    const { index: compacted } = this.#meta.compacted;
    while (index > compacted && this.lastIndex - index < maxEntries) {
      bytes += this.#sizes[index - compacted - 1] as number;
      if (bytes > maxBytes) break;
      index--;
    }
    return index + 1;
  }

  async #write(operations: DiskOperation[], meta: LogMeta): Promise<void> {
    operations.push({ type: 'put', key: metaKey, value: seal(meta) });
    await this.#disk.batch(operations, { sync: true });
    this.#meta = meta;
    this.#volume.writeMark(seal({ index: meta.last.index, sequence: meta.sequence }));
  }

  #restart(): void {
    this.#terms.length = 0;
    this.#sizes.length = 0;
    this.#bytes = 0;
    this.#tail.clear();
  }

  #take(first: number, entries: readonly Entry[]): void {
    const kept = first - this.#meta.compacted.index - 1;
    for (const size of this.#sizes.splice(kept)) this.#bytes -= size;
    this.#tail.removeFrom(first);
    while ((this.#terms.at(-1)?.from ?? 0) >= first) this.#terms.pop();
    for (const entry of entries) {
      const size = sizeOf(entry);
      this.#sizes.push(size);
      this.#bytes += size;
      this.#appendedBytes += size;
      this.#tail.push(entry);
      if (entry.term !== this.#terms.at(-1)?.term) this.#terms.push({ term: entry.term, from: entry.index });
    }
  }

  #read(index: number): Entry {
    const entry = decodeEntry(this.#record(index), entryKey(index));
    if (entry.term !== this.term(index)) {
      throw corruptDisk(`the log entry ${index} is one that was replaced`, logRemedy);
    }
    return entry;
  }

  #record(index: number): Buffer {
    const bytes = this.#disk.getSync(entryKey(index));
    if (bytes === undefined) throw corruptDisk(`the log entry ${index} is gone`, logRemedy);
    return bytes;
  }

  #checksum(index: number): number {
    const { compacted, last } = this.#meta;
    if (index === compacted.index) return compacted.checksum;
    return index === last.index ? last.checksum : checksumOf(this.#record(index));
  }
}

function removeEntries(operations: DiskOperation[], from: number, to: number): void {
  for (let index = from; index <= to; index++) operations.push({ type: 'del', key: entryKey(index) });
}

function outOfRange(index: number): RangeError {
  return new RangeError(`the log has no entry ${index}`);
}
