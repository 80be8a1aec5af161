import { fieldInvalid, fieldNotSupported, fieldRequired } from '@wherry/apimachinery';
import type { PersistentVolumeSpec } from '../core/persistent-volume.ts';
import { csiDriverName } from './csi.ts';
import type { Findings } from './value-rules.ts';
import { hostPath, nfs } from './volume.ts';
import { requiredOfSource } from './volume-fields.ts';
import { noBacksteps } from './volume-path.ts';

/** In the order in which upstream looks for them. */
export const sourceTypes = [
  'hostPath',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'flocker',
  'nfs',
  'rbd',
  'quobyte',
  'cephfs',
  'iscsi',
  'cinder',
  'fc',
  'flexVolume',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'scaleIO',
  'local',
  'storageos',
  'csi',
] as const;
export type SourceType = (typeof sourceTypes)[number];

export function* persistentSource(spec: PersistentVolumeSpec, type: SourceType): Findings {
  const field = `spec.${type}`;
  yield* requiredOfSource(type, spec[type], 'spec');
  switch (type) {
    case 'hostPath':
      return yield* hostPath(spec.hostPath?.path ?? '', spec.hostPath?.type, field);
    case 'nfs':
      return yield* nfs(spec.nfs?.server ?? '', spec.nfs?.path ?? '', field);
    case 'local':
      return yield* local(spec, field);
    case 'csi':
      return yield* csi(spec, field);
    case 'iscsi':
      return yield* iscsi(spec, field);
    case 'fc':
      return yield* fibreChannel(spec, field);
    case 'azureDisk':
      return yield* azureDisk(spec, field);
    default:
      return;
  }
}

function* local({ local: source, nodeAffinity }: PersistentVolumeSpec, field: string): Findings {
  const path = source?.path ?? '';
  if (path === '') yield fieldRequired(`${field}.path`);
  else yield* noBacksteps(path, `${field}.path`);
  if (nodeAffinity === undefined) yield fieldRequired('spec.nodeAffinity', 'Local volume requires node affinity');
}

const secretRefs = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function* csi({ csi: source }: PersistentVolumeSpec, field: string): Findings {
  if (source === undefined) return;
  yield* csiDriverName(source.driver, `${field}.driver`);
  if (source.volumeHandle === '') yield fieldRequired(`${field}.volumeHandle`);
  for (const name of secretRefs) {
    const reference = source[name];
    if (reference === undefined) continue;
    if (!reference.name) yield fieldRequired(`${field}.${name}.name`);
    if (!reference.namespace) yield fieldRequired(`${field}.${name}.namespace`);
  }
}

function* iscsi({ iscsi: source }: PersistentVolumeSpec, field: string): Findings {
  if (source === undefined) return;
  const { targetPortal, iqn, lun } = source;
  if (targetPortal === '') yield fieldRequired(`${field}.targetPortal`);
  if (iqn === '') yield fieldRequired(`${field}.iqn`);
  else if (!/^(iqn\.|eui\.|naa\.)/.test(iqn)) yield fieldInvalid(`${field}.iqn`, iqn, 'must be valid format');
  if (lun < 0 || lun > 255) yield fieldInvalid(`${field}.lun`, lun, 'must be between 0 and 255, inclusive');
  const usesChap = source.chapAuthDiscovery === true || source.chapAuthSession === true;
  if (usesChap && source.secretRef === undefined) yield fieldRequired(`${field}.secretRef`);
  if (source.secretRef !== undefined && !source.secretRef.name) yield fieldRequired(`${field}.secretRef.name`);
}

function* fibreChannel({ fc }: PersistentVolumeSpec, field: string): Findings {
  if (fc === undefined) return;
  const [wwns, wwids] = [fc.targetWWNs ?? [], fc.wwids ?? []];
  if (wwns.length < 1 && wwids.length < 1) {
    yield fieldRequired(`${field}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both');
  }
  if (wwns.length > 0 && wwids.length > 0) {
    yield fieldInvalid(`${field}.targetWWNs`, wwns, 'targetWWNs and wwids can not be specified simultaneously');
  }
  if (wwns.length === 0) return;
  if (fc.lun === undefined) yield fieldRequired(`${field}.lun`, 'lun is required if targetWWNs is specified');
  else if (fc.lun < 0 || fc.lun > 255) {
    yield fieldInvalid(`${field}.lun`, fc.lun, 'must be between 0 and 255, inclusive');
  }
}

function* azureDisk({ azureDisk: disk }: PersistentVolumeSpec, field: string): Findings {
  if (disk === undefined) return;
  const { cachingMode, kind = '', diskURI } = disk;
  const caching = ['None', 'ReadOnly', 'ReadWrite'];
  if (cachingMode !== undefined && !caching.includes(cachingMode)) {
    yield fieldNotSupported(`${field}.cachingMode`, cachingMode, caching);
  }
  const kinds = ['Dedicated', 'Managed', 'Shared'];
  if (!kinds.includes(kind)) yield fieldNotSupported(`${field}.kind`, kind, kinds);
  if (diskURI === '') return;
  if (kind === 'Managed' && !diskURI.startsWith('/')) {
    yield fieldNotSupported(`${field}.diskURI`, diskURI, [
      '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
    ]);
  }
  if (kind !== 'Managed' && !diskURI.startsWith('https://')) {
    yield fieldNotSupported(`${field}.diskURI`, diskURI, [
      'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd',
    ]);
  }
}
