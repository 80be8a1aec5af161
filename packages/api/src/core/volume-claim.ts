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
import { TypedLocalObjectReference, TypedObjectReference } from './references.ts';

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
