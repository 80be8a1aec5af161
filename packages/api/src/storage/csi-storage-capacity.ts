import {
  LabelSelector,
  ObjectMeta,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  type Static,
} from '@wherry/apimachinery';

export const CSIStorageCapacity = object('io.k8s.api.storage.v1.CSIStorageCapacity', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  capacity: optional(quantity),
  kind: optional(string, 'The kind of this representation.'),
  maximumVolumeSize: optional(quantity),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  nodeTopology: optional(LabelSelector),
  storageClassName: required(string),
});
export type CSIStorageCapacity = Static<typeof CSIStorageCapacity>;
