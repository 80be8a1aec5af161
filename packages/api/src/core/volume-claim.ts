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
  limits: optional(map(quantity), 'The most it may have.'),
  requests: optional(map(quantity), 'What is asked for: storage.'),
});
export type VolumeResourceRequirements = Static<typeof VolumeResourceRequirements>;

export const PersistentVolumeClaimSpec = object('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: optional(
    list(string, { listType: 'atomic' }),
    'How it is mounted: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.',
  ),
  dataSource: optional(TypedLocalObjectReference, 'The claim or snapshot that it begins as.'),
  dataSourceRef: optional(TypedObjectReference, 'The object that it begins as.'),
  resources: optional(VolumeResourceRequirements, 'How much storage.'),
  selector: optional(LabelSelector, 'Which volumes it may have.'),
  storageClassName: optional(string, 'The class that makes its volume.'),
  volumeAttributesClassName: optional(string, 'The class of attributes of its volume.'),
  volumeMode: optional(string, 'Filesystem (the default) or Block.'),
  volumeName: optional(string, 'The volume that it has.'),
});
export type PersistentVolumeClaimSpec = Static<typeof PersistentVolumeClaimSpec>;

export const PersistentVolumeClaimTemplate = object('io.k8s.api.core.v1.PersistentVolumeClaimTemplate', {
  metadata: optional(ObjectMeta, 'Labels and annotations of the claim.'),
  spec: required(PersistentVolumeClaimSpec, 'The claim.'),
});
export type PersistentVolumeClaimTemplate = Static<typeof PersistentVolumeClaimTemplate>;

export const PersistentVolumeClaimVolumeSource = object('io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource', {
  claimName: required(string),
  readOnly: optional(boolean),
});
export type PersistentVolumeClaimVolumeSource = Static<typeof PersistentVolumeClaimVolumeSource>;
