import type { Host, StoreCluster } from './store-cluster.ts';

/** What may befall a member, and how it is undone. */
export interface Fault {
  strike(cluster: StoreCluster, host: Host): Promise<void>;
  mend(cluster: StoreCluster, host: Host): Promise<void>;
}

export const faults: Readonly<Record<string, Fault>> = {
  'kill -9 of the leader': {
    strike: (_, host) => host.process.kill(),
    mend: async (_, host) => host.process.start(),
  },
  'a leader that is cut off': {
    strike: (cluster, host) => cluster.fabric.cut(host.index),
    mend: (cluster, host) => cluster.fabric.join(host.index),
  },
  'a leader that the others do not hear, though clients do': {
    strike: (cluster, host) => cluster.fabric.mute(host.index),
    mend: (cluster, host) => cluster.fabric.unmute(host.index),
  },
  'a leader that stands still': {
    strike: async (_, host) => host.process.pause(),
    mend: async (_, host) => host.process.resume(),
  },
};
