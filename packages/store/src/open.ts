import { systemClock } from '@wherry/raft';
import { MemoryVolume, openLevelVolume } from '@wherry/raft/disk';
import { clusterIdOf, memberIdOf } from './identity.ts';
import { loneTransport } from './lone-transport.ts';
import { openMember } from './member.ts';
import type { OpenStoreOptions, StoreLog, StoreOptions } from './options.ts';
import { asStorageError } from './storage-error.ts';
import type { Store } from './store.ts';

const silent: StoreLog = { info() {}, warn() {}, error() {} };
const loneToken = 'wherry';
const lonePeerUrls = ['http://localhost:2380'];

/**
 * Opens, verifies and loads a member of a store. Rejects with StorageError `corrupt`, which names what is wrong and the
 * remedy, or `unavailable` (in use by another process, of a newer format, not accessible); then nothing was changed.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { name = 'default', clientUrls = [], clock = systemClock, limits, log = silent, onFailure } = options;
  const volume = 'volume' in options ? options.volume : await openVolume(options.path);
  const id = memberIdOf(lonePeerUrls, loneToken);
  const members = [{ id, name, peerUrls: lonePeerUrls, clientUrls, isLearner: false }];
  return openMember({
    ...{ volume, id, name, clientUrls, clock, limits, log, onFailure },
    beginning: { type: 'new', clusterId: clusterIdOf([id], loneToken), members },
    transport: loneTransport,
    random: Math.random,
  });
}

/** The same store on nothing but memory: for tests and embedding. */
export function openMemoryStore(options: StoreOptions = {}): Promise<Store> {
  return openStore({ ...options, volume: new MemoryVolume() });
}

async function openVolume(path: string) {
  try {
    return await openLevelVolume(path);
  } catch (error) {
    throw asStorageError(error);
  }
}
