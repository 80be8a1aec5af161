import {
  LabelSelector,
  ObjectMeta,
  boolean,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  string,
  type Static,
} from '@wherry/apimachinery';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './legacy-volume-sources.ts';
import { TypedLocalObjectReference, TypedObjectReference } from './references.ts';
import {
  CSIVolumeSource,
  ConfigMapVolumeSource,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  HostPathVolumeSource,
  ImageVolumeSource,
  NFSVolumeSource,
  ProjectedVolumeSource,
  SecretVolumeSource,
} from './volume-sources.ts';

export const VolumeResourceRequirements = object('io.k8s.api.core.v1.VolumeResourceRequirements', {
  limits: optional(map(quantity)),
  requests: optional(map(quantity)),
});
export type VolumeResourceRequirements = Static<typeof VolumeResourceRequirements>;

export const PersistentVolumeClaimSpec = object('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: optional(list(string, { listType: 'atomic' })),
  dataSource: optional(TypedLocalObjectReference),
  dataSourceRef: optional(TypedObjectReference),
  resources: optional(VolumeResourceRequirements),
  selector: optional(LabelSelector),
  storageClassName: optional(string),
  volumeAttributesClassName: optional(string),
  volumeMode: optional(string),
  volumeName: optional(string),
});
export type PersistentVolumeClaimSpec = Static<typeof PersistentVolumeClaimSpec>;

export const PersistentVolumeClaimTemplate = object('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: optional(ObjectMeta),
  spec: required(PersistentVolumeClaimSpec),
});
export type PersistentVolumeClaimTemplate = Static<typeof PersistentVolumeClaimTemplate>;

export const PersistentVolumeClaimVolumeSource = object('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: required(string),
  readOnly: optional(boolean),
});
export type PersistentVolumeClaimVolumeSource = Static<typeof PersistentVolumeClaimVolumeSource>;

export const Volume = object('io.k8s.api.core.v1.Volume', {
  awsElasticBlockStore: optional(AWSElasticBlockStoreVolumeSource),
  azureDisk: optional(AzureDiskVolumeSource),
  azureFile: optional(AzureFileVolumeSource),
  cephfs: optional(CephFSVolumeSource),
  cinder: optional(CinderVolumeSource),
  configMap: optional(ConfigMapVolumeSource),
  csi: optional(CSIVolumeSource),
  downwardAPI: optional(DownwardAPIVolumeSource),
  emptyDir: optional(EmptyDirVolumeSource),
  ephemeral: optional(EphemeralVolumeSource),
  fc: optional(FCVolumeSource),
  flexVolume: optional(FlexVolumeSource),
  flocker: optional(FlockerVolumeSource),
  gcePersistentDisk: optional(GCEPersistentDiskVolumeSource),
  gitRepo: optional(GitRepoVolumeSource),
  glusterfs: optional(GlusterfsVolumeSource),
  hostPath: optional(HostPathVolumeSource),
  image: optional(ImageVolumeSource),
  iscsi: optional(ISCSIVolumeSource),
  name: required(string),
  nfs: optional(NFSVolumeSource),
  persistentVolumeClaim: optional(PersistentVolumeClaimVolumeSource),
  photonPersistentDisk: optional(PhotonPersistentDiskVolumeSource),
  portworxVolume: optional(PortworxVolumeSource),
  projected: optional(ProjectedVolumeSource),
  quobyte: optional(QuobyteVolumeSource),
  rbd: optional(RBDVolumeSource),
  scaleIO: optional(ScaleIOVolumeSource),
  secret: optional(SecretVolumeSource),
  storageos: optional(StorageOSVolumeSource),
  vsphereVolume: optional(VsphereVirtualDiskVolumeSource),
});
export type Volume = Static<typeof Volume>;
