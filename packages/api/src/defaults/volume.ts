import type { DownwardAPIVolumeFile, VolumeProjection } from '../core/projections.ts';
import type { ObjectFieldSelector } from '../core/references.ts';
import type { PersistentVolume } from '../core/persistent-volume.ts';
import type { Volume } from '../core/volume.ts';

/** 0644 */
const fileMode = 0o644;

export function defaultVolume(volume: Volume): void {
  if (!hasSource(volume)) volume.emptyDir = {};
  if (volume.secret !== undefined) volume.secret.defaultMode ??= fileMode;
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= fileMode;
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= fileMode;
    for (const item of volume.downwardAPI.items ?? []) defaultFile(item);
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= fileMode;
    for (const source of volume.projected.sources ?? []) defaultProjection(source);
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
  if (volume.ephemeral?.volumeClaimTemplate !== undefined) {
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  }
  if (volume.image !== undefined) {
    volume.image.pullPolicy ||= volume.image.reference?.endsWith(':latest') ? 'Always' : 'IfNotPresent';
  }
  defaultNetworkDisks(volume);
}

type NetworkDisks = Pick<Volume | PersistentVolume['spec'], 'iscsi' | 'rbd' | 'azureDisk' | 'scaleIO'>;

/** Of a pod's volume and of a PersistentVolume alike. */
export function defaultNetworkDisks({ iscsi, rbd, azureDisk, scaleIO }: NetworkDisks): void {
  if (iscsi !== undefined) iscsi.iscsiInterface ||= 'default';
  if (rbd !== undefined) {
    rbd.pool ||= 'rbd';
    rbd.user ||= 'admin';
    rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (azureDisk !== undefined) {
    azureDisk.cachingMode ??= 'ReadWrite';
    azureDisk.kind ??= 'Shared';
    azureDisk.fsType ??= 'ext4';
    azureDisk.readOnly ??= false;
  }
  if (scaleIO !== undefined) {
    scaleIO.storageMode ||= 'ThinProvisioned';
    scaleIO.fsType ||= 'xfs';
  }
}

function hasSource(volume: Volume): boolean {
  return Object.entries(volume).some(([key, value]) => key !== 'name' && value !== undefined);
}

function defaultProjection(source: VolumeProjection): void {
  for (const item of source.downwardAPI?.items ?? []) defaultFile(item);
  if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600;
  if (source.podCertificate !== undefined) source.podCertificate.maxExpirationSeconds ??= 86400;
}

function defaultFile(item: DownwardAPIVolumeFile): void {
  if (item.fieldRef !== undefined) defaultFieldRef(item.fieldRef);
  if (item.resourceFieldRef !== undefined) item.resourceFieldRef.divisor ??= '0';
}

export function defaultFieldRef(reference: ObjectFieldSelector): void {
  reference.apiVersion ||= 'v1';
}
