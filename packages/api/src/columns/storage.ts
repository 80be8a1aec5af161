import type { RuntimeClass } from '../node/runtime-class.ts';
import type { Column } from '../resource.ts';
import type { PriorityClass } from '../scheduling/priority-class.ts';
import type { CSIDriver } from '../storage/csi-driver.ts';
import type { CSINode } from '../storage/csi-node.ts';
import type { CSIStorageCapacity } from '../storage/csi-storage-capacity.ts';
import { isDefaultStorageClass, type StorageClass } from '../storage/storage-class.ts';
import type { VolumeAttachment } from '../storage/volume-attachment.ts';
import type { VolumeAttributesClass } from '../storage/volume-attributes-class.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

export const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: (object) => (isDefaultStorageClass(object) ? `${object.metadata.name} (default)` : object.metadata.name),
  },
  column('Provisioner', 'Who makes the volumes.', ({ provisioner }) => provisioner),
  column('ReclaimPolicy', 'What becomes of a volume after its claim.', (object) => object.reclaimPolicy ?? 'Delete'),
  column('VolumeBindingMode', 'When volumes are made and bound.', (object) => object.volumeBindingMode ?? 'Immediate'),
  column(
    'AllowVolumeExpansion',
    'Whether claims may grow.',
    (object) => object.allowVolumeExpansion === true,
    'boolean',
  ),
  ageColumn,
];

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  column('Attacher', 'Who attaches the volume.', ({ spec }) => spec.attacher),
  column('PV', 'The volume.', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('Node', 'The node it is for.', ({ spec }) => spec.nodeName),
  column('Attached', 'Whether it is attached.', ({ status }) => status?.attached === true, 'boolean'),
  ageColumn,
];

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  column(
    'AttachRequired',
    'Whether volumes have to be attached.',
    ({ spec }) => spec.attachRequired !== false,
    'boolean',
  ),
  column('PodInfoOnMount', 'Whether it is told of the pod.', ({ spec }) => spec.podInfoOnMount === true, 'boolean'),
  column('StorageCapacity', 'Whether it publishes capacities.', ({ spec }) => spec.storageCapacity === true, 'boolean'),
  column('TokenRequests', 'For whom it is given tokens of the pod.', ({ spec }) =>
    spec.tokenRequests === undefined ? '<unset>' : spec.tokenRequests.map(({ audience }) => audience).join(','),
  ),
  column(
    'RequiresRepublish',
    'Whether it is called again and again.',
    ({ spec }) => spec.requiresRepublish === true,
    'boolean',
  ),
  column(
    'Modes',
    'The lifecycles its volumes may have.',
    ({ spec }) => (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
  ),
  ageColumn,
];

export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  column('Drivers', 'How many drivers the node has.', ({ spec }) => spec.drivers.length, 'integer'),
  ageColumn,
];

export const csiStorageCapacityColumns: readonly Column<CSIStorageCapacity>[] = [
  nameColumn,
  column('StorageClassName', 'The class it is about.', ({ storageClassName }) => storageClassName),
  column('Capacity', 'How much is left.', ({ capacity }) => capacity ?? '<unset>'),
];

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  nameColumn,
  column('DriverName', 'The driver that knows its parameters.', ({ driverName }) => driverName),
  ageColumn,
];

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  column('Value', 'The priority of its pods.', ({ value }) => value ?? 0, 'integer'),
  column(
    'Global-Default',
    'Whether pods without a class have it.',
    (object) => object.globalDefault === true,
    'boolean',
  ),
  ageColumn,
  column('PreemptionPolicy', 'Whether its pods drive others away.', ({ preemptionPolicy }) => preemptionPolicy ?? ''),
];

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn,
  column('Handler', 'The runtime that the node is asked for.', ({ handler }) => handler),
  ageColumn,
];
