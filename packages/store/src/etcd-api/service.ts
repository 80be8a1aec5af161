import type { EtcdStore } from '../etcd-store.ts';
import type { Input, responseHeader } from '../etcd-proto/index.ts';
import type { StoreLog } from '../options.ts';
import type { EtcdApiLimits } from './limits.ts';

/** What every service of the API works with. */
export interface Service {
  readonly store: EtcdStore;
  readonly limits: EtcdApiLimits;
  readonly log: StoreLog | undefined;
}

export type Header = Input<typeof responseHeader>;

/** Of the store as it is now; `revision` where the answer is of another one. */
export function headerOf({ store }: Service, revision?: number): Header {
  const status = store.status();
  return {
    clusterId: status.clusterId,
    memberId: status.memberId,
    revision: revision ?? status.revision,
    raftTerm: status.term,
  };
}
