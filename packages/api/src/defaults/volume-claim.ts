import type { PersistentVolumeClaim } from '../core/persistent-volume-claim.ts';
import type { PersistentVolume } from '../core/persistent-volume.ts';
import { defaultResourceList } from './resource-list.ts';
import { defaultNetworkDisks } from './volume.ts';

export const volumeDefaults = {
  '/PersistentVolume': defaultPersistentVolume,
  '/PersistentVolumeClaim': defaultClaim,
};

export function defaultClaim(claim: PersistentVolumeClaim): void {
  const { spec } = claim;
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
  spec.volumeMode ??= 'Filesystem';
  spec.resources ??= {};
  defaultResourceList(spec.resources.limits);
  defaultResourceList(spec.resources.requests);
  defaultResourceList(claim.status.capacity);
  defaultResourceList(claim.status.allocatedResources);
}

function defaultPersistentVolume(volume: PersistentVolume): void {
  const { spec } = volume;
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultResourceList(spec.capacity);
  if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
  defaultNetworkDisks(spec);
}
