import { ObjectMeta, boolean, bytes, map, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const ConfigMap = object('io.k8s.api.core.v1.ConfigMap', {
  apiVersion: optional(string),
  binaryData: optional(map(bytes)),
  data: optional(map(string)),
  immutable: optional(boolean),
  kind: optional(string),
  metadata: stored(ObjectMeta),
});
export type ConfigMap = Static<typeof ConfigMap>;
