import { readFile } from 'node:fs/promises';
import type { DaemonContext, Logger } from '@wherry/daemon';
import { openStore, type PeerTls, type Storage, type Store } from '@wherry/store';
import { openElsewhere } from './elsewhere.ts';
import type { storeFlags } from './flags.ts';
import { planStore } from './member-options.ts';

type Flags = DaemonContext<typeof storeFlags>['flags'];

/** What the apiserver keeps its objects in. */
export interface OpenedStore extends AsyncDisposable {
  readonly storage: Storage;
  /** The member in this process; undefined with an etcd elsewhere. */
  readonly member: Store | undefined;
  /** Rejects when the member has stopped for good; else it is never settled. */
  readonly failed: Promise<never>;
}

/** The store as the flags have it: a member in this process, with its etcd v3 API, or an etcd elsewhere. */
export async function openStorage(flags: Flags, log: Logger, signal: AbortSignal): Promise<OpenedStore> {
  if (flags.etcdServers.length === 0) return openMember(flags, log);
  const storage = await openElsewhere(flags, log, signal);
  return {
    storage,
    member: undefined,
    failed: new Promise(() => undefined),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  };
}

async function openMember(flags: Flags, log: Logger): Promise<OpenedStore> {
  const { cluster, listenClient, name, clientUrls } = planStore(flags);
  const failure = Promise.withResolvers<never>();
  // Heard by whoever waits for it, if anybody does.
  failure.promise.catch(() => undefined);
  const peerTls = await readTls('--etcd-peer', {
    cert: flags.etcdPeerCertFile,
    key: flags.etcdPeerKeyFile,
    ca: flags.etcdPeerTrustedCaFile,
  });
  if (cluster !== undefined && peerTls === undefined)
    throw new Error('--etcd-initial-cluster needs --etcd-peer-cert-file');
  const tls = await readTls('--etcd-server', {
    cert: flags.etcdServerCertFile,
    key: flags.etcdServerKeyFile,
    ca: flags.etcdServerTrustedCaFile,
  });
  if (listenClient !== undefined && tls === undefined) {
    throw new Error('--etcd-listen-client-urls needs --etcd-server-cert-file');
  }
  const member = await openStore({
    path: flags.dataDir,
    name,
    clientUrls,
    ...(cluster === undefined ? {} : { cluster: { ...cluster, peerTls } }),
    ...(flags.etcdQuotaBackendBytes === 0 ? {} : { limits: { quotaBytes: flags.etcdQuotaBackendBytes } }),
    log,
    onFailure: failure.reject,
  });
  try {
    const api = listenClient && (await serveEtcdApi(member, listenClient, tls, log));
    return {
      storage: member,
      member,
      failed: failure.promise,
      async [Symbol.asyncDispose]() {
        await api?.close();
        await member[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
}

/** Loaded only where it is served. */
async function serveEtcdApi(
  store: Store,
  address: { host: string; port: number },
  tls: PeerTls | undefined,
  log: Logger,
): Promise<{ close(): Promise<void> }> {
  const { startEtcdApi } = await import('@wherry/store/etcd-api');
  return startEtcdApi({ store, listen: [address], tls, log });
}

/** All three or none. */
async function readTls(
  flag: string,
  paths: { cert: string | undefined; key: string | undefined; ca: string | undefined },
): Promise<PeerTls | undefined> {
  const { cert, key, ca } = paths;
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined || ca === undefined) {
    throw new Error(`${flag}-cert-file, ${flag}-key-file and ${flag}-trusted-ca-file must be given together`);
  }
  const [certText, keyText, caText] = await Promise.all([cert, key, ca].map((path) => readFile(path, 'utf8')));
  return { cert: certText!, key: keyText!, ca: caText! };
}
