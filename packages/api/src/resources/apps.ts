import { controllerRevisionColumns, daemonSetColumns, statefulSetColumns } from '../columns/controllers.ts';
import { ControllerRevision } from '../apps/controller-revision.ts';
import { DaemonSet } from '../apps/daemonset.ts';
import { Deployment } from '../apps/deployment.ts';
import { ReplicaSet } from '../apps/replicaset.ts';
import { StatefulSet } from '../apps/statefulset.ts';
import { deploymentColumns } from '../columns/deployment.ts';
import { replicaSetColumns } from '../columns/replicaset.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'apps' } as const;

export const replicaSets: Resource<ReplicaSet> = {
  ...common,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  schema: ReplicaSet,
  subresources: ['status', 'scale'],
  columns: replicaSetColumns,
  selectableFields: {
    ...metadataFields,
    'status.replicas': (set) => String(set.status?.replicas ?? 0),
  },
};

export const deployments: Resource<Deployment> = {
  ...common,
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  schema: Deployment,
  subresources: ['status', 'scale'],
  columns: deploymentColumns,
  selectableFields: metadataFields,
};

export const daemonSets: Resource<DaemonSet> = {
  ...common,
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  schema: DaemonSet,
  subresources: ['status'],
  columns: daemonSetColumns,
  selectableFields: metadataFields,
};

export const statefulSets: Resource<StatefulSet> = {
  ...common,
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  schema: StatefulSet,
  subresources: ['status', 'scale'],
  columns: statefulSetColumns,
  selectableFields: metadataFields,
};

export const controllerRevisions: Resource<ControllerRevision> = {
  ...common,
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  schema: ControllerRevision,
  columns: controllerRevisionColumns,
  selectableFields: metadataFields,
};
