import {
  ObjectMeta,
  boolean,
  int32,
  map,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';
import { PersistentVolumeSpec } from '../core/persistent-volume.ts';

export const VolumeAttachmentSource = object('io.k8s.api.storage.v1.VolumeAttachmentSource', {
  inlineVolumeSpec: optional(PersistentVolumeSpec),
  persistentVolumeName: optional(string),
});
export type VolumeAttachmentSource = Static<typeof VolumeAttachmentSource>;

export const VolumeAttachmentSpec = object('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: required(string),
  nodeName: required(string),
  source: required(VolumeAttachmentSource),
});
export type VolumeAttachmentSpec = Static<typeof VolumeAttachmentSpec>;

export const VolumeError = object('io.k8s.api.storage.v1.VolumeError', {
  errorCode: optional(int32),
  message: optional(string),
  time: optional(time),
});
export type VolumeError = Static<typeof VolumeError>;

export const VolumeAttachmentStatus = object('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attachError: optional(VolumeError),
  attached: required(boolean),
  attachmentMetadata: optional(map(string)),
  detachError: optional(VolumeError),
});
export type VolumeAttachmentStatus = Static<typeof VolumeAttachmentStatus>;

export const VolumeAttachment = object('io.k8s.api.storage.v1.VolumeAttachment', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(VolumeAttachmentSpec, 'What is wanted.'),
  status: optional(VolumeAttachmentStatus, 'What was last observed.'),
});
export type VolumeAttachment = Static<typeof VolumeAttachment>;
