/** What raft and its state machine need of a disk. LevelDB fulfils it (level-disk.ts), and memory (memory-disk.ts). */
export interface Disk extends DiskReader {
  /** Throws DiskError when the disk fails; undefined when there is no such key. */
  getSync(key: string): Buffer | undefined;
  /**
   * All or nothing. With `sync`, resolves once it would survive a power cut. Batches are given one at a time. After a
   * rejection nobody knows what is on disk, and no more must be written.
   */
  batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void>;
  /** The disk as it is now, whatever is written afterwards. */
  snapshot(): DiskReader & { close(): Promise<void> };
  /** Gives back the room that deleted and replaced entries took. */
  defragment(): Promise<void>;
  close(): Promise<void>;
}

export interface DiskReader {
  /** Every entry in order of keys, in pages. */
  pages(): AsyncIterable<[key: string, value: Buffer][]>;
}

export type DiskOperation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };

/** The data directory of one member. One process at a time; another one is refused with `unavailable`. */
export interface Volume {
  /** Raft's log and hard state: every batch is synced before anybody hears of it. */
  readonly log: Disk;
  /** What the log has led to. May be behind the log, never beyond it. */
  readonly state: Disk;
  /** An empty disk beside `state`, for a snapshot that is arriving; what an earlier one left there is removed. */
  newState(): Promise<Disk>;
  /**
   * Atomically puts what newState() gave in the place of `state`, which is closed and removed. What was written to it
   * without a sync may still be lost in a power cut.
   */
  replaceState(disk: Disk): Promise<void>;
  /**
   * How far the log was acknowledged, kept apart from it and written without a sync: LevelDB takes a lost tail of its
   * log for an unfinished write and says nothing, so one must know by oneself how far it had come.
   */
  readMark(): Buffer | undefined;
  writeMark(mark: Buffer): void;
  close(): Promise<void>;
}

export class DiskError extends Error {
  /** `cluster`: what is on it is of another member. */
  readonly code: 'corrupt' | 'unavailable' | 'cluster';
  constructor(code: DiskError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DiskError';
    this.code = code;
  }
}
