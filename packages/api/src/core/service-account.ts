import { ObjectMeta, boolean, list, object, optional, stored, string, type Static } from '@wherry/apimachinery';
import { LocalObjectReference, ObjectReference } from './references.ts';

export const ServiceAccount = object('io.k8s.api.core.v1.ServiceAccount', {
  apiVersion: optional(string),
  automountServiceAccountToken: optional(boolean),
  imagePullSecrets: optional(list(LocalObjectReference, { listType: 'atomic' })),
  kind: optional(string),
  metadata: stored(ObjectMeta),
  secrets: optional(
    list(ObjectReference, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
  ),
});
export type ServiceAccount = Static<typeof ServiceAccount>;
