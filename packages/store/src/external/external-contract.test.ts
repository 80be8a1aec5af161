import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { watchFromCompacted } from '../contract/compact-cases.ts';
import { storageContract, type ContractBackend } from '../contract/contract.ts';
import type { Storage } from '../storage.ts';
import { EtcdProcess, findEtcd } from './etcd-process.ts';
import { openExternalStore } from './external-store.ts';

const program = findEtcd();
const limits = { maxValueBytes: 200_000, watchQueueEvents: 2_000 };
let etcd: EtcdProcess;
let count = 0;

/** A prefix of its own on the one etcd. */
async function backend(): Promise<ContractBackend> {
  const keyPrefix = `/case-${++count}`;
  const opened: Storage[] = [];
  const open = async (): Promise<Storage> => {
    const store = await openExternalStore({ endpoints: [etcd.url], keyPrefix, limits });
    opened.push(store);
    return store;
  };
  return {
    ...limits,
    realTime: { leaseSeconds: 3 },
    open,
    // Whoever needs that time has passed waits for what it brings.
    advance: (ms) => sleep(Math.min(ms, 500)),
    powerCut: async () => {
      await etcd.kill();
      etcd.run();
    },
    async [Symbol.asyncDispose]() {
      const store = await open();
      // What leases keep on living for must not end in another case.
      await store.txn({ compares: [], success: [{ type: 'deletePrefix', prefix: '' }] });
      for (const each of opened) await each[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(program === undefined)(`with ${program ?? 'no etcd: set $WHERRY_CLIENTS'}`, () => {
  beforeAll(async () => {
    etcd = await EtcdProcess.start(program as string, ['--max-txn-ops=10000']);
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  storageContract(
    'a real etcd',
    backend,
    { describe, it },
    {
      [watchFromCompacted]:
        'etcd forgets a deletion at the compaction of its revision (issue 18089), so such a watch ends with compacted',
    },
  );
});
