import type { ReplicaSet } from '../apps/replicaset.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { workloadColumns } from './workload.ts';

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  {
    name: 'Desired',
    type: 'integer',
    description: 'How many pods it should have.',
    priority: 0,
    cell: (set) => set.spec.replicas ?? 0,
  },
  {
    name: 'Current',
    type: 'integer',
    description: 'How many pods it has.',
    priority: 0,
    cell: (set) => set.status?.replicas ?? 0,
  },
  {
    name: 'Ready',
    type: 'integer',
    description: 'How many of its pods are ready.',
    priority: 0,
    cell: (set) => set.status?.readyReplicas ?? 0,
  },
  ageColumn,
  ...workloadColumns<ReplicaSet>(),
];
