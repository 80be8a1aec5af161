import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { ObjectReference } from './references.ts';

export const Binding = object('io.k8s.api.core.v1.Binding', {
  apiVersion: optional(string),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  target: required(ObjectReference),
});
export type Binding = Static<typeof Binding>;
