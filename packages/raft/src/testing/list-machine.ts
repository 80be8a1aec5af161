import type { SnapshotMark } from '../core/types.ts';
import type { Disk, Volume } from '../disk/disk.ts';
import type { Committed, StateMachine } from '../runner/types.ts';

const key = 'list';

interface Stored {
  mark: SnapshotMark;
  items: string[];
}

/** A state machine for tests: the list of all that was applied, as text. Durable only by flush(). */
export class ListMachine implements StateMachine {
  readonly #volume: Volume;
  #mark: SnapshotMark;
  #received: SnapshotMark | undefined;
  items: string[];

  constructor(volume: Volume, voters: number[]) {
    this.#volume = volume;
    const first = { mark: { index: 0, term: 0, timeMs: 0, configuration: { voters, learners: [] } }, items: [] };
    ({ mark: this.#mark, items: this.items } = read(volume.state) ?? first);
  }

  get mark(): SnapshotMark {
    return this.#mark;
  }

  apply(committed: Committed[]): void {
    for (const { entry, configuration } of committed) {
      if (entry.index !== this.#mark.index + 1) throw new Error(`${entry.index} follows ${this.#mark.index}`);
      this.#mark = { index: entry.index, term: entry.term, timeMs: entry.timeMs, configuration };
      if (entry.type === 'normal' && entry.data.length > 0) this.items.push(Buffer.from(entry.data).toString());
    }
  }

  async flush(): Promise<number> {
    const { index } = this.#mark;
    await write(this.#volume.state, { mark: this.#mark, items: this.items });
    return index;
  }

  async snapshot(): Promise<{ mark: SnapshotMark; chunks: AsyncIterable<Uint8Array>; close(): Promise<void> }> {
    const text = Buffer.from(JSON.stringify(this.items));
    async function* chunks(): AsyncIterable<Uint8Array> {
      for (let i = 0; i < text.length; i += 10_000) yield text.subarray(i, i + 10_000);
    }
    return { mark: this.#mark, chunks: chunks(), close: async () => undefined };
  }

  async receive(mark: SnapshotMark, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const all: Uint8Array[] = [];
    for await (const chunk of chunks) all.push(chunk);
    const items = JSON.parse(Buffer.concat(all).toString()) as string[];
    const disk = await this.#volume.newState();
    await write(disk, { mark, items });
    this.#received = mark;
    this.#arrived = disk;
  }

  #arrived: Disk | undefined;

  async install(mark: SnapshotMark): Promise<void> {
    if (this.#received?.index !== mark.index || this.#arrived === undefined) throw new Error('not received');
    await this.#volume.replaceState(this.#arrived);
    ({ mark: this.#mark, items: this.items } = read(this.#volume.state) as Stored);
  }
}

function read(disk: Disk): Stored | undefined {
  const bytes = disk.getSync(key);
  return bytes && (JSON.parse(bytes.toString()) as Stored);
}

function write(disk: Disk, stored: Stored): Promise<void> {
  return disk.batch([{ type: 'put', key, value: Buffer.from(JSON.stringify(stored)) }], { sync: true });
}
