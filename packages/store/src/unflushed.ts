import type { Disk, DiskOperation } from '@wherry/raft/disk';

/**
 * The state's disk, with what was applied and is not written yet in front of it. What was applied is safe in the log
 * already, so the disk may follow at its leisure: many entries go into one synced batch, which holds exactly what they
 * changed and up to where.
 */
export class UnflushedDisk {
  readonly disk: Disk;
  #gathering = new Gathering();
  /** On its way to the disk. */
  #leaving: Gathering | undefined;

  constructor(disk: Disk) {
    this.disk = disk;
  }

  /** Bytes that are in memory alone. */
  get bytes(): number {
    return this.#gathering.bytes + (this.#leaving?.bytes ?? 0);
  }

  add(operations: readonly DiskOperation[]): void {
    for (const operation of operations) this.#gathering.add(operation);
  }

  /** The record as of now; deleted ones are not asked for. */
  getSync(key: string): Buffer | undefined {
    return this.#gathering.records.get(key) ?? this.#leaving?.records.get(key) ?? this.disk.getSync(key);
  }

  /** Writes what has gathered, with `last` at its end. One call at a time; after a rejection there must be no other. */
  async flush(last: DiskOperation): Promise<void> {
    const leaving = this.#gathering;
    this.#leaving = leaving;
    this.#gathering = new Gathering();
    leaving.operations.push(last);
    await this.disk.batch(leaving.operations, { sync: true });
    this.#leaving = undefined;
  }
}

class Gathering {
  readonly operations: DiskOperation[] = [];
  readonly records = new Map<string, Buffer>();
  bytes = 0;

  add(operation: DiskOperation): void {
    this.operations.push(operation);
    if (operation.type !== 'put') return;
    this.records.set(operation.key, operation.value);
    this.bytes += operation.value.length;
  }
}
