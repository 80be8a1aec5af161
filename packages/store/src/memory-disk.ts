import type { Disk, DiskOperation } from './disk.ts';

/**
 * A disk in memory. It keeps apart what was synced and what was merely written, so that a power cut can be played:
 * `powerCut()` gives the disk as it would be found afterwards.
 */
export class MemoryDisk implements Disk {
  #written: Map<string, Buffer>;
  #synced: Map<string, Buffer>;
  #unsynced = false;
  #cut = false;
  #mark: Buffer | undefined;

  constructor(synced: Map<string, Buffer> = new Map(), mark?: Buffer) {
    this.#synced = synced;
    this.#written = new Map(synced);
    this.#mark = mark;
  }

  getSync(key: string): Buffer | undefined {
    return this.#written.get(key);
  }

  async batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    // As on a real disk, nobody is answered in the same turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#cut) throw new Error('the power is cut');
    for (const operation of operations) change(this.#written, operation);
    // A sync reaches everything written before it as well.
    if (options.sync && this.#unsynced) this.#synced = new Map(this.#written);
    else if (options.sync) for (const operation of operations) change(this.#synced, operation);
    this.#unsynced = !options.sync;
  }

  async *pages(): AsyncIterable<[string, Buffer][]> {
    const entries = [...this.#written].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let i = 0; i < entries.length; i += 1000) yield entries.slice(i, i + 1000);
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
    this.#cut = true;
    return new MemoryDisk(this.#synced, options.keepMark ? this.#mark : undefined);
  }
}

function change(map: Map<string, Buffer>, operation: DiskOperation): void {
  if (operation.type === 'put') map.set(operation.key, operation.value);
  else map.delete(operation.key);
}
