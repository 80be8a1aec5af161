import type { Disk, Volume } from './disk.ts';
import { type BeforeBatch, MemoryDisk } from './memory-disk.ts';

export interface MemoryVolumeOptions {
  /** Of every batch on the log; `undefined` answers in the next turn. */
  beforeLogBatch?: BeforeBatch | undefined;
  /** Of every batch on the state, and on one that is arriving. */
  beforeStateBatch?: BeforeBatch | undefined;
}

/** What a power cut leaves of what had not been synced; by default nothing but the mark. */
export interface PowerCut {
  keepMark?: boolean;
  logSurvivors?: (unsynced: number) => number;
  stateSurvivors?: (unsynced: number) => number;
}

/** A data directory in memory, of which `powerCut()` gives what would be found afterwards. */
export class MemoryVolume implements Volume {
  readonly #options: MemoryVolumeOptions;
  #log: MemoryDisk;
  #state: MemoryDisk;
  #arriving: MemoryDisk | undefined;
  #mark: Buffer | undefined;

  constructor(options: MemoryVolumeOptions = {}) {
    this.#options = options;
    this.#log = new MemoryDisk(new Map(), options.beforeLogBatch);
    this.#state = new MemoryDisk(new Map(), options.beforeStateBatch);
  }

  get log(): Disk {
    return this.#log;
  }

  get state(): Disk {
    return this.#state;
  }

  async newState(): Promise<Disk> {
    this.#arriving = new MemoryDisk(new Map(), this.#options.beforeStateBatch);
    return this.#arriving;
  }

  /** At once: a power cut comes before or after it. What was not synced of the new state stays unsynced. */
  async replaceState(disk: Disk): Promise<void> {
    if (disk !== this.#arriving) throw new Error('this disk is not what newState() gave last');
    this.#state = this.#arriving;
    this.#arriving = undefined;
  }

  readMark(): Buffer | undefined {
    return this.#mark;
  }

  writeMark(mark: Buffer): void {
    this.#mark = mark;
  }

  async close(): Promise<void> {}

  /** This one takes no more writes. */
  powerCut({ keepMark = true, logSurvivors, stateSurvivors }: PowerCut = {}): MemoryVolume {
    this.#arriving?.powerCut();
    const after = new MemoryVolume(this.#options);
    after.#log = this.#log.powerCut(logSurvivors);
    after.#state = this.#state.powerCut(stateSurvivors);
    after.#mark = keepMark ? this.#mark : undefined;
    return after;
  }
}
