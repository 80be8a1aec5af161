import { MemoryDisk as PlainDisk } from '@wherry/raft/disk';
import type { Disk } from './disk.ts';

/** A disk in memory with the mark beside it; `powerCut()` gives the disk as it would be found afterwards. */
export class MemoryDisk implements Disk {
  readonly #disk: PlainDisk;
  #mark: Buffer | undefined;

  constructor(synced: Map<string, Buffer> | PlainDisk = new Map(), mark?: Buffer) {
    this.#disk = synced instanceof PlainDisk ? synced : new PlainDisk(synced);
    this.#mark = mark;
  }

  getSync(key: string): Buffer | undefined {
    return this.#disk.getSync(key);
  }

  batch(...[operations, options]: Parameters<Disk['batch']>): Promise<void> {
    return this.#disk.batch(operations, options);
  }

  pages(): AsyncIterable<[string, Buffer][]> {
    return this.#disk.pages();
  }

  readMark(): Buffer | undefined {
    return this.#mark;
  }

  writeMark(mark: Buffer): void {
    this.#mark = mark;
  }

  async close(): Promise<void> {}

  /** This one takes no more writes. With `keepMark` false the mark, which is never synced, is lost as well. */
  powerCut(options: { keepMark: boolean }): MemoryDisk {
    return new MemoryDisk(this.#disk.powerCut(), options.keepMark ? this.#mark : undefined);
  }
}
