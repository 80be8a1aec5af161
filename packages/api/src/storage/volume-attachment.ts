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
  inlineVolumeSpec: optional(PersistentVolumeSpec, 'The volume itself; instead of its name.'),
  persistentVolumeName: optional(string, 'The volume.'),
});
export type VolumeAttachmentSource = Static<typeof VolumeAttachmentSource>;

export const VolumeAttachmentSpec = object('io.k8s.api.storage.v1.VolumeAttachmentSpec', {
  attacher: required(string, 'The driver that attaches it.'),
  nodeName: required(string, 'The node it is attached to.'),
  source: required(VolumeAttachmentSource, 'What is attached.'),
});
export type VolumeAttachmentSpec = Static<typeof VolumeAttachmentSpec>;

export const VolumeError = object('io.k8s.api.storage.v1.VolumeError', {
  errorCode: optional(int32, 'The gRPC code.'),
  message: optional(string, 'What went wrong.'),
  time: optional(time, 'When.'),
});
export type VolumeError = Static<typeof VolumeError>;

export const VolumeAttachmentStatus = object('io.k8s.api.storage.v1.VolumeAttachmentStatus', {
  attachError: optional(VolumeError, 'Why it could not be attached.'),
  attached: required(boolean, 'Whether it is attached.'),
  attachmentMetadata: optional(map(string), 'What the driver said of the attachment.'),
  detachError: optional(VolumeError, 'Why it could not be detached.'),
});
export type VolumeAttachmentStatus = Static<typeof VolumeAttachmentStatus>;

export const VolumeAttachment = object(
  'io.k8s.api.storage.v1.VolumeAttachment',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(VolumeAttachmentSpec, 'What is wanted.'),
    status: optional(VolumeAttachmentStatus, 'What was last observed.'),
  },
  { doc: 'Asks for a volume to be attached to a node.' },
);
export type VolumeAttachment = Static<typeof VolumeAttachment>;
