import { ObjectMeta, boolean, bytes, map, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const Secret = object(
  'io.k8s.api.core.v1.Secret',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    data: optional(map(bytes), 'Keys with values, in base64.'),
    immutable: optional(boolean, 'Whether its data can never change.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    stringData: optional(map(string), 'Keys with text, to write data without base64; never read back.'),
    type: optional(string, 'What kind of data it holds; Opaque by default.'),
  },
  { doc: 'Confidential data that pods can read.' },
);
export type Secret = Static<typeof Secret>;
