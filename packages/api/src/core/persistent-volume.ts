import {
  ObjectMeta,
  boolean,
  int32,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './legacy-volume-sources.ts';
import { NodeSelector } from './placement.ts';
import { ObjectReference } from './references.ts';
import { HostPathVolumeSource, NFSVolumeSource } from './volume-sources.ts';

export const AzureFilePersistentVolumeSource = object('io.k8s.api.core.v1.AzureFilePersistentVolumeSource', {
  readOnly: optional(boolean),
  secretName: required(string),
  secretNamespace: optional(string),
  shareName: required(string),
});
export type AzureFilePersistentVolumeSource = Static<typeof AzureFilePersistentVolumeSource>;

export const SecretReference = object(
  'io.k8s.api.core.v1.SecretReference',
  {
    name: optional(string),
    namespace: optional(string),
  },
  { mapType: 'atomic' },
);
export type SecretReference = Static<typeof SecretReference>;

export const CephFSPersistentVolumeSource = object('io.k8s.api.core.v1.CephFSPersistentVolumeSource', {
  monitors: required(list(string, { listType: 'atomic' })),
  path: optional(string),
  readOnly: optional(boolean),
  secretFile: optional(string),
  secretRef: optional(SecretReference),
  user: optional(string),
});
export type CephFSPersistentVolumeSource = Static<typeof CephFSPersistentVolumeSource>;

export const CinderPersistentVolumeSource = object('io.k8s.api.core.v1.CinderPersistentVolumeSource', {
  fsType: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(SecretReference),
  volumeID: required(string),
});
export type CinderPersistentVolumeSource = Static<typeof CinderPersistentVolumeSource>;

export const CSIPersistentVolumeSource = object('io.k8s.api.core.v1.CSIPersistentVolumeSource', {
  controllerExpandSecretRef: optional(SecretReference),
  controllerPublishSecretRef: optional(SecretReference),
  driver: required(string),
  fsType: optional(string),
  nodeExpandSecretRef: optional(SecretReference),
  nodePublishSecretRef: optional(SecretReference),
  nodeStageSecretRef: optional(SecretReference),
  readOnly: optional(boolean),
  volumeAttributes: optional(map(string)),
  volumeHandle: required(string),
});
export type CSIPersistentVolumeSource = Static<typeof CSIPersistentVolumeSource>;

export const FlexPersistentVolumeSource = object('io.k8s.api.core.v1.FlexPersistentVolumeSource', {
  driver: required(string),
  fsType: optional(string),
  options: optional(map(string)),
  readOnly: optional(boolean),
  secretRef: optional(SecretReference),
});
export type FlexPersistentVolumeSource = Static<typeof FlexPersistentVolumeSource>;

export const GlusterfsPersistentVolumeSource = object('io.k8s.api.core.v1.GlusterfsPersistentVolumeSource', {
  endpoints: required(string),
  endpointsNamespace: optional(string),
  path: required(string),
  readOnly: optional(boolean),
});
export type GlusterfsPersistentVolumeSource = Static<typeof GlusterfsPersistentVolumeSource>;

export const ISCSIPersistentVolumeSource = object('io.k8s.api.core.v1.ISCSIPersistentVolumeSource', {
  chapAuthDiscovery: optional(boolean),
  chapAuthSession: optional(boolean),
  fsType: optional(string),
  initiatorName: optional(string),
  iqn: required(string),
  iscsiInterface: optional(string),
  lun: required(int32),
  portals: optional(list(string, { listType: 'atomic' })),
  readOnly: optional(boolean),
  secretRef: optional(SecretReference),
  targetPortal: required(string),
});
export type ISCSIPersistentVolumeSource = Static<typeof ISCSIPersistentVolumeSource>;

export const LocalVolumeSource = object('io.k8s.api.core.v1.LocalVolumeSource', {
  fsType: optional(string, 'The file system that it is formatted with.'),
  path: required(string, 'Where the disk or folder is on the node.'),
});
export type LocalVolumeSource = Static<typeof LocalVolumeSource>;

export const VolumeNodeAffinity = object('io.k8s.api.core.v1.VolumeNodeAffinity', {
  required: optional(NodeSelector, 'What must hold of a node.'),
});
export type VolumeNodeAffinity = Static<typeof VolumeNodeAffinity>;

export const RBDPersistentVolumeSource = object('io.k8s.api.core.v1.RBDPersistentVolumeSource', {
  fsType: optional(string),
  image: required(string),
  keyring: optional(string),
  monitors: required(list(string, { listType: 'atomic' })),
  pool: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(SecretReference),
  user: optional(string),
});
export type RBDPersistentVolumeSource = Static<typeof RBDPersistentVolumeSource>;

export const ScaleIOPersistentVolumeSource = object('io.k8s.api.core.v1.ScaleIOPersistentVolumeSource', {
  fsType: optional(string),
  gateway: required(string),
  protectionDomain: optional(string),
  readOnly: optional(boolean),
  secretRef: required(SecretReference),
  sslEnabled: optional(boolean),
  storageMode: optional(string),
  storagePool: optional(string),
  system: required(string),
  volumeName: optional(string),
});
export type ScaleIOPersistentVolumeSource = Static<typeof ScaleIOPersistentVolumeSource>;

export const StorageOSPersistentVolumeSource = object('io.k8s.api.core.v1.StorageOSPersistentVolumeSource', {
  fsType: optional(string),
  readOnly: optional(boolean),
  secretRef: optional(ObjectReference),
  volumeName: optional(string),
  volumeNamespace: optional(string),
});
export type StorageOSPersistentVolumeSource = Static<typeof StorageOSPersistentVolumeSource>;

export const PersistentVolumeSpec = object('io.k8s.api.core.v1.PersistentVolumeSpec', {
  accessModes: optional(list(string, { listType: 'atomic' }), 'How it can be mounted.'),
  awsElasticBlockStore: optional(AWSElasticBlockStoreVolumeSource),
  azureDisk: optional(AzureDiskVolumeSource),
  azureFile: optional(AzureFilePersistentVolumeSource),
  capacity: optional(map(quantity), 'How much it holds.'),
  cephfs: optional(CephFSPersistentVolumeSource),
  cinder: optional(CinderPersistentVolumeSource),
  claimRef: optional(ObjectReference, 'The claim that it is bound to.', { mapType: 'granular' }),
  csi: optional(CSIPersistentVolumeSource, 'A volume of a CSI driver.'),
  fc: optional(FCVolumeSource),
  flexVolume: optional(FlexPersistentVolumeSource),
  flocker: optional(FlockerVolumeSource),
  gcePersistentDisk: optional(GCEPersistentDiskVolumeSource),
  glusterfs: optional(GlusterfsPersistentVolumeSource),
  hostPath: optional(HostPathVolumeSource, 'A folder of the node; for tests on one node.'),
  iscsi: optional(ISCSIPersistentVolumeSource),
  local: optional(LocalVolumeSource, 'A disk of one node.'),
  mountOptions: optional(list(string, { listType: 'atomic' }), 'Options of mount(8).'),
  nfs: optional(NFSVolumeSource, 'A share of an NFS server.'),
  nodeAffinity: optional(VolumeNodeAffinity, 'From which nodes it can be reached.'),
  persistentVolumeReclaimPolicy: optional(string, 'What becomes of it after its claim: Retain, Delete or Recycle.'),
  photonPersistentDisk: optional(PhotonPersistentDiskVolumeSource),
  portworxVolume: optional(PortworxVolumeSource),
  quobyte: optional(QuobyteVolumeSource),
  rbd: optional(RBDPersistentVolumeSource),
  scaleIO: optional(ScaleIOPersistentVolumeSource),
  storageClassName: optional(string, 'The class that it belongs to.'),
  storageos: optional(StorageOSPersistentVolumeSource),
  volumeAttributesClassName: optional(string, 'The class of its attributes.'),
  volumeMode: optional(string, 'Filesystem (the default) or Block.'),
  vsphereVolume: optional(VsphereVirtualDiskVolumeSource),
});
export type PersistentVolumeSpec = Static<typeof PersistentVolumeSpec>;

export const PersistentVolumeStatus = object('io.k8s.api.core.v1.PersistentVolumeStatus', {
  lastPhaseTransitionTime: optional(time, 'When its phase last changed.'),
  message: optional(string, 'Why, for people.'),
  phase: optional(string, 'Pending, Available, Bound, Released or Failed.'),
  reason: optional(string, 'Why, in one word for machines.'),
});
export type PersistentVolumeStatus = Static<typeof PersistentVolumeStatus>;

export const PersistentVolume = object(
  'io.k8s.api.core.v1.PersistentVolume',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(PersistentVolumeSpec, 'What is wanted.'),
    status: optional(PersistentVolumeStatus, 'What was last observed.'),
  },
  { doc: 'A piece of storage in the cluster.' },
);
export type PersistentVolume = Static<typeof PersistentVolume>;
