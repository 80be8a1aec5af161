import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acknowledgedSurvives } from './contract/durability-cases.ts';
import { contractCases, ManualClock, storageContract, type ContractBackend } from './contract/contract.ts';
import {
  MemoryVolume,
  openLevelVolume,
  type Disk,
  type DiskOperation,
  type DiskReader,
  type Volume,
} from '@wherry/raft/disk';
import { openStore } from './open.ts';
import type { Store } from './store.ts';

const limits = { maxValueBytes: 200_000, watchQueueEvents: 2000 };

storageContract('memory', async () => memoryBackend({ keepMark: true }), { describe, it });
storageContract('LevelDB, of which a power cut leaves only what was synced', async () => levelBackend(), {
  describe,
  it,
});

describe('a store that does not sync', () => {
  const survives = contractCases.find(({ name }) => name === acknowledgedSurvives);

  it('fails the contract on memory', async () => {
    await using backend = memoryBackend({ keepMark: false, wrap: withoutSync });
    await expect(survives?.run(backend)).rejects.toThrow();
  });

  it('fails the contract on LevelDB', async () => {
    await using backend = levelBackend(withoutSync);
    await expect(survives?.run(backend)).rejects.toThrow();
  });

  it('is found out when it is opened again, as the mark tells how far it had come', async () => {
    await using backend = memoryBackend({ keepMark: true, wrap: withoutSync });
    const store = await backend.open();
    await store.txn({ compares: [], success: [{ type: 'put', key: '/a', value: Buffer.from('1') }] });
    await backend.powerCut();
    await expect(backend.open()).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining('acknowledged'),
    });
  });
});

/** Passes everything on but the wish to have the log synced. */
function withoutSync(volume: Volume): Volume {
  const { log } = volume;
  const unsynced: Disk = {
    getSync: (key) => log.getSync(key),
    batch: (operations) => log.batch(operations, { sync: false }),
    pages: () => log.pages(),
    snapshot: () => log.snapshot(),
    defragment: () => log.defragment(),
    close: () => log.close(),
  };
  return {
    log: unsynced,
    get state() {
      return volume.state;
    },
    newState: () => volume.newState(),
    replaceState: (disk) => volume.replaceState(disk),
    readMark: () => volume.readMark(),
    writeMark: (mark) => volume.writeMark(mark),
    close: () => volume.close(),
  };
}

function memoryBackend(options: { keepMark: boolean; wrap?: (volume: Volume) => Volume }): ContractBackend {
  const clock = new ManualClock();
  let volume = new MemoryVolume();
  let store: Store | undefined;
  return {
    ...limits,
    open: async () => (store = await openStore({ volume: options.wrap?.(volume) ?? volume, clock, limits })),
    advance: (ms) => clock.pass(ms, () => (store?.stats().proposalsPending ?? 0) > 0),
    powerCut: async () => {
      volume = volume.powerCut(options);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function levelBackend(wrap: (volume: Volume) => Volume = (volume) => volume): ContractBackend {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-store-'));
  const clock = new ManualClock();
  let last: SyncedOnlyVolume | undefined;
  let store: Store | undefined;
  return {
    ...limits,
    open: async () => {
      last = new SyncedOnlyVolume(await openLevelVolume(folder));
      store = await openStore({ volume: wrap(last), clock, limits });
      return store;
    },
    advance: (ms) => clock.pass(ms, () => (store?.stats().proposalsPending ?? 0) > 0),
    powerCut: async () => last?.powerCut(),
    [Symbol.asyncDispose]: async () => {
      // Closed already unless the case failed.
      await last?.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A power cut leaves nothing that was not synced. */
class SyncedOnlyVolume implements Volume {
  readonly #volume: Volume;
  readonly log: SyncedOnlyDisk;
  readonly state: SyncedOnlyDisk;
  #closed = false;

  constructor(volume: Volume) {
    this.#volume = volume;
    this.log = new SyncedOnlyDisk(volume.log);
    this.state = new SyncedOnlyDisk(volume.state);
  }

  async powerCut(): Promise<void> {
    this.log.dead = true;
    this.state.dead = true;
    await this.close();
  }

  newState(): Promise<Disk> {
    return this.#volume.newState();
  }

  replaceState(disk: Disk): Promise<void> {
    return this.#volume.replaceState(disk);
  }

  readMark(): Buffer | undefined {
    // Without the mark a lost write is not found out at once: the case itself must find it.
    return undefined;
  }

  writeMark(): void {}

  async close(): Promise<void> {
    if (!this.#closed) await this.#volume.close();
    this.#closed = true;
  }
}

/** Holds unsynced writes back from the disk until a synced one, and throws them away at a power cut. */
class SyncedOnlyDisk implements Disk {
  dead = false;
  readonly #disk: Disk;
  #unsynced: DiskOperation[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  getSync(key: string): Buffer | undefined {
    const operation = this.#unsynced.findLast((each) => each.key === key);
    if (operation === undefined) return this.#disk.getSync(key);
    return operation.type === 'put' ? operation.value : undefined;
  }

  async batch(operations: DiskOperation[], options: { sync: boolean }): Promise<void> {
    this.#refuseIfDead();
    this.#unsynced.push(...operations);
    if (options.sync) {
      await this.#disk.batch(this.#unsynced, options);
      this.#unsynced = [];
    }
    this.#refuseIfDead();
  }

  pages(): AsyncIterable<[string, Buffer][]> {
    return this.#disk.pages();
  }

  snapshot(): DiskReader & { close(): Promise<void> } {
    return this.#disk.snapshot();
  }

  defragment(): Promise<void> {
    return this.#disk.defragment();
  }

  async close(): Promise<void> {}

  #refuseIfDead(): void {
    if (this.dead) throw new Error('the power is cut');
  }
}
