import type { Disk } from './disk.ts';
import { systemClock } from './lease-expiry.ts';
import { openLevelDisk } from './level-disk.ts';
import { load, type Loaded } from './load.ts';
import { checkMark, markOf } from './mark.ts';
import { MemoryDisk } from './memory-disk.ts';
import { defaultLimits, type OpenStoreOptions, type StoreLog, type StoreOptions } from './options.ts';
import { Store } from './store.ts';

const silent: StoreLog = { info() {}, warn() {}, error() {} };

/**
 * Opens, verifies and loads a store. Rejects with StorageError `corrupt`, which names what is wrong and the remedy, or
 * `unavailable` (in use by another process, of a newer format, not accessible); then nothing was changed.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { clock = systemClock, log = silent } = options;
  const disk = 'disk' in options ? options.disk : await openLevelDisk(options.path);
  try {
    const loaded = await load(disk);
    if (!checkMark(disk, loaded.ledger.summary)) log.warn({}, 'store-unmarked');
    await mark(disk, loaded);
    log.info({ revision: loaded.state.revision, keys: loaded.state.index.size }, 'store-opened');
    return new Store({ loaded, disk, clock, limits: { ...defaultLimits, ...options.limits }, log });
  } catch (error) {
    await disk.close();
    throw error;
  }
}

/** The same store on nothing but memory: for tests and embedding. */
export function openMemoryStore(options: StoreOptions = {}): Promise<Store> {
  return openStore({ ...options, disk: new MemoryDisk() });
}

/** A new store has its format on disk from the first moment. */
async function mark(disk: Disk, { state, ledger }: Loaded): Promise<void> {
  if (ledger.summary.index === 0) await disk.batch([ledger.seal(state)], { sync: true });
  disk.writeMark(markOf(ledger.summary));
}
