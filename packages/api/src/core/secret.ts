import { ObjectMeta, boolean, bytes, map, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const Secret = object('io.k8s.api.core.v1.Secret', {
  apiVersion: optional(string),
  data: optional(map(bytes)),
  immutable: optional(boolean),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  stringData: optional(map(string)),
  type: optional(string),
});
export type Secret = Static<typeof Secret>;
