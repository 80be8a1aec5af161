import type { CommandEntry } from '../cli/command.ts';

const group = 'Cluster Commands';

/** The life of a cluster on this host, and its store. */
export const clusterCommands: readonly CommandEntry[] = [
  {
    name: 'up',
    group,
    summary: 'Start a cluster on this host',
    load: async () => (await import('./up-command.ts')).upCommand,
  },
  {
    name: 'down',
    group,
    summary: 'Stop the cluster of this host',
    load: async () => (await import('./down-command.ts')).downCommand,
  },
  {
    name: 'etcd',
    group,
    summary: 'Look after the store: its members, backups, alarms',
    load: async () => (await import('../etcd/etcd.ts')).etcdCommand,
  },
];
