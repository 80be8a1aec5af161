import {
  boolean,
  int32,
  list,
  map,
  object,
  optional,
  quantity,
  required,
  string,
  type Static,
} from '@wherry/apimachinery';
import { DownwardAPIVolumeFile, VolumeProjection } from './projections.ts';
import { KeyToPath, LocalObjectReference } from './references.ts';
import { PersistentVolumeClaimTemplate } from './volume-claim.ts';

export const ConfigMapVolumeSource = object('io.k8s.api.core.v1.ConfigMapVolumeSource', {
  defaultMode: optional(int32, 'The mode of the files; 0644 by default.'),
  items: optional(list(KeyToPath, { listType: 'atomic' }), 'Which keys, and their paths; all by default.'),
  name: optional(string, 'The name of the ConfigMap.'),
  optional: optional(boolean, 'Whether it may be missing.'),
});
export type ConfigMapVolumeSource = Static<typeof ConfigMapVolumeSource>;

export const CSIVolumeSource = object('io.k8s.api.core.v1.CSIVolumeSource', {
  driver: required(string),
  fsType: optional(string),
  nodePublishSecretRef: optional(LocalObjectReference),
  readOnly: optional(boolean),
  volumeAttributes: optional(map(string)),
});
export type CSIVolumeSource = Static<typeof CSIVolumeSource>;

export const DownwardAPIVolumeSource = object('io.k8s.api.core.v1.DownwardAPIVolumeSource', {
  defaultMode: optional(int32, 'The mode of the files; 0644 by default.'),
  items: optional(list(DownwardAPIVolumeFile, { listType: 'atomic' }), 'The files.'),
});
export type DownwardAPIVolumeSource = Static<typeof DownwardAPIVolumeSource>;

export const EmptyDirVolumeSource = object('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: optional(string, "Where it is: the node's disk, or Memory."),
  sizeLimit: optional(quantity, 'The most it may hold.'),
});
export type EmptyDirVolumeSource = Static<typeof EmptyDirVolumeSource>;

export const EphemeralVolumeSource = object('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: optional(PersistentVolumeClaimTemplate),
});
export type EphemeralVolumeSource = Static<typeof EphemeralVolumeSource>;

export const HostPathVolumeSource = object('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: required(string, 'The path on the node.'),
  type: optional(
    string,
    'What must be there, or is made: DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice, BlockDevice.',
  ),
});
export type HostPathVolumeSource = Static<typeof HostPathVolumeSource>;

export const ImageVolumeSource = object('io.k8s.api.core.v1.ImageVolumeSource', {
  pullPolicy: optional(string),
  reference: optional(string),
});
export type ImageVolumeSource = Static<typeof ImageVolumeSource>;

export const NFSVolumeSource = object('io.k8s.api.core.v1.NFSVolumeSource', {
  path: required(string),
  readOnly: optional(boolean),
  server: required(string),
});
export type NFSVolumeSource = Static<typeof NFSVolumeSource>;

export const ProjectedVolumeSource = object('io.k8s.api.core.v1.ProjectedVolumeSource', {
  defaultMode: optional(int32, 'The mode of the files; 0644 by default.'),
  sources: optional(list(VolumeProjection, { listType: 'atomic' }), 'The sources.'),
});
export type ProjectedVolumeSource = Static<typeof ProjectedVolumeSource>;

export const SecretVolumeSource = object('io.k8s.api.core.v1.SecretVolumeSource', {
  defaultMode: optional(int32, 'The mode of the files; 0644 by default.'),
  items: optional(list(KeyToPath, { listType: 'atomic' }), 'Which keys, and their paths; all by default.'),
  optional: optional(boolean, 'Whether it may be missing.'),
  secretName: optional(string, 'The name of the Secret.'),
});
export type SecretVolumeSource = Static<typeof SecretVolumeSource>;
