import type { KubeObject } from '@wherry/apimachinery';
import type { ComponentStatus } from '../core/component-status.ts';
import type { LimitRange } from '../core/limit-range.ts';
import type { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import type { PersistentVolume } from '../core/persistent-volume.ts';
import type { ResourceQuota } from '../core/resource-quota.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column, wideColumn } from './text-column.ts';

const unset = '<unset>';

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  column('Capacity', 'How much it holds.', ({ spec }) => spec.capacity?.['storage'] ?? '0'),
  column('Access Modes', 'How it can be mounted.', ({ spec }) => modes(spec.accessModes)),
  column(
    'Reclaim Policy',
    'What becomes of it after its claim.',
    ({ spec }) => spec.persistentVolumeReclaimPolicy ?? '',
  ),
  column('Status', 'Its phase.', phase),
  column('Claim', 'The claim it is bound to.', ({ spec: { claimRef } }) =>
    claimRef === undefined ? '' : `${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`,
  ),
  column('StorageClass', 'The class it belongs to.', storageClass),
  column(
    'VolumeAttributesClass',
    'The class of its attributes.',
    ({ spec }) => spec.volumeAttributesClassName ?? unset,
  ),
  column('Reason', 'Why it is in its phase.', ({ status }) => status?.reason ?? ''),
  ageColumn,
  wideColumn('VolumeMode', 'A file system or a block device.', ({ spec }) => spec.volumeMode ?? unset),
];

/** Capacity and modes are those of the volume, once there is one. */
export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  column('Status', 'Its phase.', phase),
  column('Volume', 'The volume it has.', ({ spec }) => spec.volumeName ?? ''),
  column('Capacity', 'How much it has.', ({ spec, status }) =>
    spec.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
  ),
  column('Access Modes', 'How it can be mounted.', ({ spec, status }) =>
    spec.volumeName ? modes(status?.accessModes) : '',
  ),
  column('StorageClass', 'The class it asks for.', storageClass),
  column(
    'VolumeAttributesClass',
    'The class of its attributes.',
    ({ spec }) => spec.volumeAttributesClassName ?? unset,
  ),
  ageColumn,
  wideColumn('VolumeMode', 'A file system or a block device.', ({ spec }) => spec.volumeMode ?? unset),
];

function phase({ metadata, status }: KubeObject & { status?: { phase?: string | undefined } | undefined }): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

function storageClass({ metadata, spec }: KubeObject & { spec: { storageClassName?: string | undefined } }): string {
  return metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec.storageClassName ?? '';
}

const shortModes = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

function modes(given: readonly string[] | undefined): string {
  const present = shortModes.filter(([mode]) => given?.includes(mode));
  return present.map(([, short]) => short).join(',');
}

export const limitRangeColumns: readonly Column<LimitRange>[] = [
  nameColumn,
  column('Created At', 'When it was created.', ({ metadata }) => metadata.creationTimestamp ?? '', 'date'),
];

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  column('Request', 'What is used of what may be requested.', (quota) => usage(quota, false)),
  column('Limit', 'What is used of what limits may sum up to.', (quota) => usage(quota, true)),
  ageColumn,
];

function usage({ status }: ResourceQuota, limits: boolean): string {
  const names = Object.keys(status?.hard ?? {}).filter((name) => name.startsWith('limits.') === limits);
  return names
    .toSorted()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  nameColumn,
  column('Status', 'Whether it is well.', health),
  column('Message', 'What it says.', (object) => healthCondition(object)?.message ?? ''),
  column('Error', 'What is wrong.', (object) => healthCondition(object)?.error ?? ''),
];

function healthCondition({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === 'Healthy');
}

function health(object: ComponentStatus): string {
  const condition = healthCondition(object);
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' ? 'Healthy' : 'Unhealthy';
}
