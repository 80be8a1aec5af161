import { invariant } from './invariant.ts';
import type { Entry, LogReader, SnapshotMark } from './types.ts';

/** What an entry counts towards the bounds: its data and what goes with it. */
export function entryBytes(entry: { data: Uint8Array }): number {
  return entry.data.length + 32;
}

/**
 * The log as the algorithm sees it: what is durable, up to before #offset, then what is not known to be durable yet.
 *
 * While a part is being written, entries of it may be replaced. What was written is then durable only up to before the
 * first replaced one, even if the same entry comes back later: hence #writing.last only ever goes down.
 */
export class LogView {
  /** The last index that is known to be committed. */
  commit: number;
  /** The last index that was handed out. */
  applied: number;
  readonly #stored: LogReader;
  #offset: number;
  #entries: Entry[] = [];
  /** Has been taken over and is not durable yet; the stored log counts for nothing then. */
  #snapshot: SnapshotMark | undefined;
  /** Where changes of the configuration are, after `applied`, ascending. */
  #changes: number[] = [];
  #writing: { snapshot: SnapshotMark | undefined; last: number } | undefined;

  constructor(stored: LogReader, commit: number, applied: number) {
    this.#stored = stored;
    this.#offset = stored.lastIndex + 1;
    this.applied = applied;
    this.commit = Math.max(commit, applied);
    invariant(applied >= stored.compacted.index, `entries after ${applied} are gone up to ${stored.compacted.index}`);
    invariant(this.commit <= stored.lastIndex, `the log ends at ${stored.lastIndex}, but ${this.commit} was committed`);
    for (let index = applied + 1; index <= stored.lastIndex; ) {
      const page = stored.entries(index, stored.lastIndex + 1, 1024 * 1024);
      this.#noteChanges(page);
      index += page.length;
    }
  }

  get lastIndex(): number {
    return this.#offset + this.#entries.length - 1;
  }

  get lastTerm(): number {
    return this.term(this.lastIndex);
  }

  get lastTimeMs(): number {
    return this.timeMs(this.lastIndex);
  }

  /** Durable up to and including this index. */
  get stable(): number {
    return this.#snapshot === undefined ? this.#offset - 1 : this.#snapshot.index;
  }

  /** Where the log begins: this entry and those before are gone, but its term and time are known. */
  get compacted(): { index: number; term: number; timeMs: number } {
    return this.#snapshot ?? this.#stored.compacted;
  }

  /** Of an entry from compacted.index to lastIndex. */
  term(index: number): number {
    const unstable = this.#entries[index - this.#offset];
    if (unstable !== undefined) return unstable.term;
    const { compacted } = this;
    if (index === compacted.index) return compacted.term;
    invariant(index > compacted.index && index < this.#offset, `no entry ${index} in the log`);
    return this.#stored.term(index);
  }

  /** As term(). */
  timeMs(index: number): number {
    const { compacted } = this;
    if (index === compacted.index) return compacted.timeMs;
    const entry = this.entries(index, index + 1, 0)[0];
    invariant(entry !== undefined, `no entry ${index} in the log`);
    return entry.timeMs;
  }

  matches(index: number, term: number): boolean {
    return index >= this.compacted.index && index <= this.lastIndex && this.term(index) === term;
  }

  /** Whether a log that ends so has all that this one has, if it was ever committed. */
  isUpToDate(lastIndex: number, lastTerm: number): boolean {
    const own = this.lastTerm;
    return lastTerm > own || (lastTerm === own && lastIndex >= this.lastIndex);
  }

  /**
   * The last index up to `index` whose term is `term` or less; before compacted.index when that is already later. Terms
   * never go down along a log, so nothing after it can match a log that has `term` at `index`.
   */
  lastIndexUpToTerm(index: number, term: number): number {
    let low = this.compacted.index - 1;
    let high = Math.min(index, this.lastIndex);
    while (low < high) {
      const middle = Math.floor((low + high + 1) / 2);
      if (this.term(middle) <= term) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** From `from` to before `to`, fewer when they exceed `maxBytes`, but at least one. */
  entries(from: number, to: number, maxBytes: number): Entry[] {
    if (from >= to) return [];
    if (from >= this.#offset) return this.#unstable(from, to, maxBytes);
    const stored = this.#stored.entries(from, Math.min(to, this.#offset), maxBytes);
    if (to <= this.#offset || stored.length < this.#offset - from) return stored;
    let bytes = 0;
    for (const entry of stored) bytes += entryBytes(entry);
    const next = this.#entries[0];
    if (next === undefined || bytes + entryBytes(next) > maxBytes) return stored;
    return stored.concat(this.#unstable(this.#offset, to, maxBytes - bytes));
  }

  /** Changes of the configuration that were not handed out yet: where they are, ascending. */
  get changes(): readonly number[] {
    return this.#changes;
  }

  /** The next one of them after `index` that is known to be committed; 0 if there is none. */
  committedChangeAfter(index: number): number {
    const next = this.#changes.find((change) => change > index) ?? 0;
    return next <= this.commit ? next : 0;
  }

  /** Replaces what is there from the first one's index on. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    invariant(first.index > this.commit, `entry ${first.index} is committed and would be replaced`);
    invariant(first.index <= this.lastIndex + 1, `entry ${first.index} would leave a gap after ${this.lastIndex}`);
    if (first.index <= this.lastIndex) this.#truncate(first.index);
    for (const entry of entries) this.#entries.push(entry);
    this.#noteChanges(entries);
  }

  /** This entry was handed out. */
  apply(index: number): void {
    this.applied = index;
    if (this.#changes[0] === index) this.#changes.shift();
  }

  restore(mark: SnapshotMark): void {
    this.#entries = [];
    this.#changes = [];
    this.#offset = mark.index + 1;
    this.#snapshot = mark;
    this.commit = mark.index;
    this.applied = mark.index;
    if (this.#writing !== undefined) this.#writing.last = 0;
  }

  get hasUnstable(): boolean {
    return this.#entries.length > 0 || this.#snapshot !== undefined;
  }

  /** What is to be written now; written() tells that it has been. */
  write(): { snapshot: SnapshotMark | undefined; entries: Entry[] } {
    this.#writing = { snapshot: this.#snapshot, last: this.lastIndex };
    return { snapshot: this.#snapshot, entries: this.#entries.slice() };
  }

  written(): void {
    const writing = this.#writing;
    invariant(writing !== undefined, 'nothing was being written');
    this.#writing = undefined;
    if (this.#snapshot === writing.snapshot) this.#snapshot = undefined;
    if (writing.last < this.#offset) return;
    this.#entries = this.#entries.slice(writing.last + 1 - this.#offset);
    this.#offset = writing.last + 1;
  }

  #unstable(from: number, to: number, maxBytes: number): Entry[] {
    const begin = from - this.#offset;
    const limit = Math.min(to - this.#offset, this.#entries.length);
    let end = begin;
    for (let bytes = 0; end < limit; end++) {
      bytes += entryBytes(this.#entries[end] as Entry);
      if (bytes > maxBytes && end > begin) break;
    }
    return this.#entries.slice(begin, end);
  }

  #noteChanges(entries: readonly Entry[]): void {
    for (const { type, index } of entries) if (type === 'config') this.#changes.push(index);
  }

  #truncate(from: number): void {
    while ((this.#changes.at(-1) ?? 0) >= from) this.#changes.pop();
    if (from > this.#offset) {
      this.#entries.length = from - this.#offset;
    } else {
      this.#entries = [];
      this.#offset = from;
    }
    if (this.#writing !== undefined) this.#writing.last = Math.min(this.#writing.last, from - 1);
  }
}
