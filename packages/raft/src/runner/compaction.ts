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
  #flushing = false;
  /** The end of the log when it was last found out that little can be cut. */
  #triedAt = 0;
  readonly #limits: CompactionLimits;

  constructor(log: Log, limits: Partial<CompactionLimits> = {}) {
    this.#log = log;
    this.#limits = { ...defaults, ...limits };
  }

  wantsFlush(applied: number): boolean {
    const { lastIndex, compacted, bytes } = this.#log;
    const { maxEntries, maxBytes } = this.#limits;
    if (this.#flushing || lastIndex - this.#triedAt < maxEntries / 10) return false;
    return applied - compacted.index > maxEntries || bytes > maxBytes;
  }

  async flush(machine: StateMachine): Promise<void> {
    this.#flushing = true;
    this.#triedAt = this.#log.lastIndex;
    try {
      this.#flushed = await machine.flush();
    } finally {
      this.#flushing = false;
    }
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
