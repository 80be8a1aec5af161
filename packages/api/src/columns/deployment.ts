import type { Deployment } from '../apps/deployment.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { workloadColumns } from './workload.ts';

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  {
    name: 'Ready',
    type: 'string',
    description: 'Ready pods of desired pods.',
    priority: 0,
    cell: (deployment) => `${deployment.status?.readyReplicas ?? 0}/${deployment.spec.replicas ?? 0}`,
  },
  {
    name: 'Up-to-date',
    type: 'string',
    description: 'Pods of the current template.',
    priority: 0,
    cell: (deployment) => deployment.status?.updatedReplicas ?? 0,
  },
  {
    name: 'Available',
    type: 'string',
    description: 'Pods that have been ready for minReadySeconds.',
    priority: 0,
    cell: (deployment) => deployment.status?.availableReplicas ?? 0,
  },
  ageColumn,
  ...workloadColumns<Deployment>(),
];
