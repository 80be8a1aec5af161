import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonContext, Health, Logger } from '@wherry/daemon';
import { StorageError, type Storage } from '@wherry/store';
import type { storeFlags } from './flags.ts';

type Flags = DaemonContext<typeof storeFlags>['flags'];

const RETRY_MS = 1_000;
const READINESS_MS = 2_000;

/** The etcd of --etcd-servers. Waits for it as long as it takes: it may be started after this. */
export async function openElsewhere(flags: Flags, log: Logger, signal: AbortSignal): Promise<Storage> {
  const [{ openExternalStore }, ca, cert, key] = await Promise.all([
    import('@wherry/store/external'),
    ...[flags.etcdCafile, flags.etcdCertfile, flags.etcdKeyfile].map(readIfGiven),
  ] as const);
  const options = { endpoints: flags.etcdServers, tls: { ca, cert, key }, keyPrefix: flags.etcdPrefix, log };
  for (;;) {
    signal.throwIfAborted();
    try {
      return await openExternalStore(options);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'unavailable') throw error;
      log.warn({ reason: error.message }, 'waiting-for-etcd');
    }
    await sleep(RETRY_MS, undefined, { signal });
  }
}

/** Under upstream's names, as of a member in this process. */
export function addEtcdChecks(health: Health, storage: Storage): void {
  for (const name of ['etcd', 'etcd-readiness']) {
    health.addCheck(
      name,
      () => {
        const late = sleep(READINESS_MS, `no answer within ${READINESS_MS} ms`, { ref: false });
        return Promise.race([storage.currentRevision('linearizable').then(() => true as const), late]);
      },
      { live: false },
    );
  }
}

async function readIfGiven(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : readFile(path, 'utf8');
}
