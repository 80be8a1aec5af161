import { systemClock, type Transport } from '@wherry/raft';
import { MemoryVolume, openLevelVolume, type Volume } from '@wherry/raft/disk';
import type { Member } from './etcd-store.ts';
import { identify } from './identify.ts';
import { load } from './load.ts';
import { loneTransport } from './lone-transport.ts';
import { openMember } from './member.ts';
import type { ClusterOptions, OpenStoreOptions, StoreLog, StoreOptions } from './options.ts';
import { asStorageError } from './storage-error.ts';
import type { Store } from './store.ts';

const silent: StoreLog = { info() {}, warn() {}, error() {} };

/**
 * Opens, verifies and loads a member of a store. Rejects with StorageError `corrupt`, which names what is wrong and the
 * remedy, `cluster` (of another cluster or member) or `unavailable` (in use by another process, of a newer format, not
 * accessible); then nothing was changed.
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { name = 'default', clientUrls = [], cluster, clock = systemClock, limits, log = silent, onFailure } = options;
  const volume = 'volume' in options ? options.volume : await openVolume(options.path);
  const { loaded, id, beginning } = await prepare(volume, options);
  let members = (): Member[] => beginning.members;
  const transport =
    cluster === undefined ? loneTransport : await peersOf(cluster, id, beginning.clusterId, log, () => members());
  const store = await openMember({
    volume,
    loaded,
    id,
    name,
    clientUrls,
    beginning,
    transport,
    clock,
    limits,
    log,
    onFailure,
    random: Math.random,
  });
  members = () => store.members();
  return store;
}

/** Loaded only where there are peers: it takes its time and room. */
async function peersOf(
  cluster: ClusterOptions,
  id: number,
  clusterId: number,
  log: StoreLog,
  members: () => Member[],
): Promise<Transport> {
  const { GrpcTransport } = await import('@wherry/raft/transport');
  const { host, port } = cluster.listenPeer;
  return new GrpcTransport({
    id,
    clusterId: clusterId.toString(16),
    log,
    tls: cluster.peerTls,
    listen: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    members: () => Buffer.from(JSON.stringify({ clusterId, members: members() })),
  });
}

/** The same store on nothing but memory: for tests and embedding. */
export function openMemoryStore(options: StoreOptions = {}): Promise<Store> {
  return openStore({ ...options, volume: new MemoryVolume() });
}

async function prepare(volume: Volume, options: OpenStoreOptions) {
  try {
    const loaded = await load(volume.state);
    return { loaded, ...(await identify(loaded.state, options)) };
  } catch (error) {
    await volume.close();
    throw asStorageError(error);
  }
}

async function openVolume(path: string): Promise<Volume> {
  try {
    return await openLevelVolume(path);
  } catch (error) {
    throw asStorageError(error);
  }
}
