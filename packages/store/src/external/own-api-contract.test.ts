import { MemoryVolume } from '@wherry/raft/disk';
import { describe, it } from 'vitest';
import { watchFromCompacted } from '../contract/compact-cases.ts';
import { ManualClock, storageContract, type ContractBackend } from '../contract/contract.ts';
import { startEtcdApi, type EtcdApi } from '../etcd-api/index.ts';
import { openStore } from '../open.ts';
import type { Storage } from '../storage.ts';
import type { Store } from '../store.ts';
import { openExternalStore } from './external-store.ts';

const limits = { maxValueBytes: 200_000, watchQueueEvents: 2_000 };

/** The client's side and the server's side of the etcd API, of which each has been tried on others, on one another. */
function ownBackend(): ContractBackend {
  const clock = new ManualClock();
  let volume = new MemoryVolume();
  let running: { store: Store; api: EtcdApi } | undefined;
  const clients: Storage[] = [];
  const start = async (): Promise<{ store: Store; api: EtcdApi }> => {
    const store = await openStore({ volume, clock, limits });
    const api = await startEtcdApi({ store, listen: [{ host: '127.0.0.1', port: 0 }], limits: { maxTxnOps: 1_000 } });
    return { store, api };
  };
  return {
    ...limits,
    async open() {
      running ??= await start();
      const client = await openExternalStore({ endpoints: [`http://127.0.0.1:${running.api.ports[0]}`], limits });
      clients.push(client);
      return client;
    },
    advance: (ms) => clock.pass(ms, () => (running?.store.stats().proposalsPending ?? 0) > 0),
    async powerCut() {
      volume = volume.powerCut({ keepMark: true });
      await running?.api.close();
      running = undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await running?.api.close();
      await running?.store[Symbol.asyncDispose]();
    },
  };
}

storageContract(
  'our own etcd API',
  async () => ownBackend(),
  { describe, it },
  { [watchFromCompacted]: 'as of a real etcd, which may have forgotten it' },
);
