/** What the store needs of a disk. LevelDB fulfils it (level-disk.ts), and memory (memory-disk.ts). */
export interface Disk {
  /** Throws when the disk fails; undefined when there is no such key. */
  getSync(key: string): Buffer | undefined;
  /**
   * All or nothing. With `sync`, resolves once it would survive a power cut. Batches are given one at a time. After a
   * rejection the store does not know what is on disk, and takes no more writes.
   */
  batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void>;
  /** Every entry in order of keys, in pages. */
  pages(): AsyncIterable<[key: string, value: Buffer][]>;
  /**
   * How far writes were acknowledged, kept apart from the rest and written without a sync: LevelDB takes a lost tail
   * of its log for an unfinished write and says nothing, so the store must know by itself how far it had come.
   */
  readMark(): Buffer | undefined;
  writeMark(mark: Buffer): void;
  close(): Promise<void>;
}

export type DiskOperation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };
