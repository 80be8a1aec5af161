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

export const CSIStorageCapacity = object(
  'io.k8s.api.storage.v1.CSIStorageCapacity',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    capacity: optional(quantity, 'How much is left.'),
    kind: optional(string, 'The kind of this representation.'),
    maximumVolumeSize: optional(quantity, 'How large one volume may be.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    nodeTopology: optional(LabelSelector, 'The nodes it is true of. It cannot change.'),
    storageClassName: required(string, 'The class it is about. It cannot change.'),
  },
  { doc: 'How much room a driver has for volumes of a class, and where.' },
);
export type CSIStorageCapacity = Static<typeof CSIStorageCapacity>;
