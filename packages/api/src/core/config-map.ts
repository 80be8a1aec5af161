import { ObjectMeta, boolean, bytes, map, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const ConfigMap = object(
  'io.k8s.api.core.v1.ConfigMap',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    binaryData: optional(map(bytes), 'Keys with binary values, in base64.'),
    data: optional(map(string), 'Keys with text.'),
    immutable: optional(boolean, 'Whether its data can never change.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  },
  { doc: 'Configuration that pods can read.' },
);
export type ConfigMap = Static<typeof ConfigMap>;
