import type { Disk, DiskOperation, DiskReader } from './disk.ts';

/** What happens before a batch takes effect: a slow disk waits there, and one that fails throws. */
export type BeforeBatch = (operations: readonly DiskOperation[], options: { sync: boolean }) => Promise<void>;

/**
 * A disk in memory. It keeps apart what was synced and what was merely written, so that a power cut can be played:
 * `powerCut()` gives the disk as it would be found afterwards.
 */
export class MemoryDisk implements Disk {
  readonly #beforeBatch: BeforeBatch;
  #written: Map<string, Buffer>;
  #synced: Map<string, Buffer>;
  /** Batches that no sync has reached yet, the one under way included. */
  #unsynced: DiskOperation[][] = [];
  #cut = false;

  constructor(synced: Map<string, Buffer> = new Map(), beforeBatch: BeforeBatch = nextTurn) {
    this.#synced = synced;
    this.#written = new Map(synced);
    this.#beforeBatch = beforeBatch;
  }

  getSync(key: string): Buffer | undefined {
    return this.#written.get(key);
  }

  async batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    this.#refuseIfCut();
    this.#unsynced.push(operations);
    await this.#beforeBatch(operations, options);
    this.#refuseIfCut();
    perform(this.#written, operations);
    if (!options.sync) return;
    // A sync reaches everything written before it as well.
    for (const batch of this.#unsynced) perform(this.#synced, batch);
    this.#unsynced = [];
  }

  pages(): AsyncIterable<[string, Buffer][]> {
    return inPages(this.#written);
  }

  snapshot(): DiskReader & { close(): Promise<void> } {
    const entries = new Map(this.#written);
    return { pages: () => inPages(entries), close: async () => undefined };
  }

  async defragment(): Promise<void> {}

  async close(): Promise<void> {}

  /**
   * This one takes no more writes. Of the batches that were not synced, one under way included, only the first
   * `survivors` are found afterwards.
   */
  powerCut(survivors: (unsynced: number) => number = () => 0): MemoryDisk {
    this.#cut = true;
    const left = this.#unsynced.slice(0, survivors(this.#unsynced.length));
    const synced = new Map(this.#synced);
    for (const batch of left) perform(synced, batch);
    return new MemoryDisk(synced, this.#beforeBatch);
  }

  #refuseIfCut(): void {
    if (this.#cut) throw new Error('the power is cut');
  }
}

/** As on a real disk, nobody is answered in the same turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function* inPages(map: Map<string, Buffer>): AsyncIterable<[string, Buffer][]> {
  const entries = [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  for (let i = 0; i < entries.length; i += 1000) yield entries.slice(i, i + 1000);
}

function perform(map: Map<string, Buffer>, batch: readonly DiskOperation[]): void {
  for (const operation of batch) {
    if (operation.type === 'put') map.set(operation.key, operation.value);
    else map.delete(operation.key);
  }
}
