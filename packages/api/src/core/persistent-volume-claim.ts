import {
  ObjectMeta,
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
import { PersistentVolumeClaimSpec } from './volume-claim.ts';

export const PersistentVolumeClaimCondition = object('io.k8s.api.core.v1.PersistentVolumeClaimCondition', {
  lastProbeTime: optional(time),
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type PersistentVolumeClaimCondition = Static<typeof PersistentVolumeClaimCondition>;

export const ModifyVolumeStatus = object('io.k8s.api.core.v1.ModifyVolumeStatus', {
  status: required(string),
  targetVolumeAttributesClassName: optional(string),
});
export type ModifyVolumeStatus = Static<typeof ModifyVolumeStatus>;

export const PersistentVolumeClaimStatus = object('io.k8s.api.core.v1.PersistentVolumeClaimStatus', {
  accessModes: optional(list(string, { listType: 'atomic' }), 'How the volume can be mounted.'),
  allocatedResourceStatuses: optional(map(string, { mapType: 'granular' }), 'How far a change of size has come.'),
  allocatedResources: optional(map(quantity), 'The size that is being made.'),
  capacity: optional(map(quantity), 'The size of the volume.'),
  conditions: optional(
    list(PersistentVolumeClaimCondition, {
      listType: 'map',
      mapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    }),
    'Whether it is being resized, and the like.',
  ),
  currentVolumeAttributesClassName: optional(string, 'The class of attributes that the volume has.'),
  modifyVolumeStatus: optional(ModifyVolumeStatus, 'How far a change of attributes has come.'),
  phase: optional(string, 'Pending, Bound or Lost.'),
});
export type PersistentVolumeClaimStatus = Static<typeof PersistentVolumeClaimStatus>;

export const PersistentVolumeClaim = object(
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(PersistentVolumeClaimSpec, 'What is wanted.'),
    status: optional(PersistentVolumeClaimStatus, 'What was last observed.'),
  },
  { doc: 'Asks for storage, and is bound to a volume.' },
);
export type PersistentVolumeClaim = Static<typeof PersistentVolumeClaim>;
