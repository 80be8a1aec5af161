import type { Disk, DiskOperation, DiskReader, Volume } from '@wherry/raft/disk';
import { DiskError } from '@wherry/raft/disk';
import type { Random } from './random.ts';
import type { Life, Scheduler } from './scheduler.ts';

type Undo = [key: string, before: Buffer | undefined][];

/** What is on a disk, and how to undo what would not survive a power cut. */
class Image {
  content = new Map<string, Buffer>();
  /** One for each batch that was not synced, oldest first. */
  unsynced: Undo[] = [];
  /** Of the last few that were synced. */
  #synced: Undo[] = [];

  apply(operations: DiskOperation[], sync: boolean): void {
    const undo: Undo = [];
    for (const operation of operations) {
      undo.push([operation.key, this.content.get(operation.key)]);
      if (operation.type === 'put') this.content.set(operation.key, operation.value);
      else this.content.delete(operation.key);
    }
    this.unsynced.push(undo);
    if (!sync) return;
    this.#synced = [...this.#synced, ...this.unsynced].slice(-6);
    this.unsynced = [];
  }

  /** A log-structured disk loses its last writes, never one from the midst. */
  powerCut(random: Random): void {
    let lost = random.chance(0.5) ? this.unsynced.length : random.below(this.unsynced.length + 1);
    for (; lost > 0; lost--) this.#takeBack(this.unsynced.pop() ?? []);
    this.unsynced = [];
  }

  #takeBack(undo: Undo): void {
    for (const [key, before] of undo.toReversed()) {
      if (before) this.content.set(key, before);
      else this.content.delete(key);
    }
  }

  /** Takes back writes that were synced, the last ones. False when there are not so many. */
  loseTail(batches: number): boolean {
    if (this.unsynced.length > 0 || this.#synced.length < batches) return false;
    for (let i = 0; i < batches; i++) this.#takeBack(this.#synced.pop() ?? []);
    return true;
  }

  flipBit(random: Random): string {
    const key = random.pick([...this.content.keys()]);
    const value = Buffer.from(this.content.get(key) ?? '');
    const at = random.below(value.length);
    value[at] = (value[at] as number) ^ (1 << random.below(8));
    this.content.set(key, value);
    return key;
  }
}

/** How a disk behaves at the moment; shared by all that runs on it. */
export interface DiskTemper {
  /** Of a synced write. An unsynced one takes a tenth. */
  syncMs: number;
  stalledUntilMs: number;
  /** Of a batch. */
  failure: number;
}

/** Breaking the rules of Disk is a finding of its own. */
export type Finding = (what: string) => void;

interface Surroundings {
  scheduler: Scheduler;
  random: Random;
  temper: DiskTemper;
  finding: Finding;
}

/** What stays when a process dies. */
export class HostDisk {
  log = new Image();
  state = new Image();
  mark: Buffer | undefined;
  /** Those a power cut may bring back. */
  #earlierMarks: (Buffer | undefined)[] = [];
  #underWay: (() => void)[] = [];
  #undamaged: (() => void) | undefined;
  /** Since it was opened. */
  #marked = false;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** What was under way has happened or not. */
  kill(): void {
    for (const finish of this.#underWay.splice(0)) if (this.#around.random.chance(0.5)) finish();
  }

  powerCut(): void {
    const { random } = this.#around;
    this.kill();
    this.log.powerCut(random);
    this.state.powerCut(random);
    if (random.chance(0.5)) this.mark = [...this.#earlierMarks, this.mark][random.below(this.#earlierMarks.length + 1)];
    this.#earlierMarks = [];
    this.#marked = false;
  }

  /**
   * Something on it is not what was written: a bit is another one, or what was synced last is gone, as LevelDB lets it go
   * when the end of its log is damaged. Returns what was done; undefined when there is nothing to damage. The member must
   * notice; then `repair()` makes it undone.
   */
  damage(random: Random, parts: ('log' | 'state')[]): string | undefined {
    const part = random.pick(parts);
    const image = this[part];
    const content = new Map(image.content);
    this.#undamaged = () => {
      image.content = content;
    };
    // One batch may be one that nobody was told of; and after a power cut the mark may be an old one.
    if (part === 'log' && this.#marked && random.chance(0.5))
      return image.loseTail(2) ? 'the end of the log is gone' : undefined;
    if (image.content.size === 0) return undefined;
    return `a bit is another in ${part} ${image.flipBit(random)}`;
  }

  repair(): void {
    this.#undamaged?.();
    this.#undamaged = undefined;
  }

  open(life: Life): Volume {
    const around = this.#around;
    this.#marked = false;
    const begin = (effect: () => void): (() => void) => {
      this.#underWay.push(effect);
      return () => void this.#underWay.splice(this.#underWay.indexOf(effect), 1);
    };
    const disk = (image: Image): SimDisk => new SimDisk(image, life, around, begin);
    let state = disk(this.state);
    return {
      log: disk(this.log),
      get state() {
        return state;
      },
      newState: () => later(around, life, 1, () => disk(new Image())),
      replaceState: (next) => {
        if (!(next instanceof SimDisk)) throw new Error('not a disk of this volume');
        const replace = (): void => {
          this.state = next.image;
        };
        const end = begin(replace);
        return later(around, life, around.random.tail(around.temper.syncMs), () => {
          end();
          replace();
          state.closed = true;
          state = next;
        });
      },
      readMark: () => this.mark,
      writeMark: (mark) => {
        this.#earlierMarks.push(this.mark);
        if (this.#earlierMarks.length > 50) this.#earlierMarks.shift();
        this.mark = Buffer.from(mark);
        this.#marked = true;
      },
      close: () => later(around, life, 1, () => {}),
    };
  }
}

class SimDisk implements Disk {
  readonly image: Image;
  closed = false;
  readonly #life: Life;
  readonly #around: Surroundings;
  readonly #begin: (effect: () => void) => () => void;
  #busy = false;
  #failed = false;

  constructor(image: Image, life: Life, around: Surroundings, begin: (effect: () => void) => () => void) {
    this.image = image;
    this.#life = life;
    this.#around = around;
    this.#begin = begin;
  }

  getSync(key: string): Buffer | undefined {
    if (this.closed) throw new DiskError('unavailable', 'the disk is closed');
    return this.image.content.get(key);
  }

  batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    const { random, temper, scheduler, finding } = this.#around;
    if (this.#busy) finding('a batch was given to a disk that was busy with another one');
    if (this.#failed) finding('a batch was given to a disk that had failed');
    if (this.closed) return Promise.reject(new DiskError('unavailable', 'the disk is closed'));
    this.#busy = true;
    const copy = operations.map((o) => (o.type === 'put' ? { ...o, value: Buffer.from(o.value) } : o));
    const effect = (): void => this.image.apply(copy, options.sync);
    const end = this.#begin(effect);
    const fails = random.chance(temper.failure);
    const stallMs = Math.max(0, temper.stalledUntilMs - scheduler.nowMs);
    return later(
      this.#around,
      this.#life,
      stallMs + random.tail(options.sync ? temper.syncMs : temper.syncMs / 10),
      () => {
        end();
        this.#busy = false;
        if (!fails || random.chance(0.5)) effect();
        if (!fails) return;
        this.#failed = true;
        throw new DiskError('unavailable', 'the disk fails');
      },
    );
  }

  defragment(): Promise<void> {
    return later(this.#around, this.#life, this.#around.random.tail(5), () => {});
  }

  snapshot(): DiskReader & { close(): Promise<void> } {
    const content = new Map(this.image.content);
    return { pages: () => this.#read(content), close: () => later(this.#around, this.#life, 0, () => {}) };
  }

  pages(): AsyncIterable<[key: string, value: Buffer][]> {
    return this.#read(new Map(this.image.content));
  }

  async *#read(content: Map<string, Buffer>): AsyncIterable<[key: string, value: Buffer][]> {
    const entries = [...content].sort(([a], [b]) => (a < b ? -1 : 1));
    // Small pages, so that much can happen between two.
    for (let from = 0; from < entries.length; from += 64) {
      yield await later(this.#around, this.#life, this.#around.random.tail(0.3), () => entries.slice(from, from + 64));
    }
  }

  async close(): Promise<void> {
    await later(this.#around, this.#life, 0.1, () => {});
    this.closed = true;
  }
}

function later<T>(around: Surroundings, life: Life, delayMs: number, make: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    around.scheduler.after(delayMs, life, () => {
      try {
        resolve(make());
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
