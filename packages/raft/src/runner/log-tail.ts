import type { Entry } from '../core/types.ts';
import { sizeOf } from './log-record.ts';

/** The newest entries, without a gap, up to a bound of bytes. */
export class LogTail {
  readonly #maxBytes: number;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(index: number): Entry | undefined {
    return this.#entries[index - (this.#entries[0]?.index ?? 0)];
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    if (this.#bytes <= this.#maxBytes) return;
    // A quarter at once, so that the rest is seldom moved.
    let count = 0;
    while (this.#bytes > this.#maxBytes * 0.75) this.#bytes -= sizeOf(this.#entries[count++] as Entry);
    this.#entries.splice(0, count);
  }

  removeTo(index: number): void {
    const first = this.#entries[0]?.index ?? 0;
    if (index >= first) this.#forget(this.#entries.splice(0, index - first + 1));
  }

  removeFrom(index: number): void {
    const first = this.#entries[0]?.index ?? 0;
    this.#forget(this.#entries.splice(Math.max(0, index - first)));
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  #forget(entries: readonly Entry[]): void {
    for (const entry of entries) this.#bytes -= sizeOf(entry);
  }
}
