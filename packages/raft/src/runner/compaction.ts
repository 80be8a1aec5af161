import type { Log } from './log.ts';
import type { RaftStatus, StateMachine } from './types.ts';

export interface CompactionLimits {
  /** The log is cut when more than this lies behind what the state has made durable ... */
  maxEntries: number;
  maxBytes: number;
  /** ... and this much is kept, for members that are a little behind. */
  keptEntries: number;
  keptBytes: number;
}

const defaults: CompactionLimits = {
  maxEntries: 10_000,
  maxBytes: 32 << 20,
  keptEntries: 5000,
  keptBytes: 8 << 20,
};
/** Members that are further behind but alive, and snapshots on their way, may hold it up to so many times the limit. */
const heldTimes = 4;

/** Decides up to where the log is cut off. */
export class Compaction {
  readonly #log: Log;
  #flushed = 0;
  #flushing: Promise<number> | undefined;
  /** The log when it was last tried: when little could be cut, it is not tried again for every entry. */
  #tried = { index: 0, bytes: 0 };
  readonly #limits: CompactionLimits;

  constructor(log: Log, limits: Partial<CompactionLimits> = {}) {
    this.#log = log;
    this.#limits = { ...defaults, ...limits };
  }

  wantsFlush(applied: number): boolean {
    const { lastIndex, appendedBytes, compacted, bytes } = this.#log;
    const { maxEntries, maxBytes } = this.#limits;
    if (this.#flushing !== undefined) return false;
    const { index, bytes: before } = this.#tried;
    if (lastIndex - index < maxEntries / 10 && appendedBytes - before < maxBytes / 10) return false;
    return applied - compacted.index > maxEntries || bytes > maxBytes;
  }

  async flush(machine: StateMachine): Promise<void> {
    this.#tried = { index: this.#log.lastIndex, bytes: this.#log.appendedBytes };
    this.#flushing = machine.flush();
    try {
      this.#flushed = await this.#flushing;
    } finally {
      this.#flushing = undefined;
    }
  }

  /** When no flush that it asked for is under way, whatever became of it. */
  async idle(): Promise<void> {
    await this.#flushing?.catch(() => undefined);
  }

  /** `needs` are the indexes behind which entries are needed; `leader` is its status. */
  cut(needs: readonly number[], leader: RaftStatus | undefined): number | undefined {
    const flushed = this.#flushed;
    const { compacted, bytes } = this.#log;
    const { maxEntries, maxBytes, keptEntries, keptBytes } = this.#limits;
    if (flushed - compacted.index <= keptEntries && bytes <= maxBytes) return undefined;
    this.#flushed = 0;
    const held = [...needs];
    for (const { match, active } of leader?.progress ?? []) if (active && match > 0) held.push(match);
    const wanted = Math.min(flushed, this.#log.keepFrom(keptEntries, keptBytes) - 1);
    const forced = this.#log.keepFrom(heldTimes * maxEntries, heldTimes * maxBytes) - 1;
    const index = Math.min(flushed, Math.max(forced, Math.min(wanted, ...held)));
    return index > compacted.index ? index : undefined;
  }
}
