import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acknowledgedSurvives } from './contract/durability-cases.ts';
import { contractCases, ManualClock, storageContract, type ContractBackend } from './contract/contract.ts';
import type { Disk, DiskOperation } from './disk.ts';
import { openLevelDisk } from './level-disk.ts';
import { MemoryDisk } from './memory-disk.ts';
import { openStore } from './open.ts';

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

/** Passes everything on but the wish to have it synced. */
function withoutSync(disk: Disk): Disk {
  return {
    getSync: (key) => disk.getSync(key),
    batch: (operations) => disk.batch(operations, { sync: false }),
    pages: () => disk.pages(),
    readMark: () => disk.readMark(),
    writeMark: (mark) => disk.writeMark(mark),
    close: () => disk.close(),
  };
}

function memoryBackend(options: { keepMark: boolean; wrap?: (disk: Disk) => Disk }): ContractBackend {
  const clock = new ManualClock();
  let disk = new MemoryDisk();
  return {
    ...limits,
    open: () => openStore({ disk: options.wrap?.(disk) ?? disk, clock, limits }),
    advance: async (ms) => clock.advance(ms),
    powerCut: async () => {
      disk = disk.powerCut(options);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function levelBackend(wrap: (disk: Disk) => Disk = (disk) => disk): ContractBackend {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-store-'));
  const clock = new ManualClock();
  let last: SyncedOnlyDisk | undefined;
  return {
    ...limits,
    open: async () => {
      last = new SyncedOnlyDisk(await openLevelDisk(folder));
      return openStore({ disk: wrap(last), clock, limits });
    },
    advance: async (ms) => clock.advance(ms),
    powerCut: async () => last?.powerCut(),
    [Symbol.asyncDispose]: async () => {
      // Closed already unless the case failed.
      await last?.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Holds unsynced writes back from the disk until a synced one, and throws them away at a power cut. */
class SyncedOnlyDisk implements Disk {
  readonly #disk: Disk;
  #unsynced: DiskOperation[] = [];
  #dead = false;
  #closed = false;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async powerCut(): Promise<void> {
    this.#dead = true;
    await this.close();
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

  readMark(): Buffer | undefined {
    // Without the mark a lost write is not found out at once: the case itself must find it.
    return undefined;
  }

  writeMark(): void {}

  async close(): Promise<void> {
    if (!this.#closed) await this.#disk.close();
    this.#closed = true;
  }

  #refuseIfDead(): void {
    if (this.#dead) throw new Error('the power is cut');
  }
}
