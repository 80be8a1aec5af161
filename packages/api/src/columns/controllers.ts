import { formatLabels } from '@wherry/apimachinery';
import type { ControllerRevision } from '../apps/controller-revision.ts';
import type { DaemonSet } from '../apps/daemonset.ts';
import type { StatefulSet } from '../apps/statefulset.ts';
import type { PodTemplate } from '../core/pod-template.ts';
import type { ReplicationController } from '../core/replication-controller.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column, wideColumn } from './text-column.ts';
import { containers, workloadColumns } from './workload.ts';

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  column('Containers', 'The names of its containers.', ({ template }) => containers(template, 'name')),
  column('Images', 'The images of its containers.', ({ template }) => containers(template, 'image')),
  column('Pod Labels', 'The labels of the pods.', ({ template }) => formatLabels(template.metadata?.labels)),
];

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  column('Desired', 'How many pods it should have.', ({ spec }) => spec.replicas ?? 0, 'integer'),
  column('Current', 'How many pods it has.', ({ status }) => status?.replicas ?? 0, 'integer'),
  column('Ready', 'How many of its pods are ready.', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
  ageColumn,
  wideColumn('Containers', 'The names of the containers.', ({ spec }) => containers(spec.template, 'name')),
  wideColumn('Images', 'The images of the containers.', ({ spec }) => containers(spec.template, 'image')),
  wideColumn('Selector', 'Which pods belong to it.', ({ spec }) => formatLabels(spec.selector)),
];

export const daemonSetColumns: readonly Column<DaemonSet>[] = [
  nameColumn,
  column('Desired', 'On how many nodes it should run.', ({ status }) => status?.desiredNumberScheduled ?? 0, 'integer'),
  column('Current', 'On how many nodes it runs.', ({ status }) => status?.currentNumberScheduled ?? 0, 'integer'),
  column('Ready', 'On how many nodes it is ready.', ({ status }) => status?.numberReady ?? 0, 'integer'),
  column('Up-to-date', 'Pods of the newest template.', ({ status }) => status?.updatedNumberScheduled ?? 0, 'integer'),
  column('Available', 'Pods ready for minReadySeconds.', ({ status }) => status?.numberAvailable ?? 0, 'integer'),
  column('Node Selector', 'Which nodes it runs on.', ({ spec }) => formatLabels(spec.template.spec.nodeSelector)),
  ageColumn,
  ...workloadColumns<DaemonSet>(),
];

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  column(
    'Ready',
    'Ready pods of desired pods.',
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  ),
  ageColumn,
  ...workloadColumns<StatefulSet>().slice(0, 2),
];

export const controllerRevisionColumns: readonly Column<ControllerRevision>[] = [
  nameColumn,
  column('Controller', 'Whose state it is.', controllerOf),
  column('Revision', 'The number of the state.', ({ revision }) => revision, 'integer'),
  ageColumn,
];

/** `statefulset.apps/web` */
function controllerOf({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
  return `${`${owner.kind}${group ? `.${group}` : ''}`.toLowerCase()}/${owner.name}`;
}
