import type { Disk as RaftDisk } from '@wherry/raft/disk';

/** What the store needs of a disk: the folder of its records, and the mark beside it. */
export interface Disk extends Pick<RaftDisk, 'getSync' | 'batch' | 'pages' | 'close'> {
  /**
   * How far writes were acknowledged, kept apart from the rest and written without a sync: LevelDB takes a lost tail
   * of its log for an unfinished write and says nothing, so the store must know by itself how far it had come.
   */
  readMark(): Buffer | undefined;
  writeMark(mark: Buffer): void;
}

export type { DiskOperation } from '@wherry/raft/disk';
