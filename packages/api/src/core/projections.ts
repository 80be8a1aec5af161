import {
  LabelSelector,
  boolean,
  int32,
  int64,
  list,
  map,
  object,
  optional,
  required,
  string,
  type Static,
} from '@wherry/apimachinery';
import { KeyToPath, ObjectFieldSelector, ResourceFieldSelector } from './references.ts';

export const DownwardAPIVolumeFile = object('io.k8s.api.core.v1.DownwardAPIVolumeFile', {
  fieldRef: optional(ObjectFieldSelector),
  mode: optional(int32),
  path: required(string),
  resourceFieldRef: optional(ResourceFieldSelector),
});
export type DownwardAPIVolumeFile = Static<typeof DownwardAPIVolumeFile>;

export const ClusterTrustBundleProjection = object('io.k8s.api.core.v1.ClusterTrustBundleProjection', {
  labelSelector: optional(LabelSelector),
  name: optional(string),
  optional: optional(boolean),
  path: required(string),
  signerName: optional(string),
});
export type ClusterTrustBundleProjection = Static<typeof ClusterTrustBundleProjection>;

export const ConfigMapProjection = object('io.k8s.api.core.v1.ConfigMapProjection', {
  items: optional(list(KeyToPath, { listType: 'atomic' })),
  name: optional(string),
  optional: optional(boolean),
});
export type ConfigMapProjection = Static<typeof ConfigMapProjection>;

export const DownwardAPIProjection = object('io.k8s.api.core.v1.DownwardAPIProjection', {
  items: optional(list(DownwardAPIVolumeFile, { listType: 'atomic' })),
});
export type DownwardAPIProjection = Static<typeof DownwardAPIProjection>;

export const PodCertificateProjection = object('io.k8s.api.core.v1.PodCertificateProjection', {
  certificateChainPath: optional(string),
  credentialBundlePath: optional(string),
  keyPath: optional(string),
  keyType: required(string),
  maxExpirationSeconds: optional(int32),
  signerName: required(string),
  userAnnotations: optional(map(string)),
});
export type PodCertificateProjection = Static<typeof PodCertificateProjection>;

export const SecretProjection = object('io.k8s.api.core.v1.SecretProjection', {
  items: optional(list(KeyToPath, { listType: 'atomic' })),
  name: optional(string),
  optional: optional(boolean),
});
export type SecretProjection = Static<typeof SecretProjection>;

export const ServiceAccountTokenProjection = object('io.k8s.api.core.v1.ServiceAccountTokenProjection', {
  audience: optional(string),
  expirationSeconds: optional(int64),
  path: required(string),
});
export type ServiceAccountTokenProjection = Static<typeof ServiceAccountTokenProjection>;

export const VolumeProjection = object('io.k8s.api.core.v1.VolumeProjection', {
  clusterTrustBundle: optional(ClusterTrustBundleProjection),
  configMap: optional(ConfigMapProjection),
  downwardAPI: optional(DownwardAPIProjection),
  podCertificate: optional(PodCertificateProjection),
  secret: optional(SecretProjection),
  serviceAccountToken: optional(ServiceAccountTokenProjection),
});
export type VolumeProjection = Static<typeof VolumeProjection>;
