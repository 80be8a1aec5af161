import type { Entry, LogReader, Ready, SnapshotMark } from '../types.ts';

/** A log in memory that plays the disk's: what write() has done survives, the rest does not. */
export class MemoryLog implements LogReader {
  compacted = { index: 0, term: 0, timeMs: 0 };
  hardState = { term: 0, vote: 0, commit: 0 };
  #entries: Entry[] = [];

  get lastIndex(): number {
    return this.compacted.index + this.#entries.length;
  }

  term(index: number): number {
    return index === this.compacted.index ? this.compacted.term : this.at(index).term;
  }

  at(index: number): Entry {
    const entry = this.#entries[index - this.compacted.index - 1];
    if (entry === undefined) throw new Error(`no entry ${index} on disk`);
    return entry;
  }

  entries(from: number, to: number, maxBytes: number): Entry[] {
    const found: Entry[] = [];
    let bytes = 0;
    for (let index = from; index < to; index++) {
      const entry = this.at(index);
      bytes += entry.data.length + 32;
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(entry);
    }
    return found;
  }

  write({ snapshot, entries, hardState }: Ready): void {
    if (snapshot !== undefined) this.restart(snapshot);
    const first = entries[0];
    if (first !== undefined) {
      if (first.index > this.lastIndex + 1 || first.index <= this.compacted.index)
        throw new Error(`gap at ${first.index}`);
      this.#entries.length = first.index - this.compacted.index - 1;
      for (const entry of entries) this.#entries.push(entry);
    }
    if (hardState !== undefined) this.hardState = hardState;
  }

  /** Empty, behind the mark. */
  restart({ index, term, timeMs }: SnapshotMark): void {
    this.compacted = { index, term, timeMs };
    this.#entries = [];
  }

  compact(index: number): void {
    const { term, timeMs } = this.at(index);
    this.#entries.splice(0, index - this.compacted.index);
    this.compacted = { index, term, timeMs };
  }
}
