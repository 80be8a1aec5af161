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
  defaultMode: optional(int32),
  items: optional(list(KeyToPath, { listType: 'atomic' })),
  name: optional(string),
  optional: optional(boolean),
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
  defaultMode: optional(int32),
  items: optional(list(DownwardAPIVolumeFile, { listType: 'atomic' })),
});
export type DownwardAPIVolumeSource = Static<typeof DownwardAPIVolumeSource>;

export const EmptyDirVolumeSource = object('io.k8s.api.core.v1.EmptyDirVolumeSource', {
  medium: optional(string),
  sizeLimit: optional(quantity),
});
export type EmptyDirVolumeSource = Static<typeof EmptyDirVolumeSource>;

export const EphemeralVolumeSource = object('io.k8s.api.core.v1.EphemeralVolumeSource', {
  volumeClaimTemplate: optional(PersistentVolumeClaimTemplate),
});
export type EphemeralVolumeSource = Static<typeof EphemeralVolumeSource>;

export const HostPathVolumeSource = object('io.k8s.api.core.v1.HostPathVolumeSource', {
  path: required(string),
  type: optional(string),
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
  defaultMode: optional(int32),
  sources: optional(list(VolumeProjection, { listType: 'atomic' })),
});
export type ProjectedVolumeSource = Static<typeof ProjectedVolumeSource>;

export const SecretVolumeSource = object('io.k8s.api.core.v1.SecretVolumeSource', {
  defaultMode: optional(int32),
  items: optional(list(KeyToPath, { listType: 'atomic' })),
  optional: optional(boolean),
  secretName: optional(string),
});
export type SecretVolumeSource = Static<typeof SecretVolumeSource>;
