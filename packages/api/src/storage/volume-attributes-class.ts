import { ObjectMeta, map, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';

export const VolumeAttributesClass = object(
  'io.k8s.api.storage.v1.VolumeAttributesClass',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    driverName: required(string, 'The driver that knows the parameters. It cannot change.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    parameters: optional(map(string), 'What the driver is told. It cannot change.'),
  },
  { doc: 'What of a volume may be changed while it is in use.' },
);
export type VolumeAttributesClass = Static<typeof VolumeAttributesClass>;
