import { boolean, int32, list, map, object, optional, required, string, type Static } from '@wherry/apimachinery';
import { LocalObjectReference } from './references.ts';

export const AWSElasticBlockStoreVolumeSource = object('io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource', {
  fsType: optional(string),
  partition: optional(int32),
  readOnly: optional(boolean),
  volumeID: required(string),
});
export type AWSElasticBlockStoreVolumeSource = Static<typeof AWSElasticBlockStoreVolumeSource>;

export const AzureDiskVolumeSource = object('io.k8s.api.core.v1.AzureDiskVolumeSource', {
  cachingMode: optional(string),
  diskName: required(string),
  diskURI: required(string),
  fsType: optional(string),
  kind: optional(string),
  readOnly: optional(boolean),
});
export type AzureDiskVolumeSource = Static<typeof AzureDiskVolumeSource>;

export const AzureFileVolumeSource = object('io.k8s.api.core.v1.AzureFileVolumeSource', {
  readOnly: optional(boolean),
  secretName: required(string),
  shareName: required(string),
});
export type AzureFileVolumeSource = Static<typeof AzureFileVolumeSource>;

export const CephFSVolumeSource = object('io.k8s.api.core.v1.CephFSVolumeSource', {
  monitors: required(list(string, { listType: 'atomic' })),
  path: optional(string),
  readOnly: optional(boolean),
  secretFile: optional(string),
  secretRef: optional(LocalObjectReference),
  user: optional(string),
});
export type CephFSVolumeSource = Static<typeof CephFSVolumeSource>;

export const CinderVolumeSource = object('io.k8s.api.core.v1.CinderVolumeSource', {
  fsType: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(LocalObjectReference),
  volumeID: required(string),
});
export type CinderVolumeSource = Static<typeof CinderVolumeSource>;

export const FCVolumeSource = object('io.k8s.api.core.v1.FCVolumeSource', {
  fsType: optional(string),
  lun: optional(int32),
  readOnly: optional(boolean),
  targetWWNs: optional(list(string, { listType: 'atomic' })),
  wwids: optional(list(string, { listType: 'atomic' })),
});
export type FCVolumeSource = Static<typeof FCVolumeSource>;

export const FlexVolumeSource = object('io.k8s.api.core.v1.FlexVolumeSource', {
  driver: required(string),
  fsType: optional(string),
  options: optional(map(string)),
  readOnly: optional(boolean),
  secretRef: optional(LocalObjectReference),
});
export type FlexVolumeSource = Static<typeof FlexVolumeSource>;

export const FlockerVolumeSource = object('io.k8s.api.core.v1.FlockerVolumeSource', {
  datasetName: optional(string),
  datasetUUID: optional(string),
});
export type FlockerVolumeSource = Static<typeof FlockerVolumeSource>;

export const GCEPersistentDiskVolumeSource = object('io.k8s.api.core.v1.GCEPersistentDiskVolumeSource', {
  fsType: optional(string),
  partition: optional(int32),
  pdName: required(string),
  readOnly: optional(boolean),
});
export type GCEPersistentDiskVolumeSource = Static<typeof GCEPersistentDiskVolumeSource>;

export const GitRepoVolumeSource = object('io.k8s.api.core.v1.GitRepoVolumeSource', {
  directory: optional(string),
  repository: required(string),
  revision: optional(string),
});
export type GitRepoVolumeSource = Static<typeof GitRepoVolumeSource>;

export const GlusterfsVolumeSource = object('io.k8s.api.core.v1.GlusterfsVolumeSource', {
  endpoints: required(string),
  path: required(string),
  readOnly: optional(boolean),
});
export type GlusterfsVolumeSource = Static<typeof GlusterfsVolumeSource>;

export const ISCSIVolumeSource = object('io.k8s.api.core.v1.ISCSIVolumeSource', {
  chapAuthDiscovery: optional(boolean),
  chapAuthSession: optional(boolean),
  fsType: optional(string),
  initiatorName: optional(string),
  iqn: required(string),
  iscsiInterface: optional(string),
  lun: required(int32),
  portals: optional(list(string, { listType: 'atomic' })),
  readOnly: optional(boolean),
  secretRef: optional(LocalObjectReference),
  targetPortal: required(string),
});
export type ISCSIVolumeSource = Static<typeof ISCSIVolumeSource>;

export const PhotonPersistentDiskVolumeSource = object('io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource', {
  fsType: optional(string),
  pdID: required(string),
});
export type PhotonPersistentDiskVolumeSource = Static<typeof PhotonPersistentDiskVolumeSource>;

export const PortworxVolumeSource = object('io.k8s.api.core.v1.PortworxVolumeSource', {
  fsType: optional(string),
  readOnly: optional(boolean),
  volumeID: required(string),
});
export type PortworxVolumeSource = Static<typeof PortworxVolumeSource>;

export const QuobyteVolumeSource = object('io.k8s.api.core.v1.QuobyteVolumeSource', {
  group: optional(string),
  readOnly: optional(boolean),
  registry: required(string),
  tenant: optional(string),
  user: optional(string),
  volume: required(string),
});
export type QuobyteVolumeSource = Static<typeof QuobyteVolumeSource>;

export const RBDVolumeSource = object('io.k8s.api.core.v1.RBDVolumeSource', {
  fsType: optional(string),
  image: required(string),
  keyring: optional(string),
  monitors: required(list(string, { listType: 'atomic' })),
  pool: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(LocalObjectReference),
  user: optional(string),
});
export type RBDVolumeSource = Static<typeof RBDVolumeSource>;

export const ScaleIOVolumeSource = object('io.k8s.api.core.v1.ScaleIOVolumeSource', {
  fsType: optional(string),
  gateway: required(string),
  protectionDomain: optional(string),
  readOnly: optional(boolean),
  secretRef: required(LocalObjectReference),
  sslEnabled: optional(boolean),
  storageMode: optional(string),
  storagePool: optional(string),
  system: required(string),
  volumeName: optional(string),
});
export type ScaleIOVolumeSource = Static<typeof ScaleIOVolumeSource>;

export const StorageOSVolumeSource = object('io.k8s.api.core.v1.StorageOSVolumeSource', {
  fsType: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(LocalObjectReference),
  volumeName: optional(string),
  volumeNamespace: optional(string),
});
export type StorageOSVolumeSource = Static<typeof StorageOSVolumeSource>;

export const VsphereVirtualDiskVolumeSource = object('io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource', {
  fsType: optional(string),
  storagePolicyID: optional(string),
  storagePolicyName: optional(string),
  volumePath: required(string),
});
export type VsphereVirtualDiskVolumeSource = Static<typeof VsphereVirtualDiskVolumeSource>;
