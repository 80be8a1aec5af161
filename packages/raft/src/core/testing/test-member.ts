import type { Committed } from '../../runner/types.ts';
import type { RaftLimits } from '../limits.ts';
import { Raft } from '../raft.ts';
import type { Configuration, Message, NodeId, Ready, SnapshotMark } from '../types.ts';
import { MemoryLog } from './memory-log.ts';

export interface TestMemberOptions {
  id: NodeId;
  /** Without voters when it is to join. */
  configuration: Configuration;
  random: () => number;
  electionTicks?: number | undefined;
  limits?: Partial<RaftLimits> | undefined;
  onCommitted: (member: TestMember, committed: Committed) => void;
}

/**
 * A member with a disk and a state machine in memory. Its disk writes in one step, when finishWrite() is called; crash()
 * loses what was not written, and what the machine has not saved.
 */
export class TestMember {
  readonly id: NodeId;
  readonly log = new MemoryLog();
  /** Undefined while it is down. */
  raft: Raft | undefined;
  writing: Ready | undefined;
  /** The state now, and as saved. */
  mark: SnapshotMark;
  saved: SnapshotMark;
  readonly #options: TestMemberOptions;

  constructor(options: TestMemberOptions) {
    this.id = options.id;
    this.#options = options;
    this.mark = { index: 0, term: 0, timeMs: 0, configuration: options.configuration };
    this.saved = this.mark;
    this.start();
  }

  start(): void {
    const { id, random, electionTicks, limits } = this.#options;
    const { log, saved } = this;
    // The state may come from a snapshot that was put in place just before the end, and the log not yet.
    if (saved.index > log.lastIndex || log.term(saved.index) !== saved.term) log.restart(saved);
    this.mark = saved;
    const { index: applied, configuration } = saved;
    const { hardState } = log;
    this.raft = new Raft({ id, log, hardState, applied, configuration, electionTicks, random, limits });
    this.apply();
  }

  crash(): void {
    this.raft = undefined;
    this.writing = undefined;
  }

  /** Gives the disk what is ready. False when there is nothing, or it is still busy. */
  startWrite(): boolean {
    if (this.raft === undefined || this.writing !== undefined || !this.raft.hasReady()) return false;
    this.writing = this.raft.ready();
    return true;
  }

  /** The messages that may be sent now. */
  finishWrite(): Message[] {
    const ready = this.writing;
    if (ready === undefined || this.raft === undefined) return [];
    this.writing = undefined;
    if (ready.snapshot !== undefined) {
      this.mark = ready.snapshot;
      this.saved = ready.snapshot;
    }
    this.log.write(ready);
    this.raft.advance();
    return ready.messages;
  }

  apply(maxBytes = 1024 * 1024): number {
    const taken = this.raft?.takeCommitted(maxBytes) ?? [];
    for (const committed of taken) {
      const { entry, configuration } = committed;
      if (entry.index !== this.mark.index + 1)
        throw new Error(`member ${this.id}: ${entry.index} after ${this.mark.index}`);
      this.mark = { index: entry.index, term: entry.term, timeMs: entry.timeMs, configuration };
      this.#options.onCommitted(this, committed);
    }
    return taken.length;
  }

  save(): void {
    this.saved = this.mark;
  }

  /** Saves, and cuts the log off up to `index`, or as far as it is durable and applied. */
  compact(index: number): void {
    this.save();
    const upTo = Math.min(index, this.saved.index);
    if (upTo > this.log.compacted.index && this.writing === undefined) this.log.compact(upTo);
  }
}
