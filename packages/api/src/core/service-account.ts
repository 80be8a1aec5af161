import { ObjectMeta, boolean, list, object, optional, stored, string, type Static } from '@wherry/apimachinery';
import { LocalObjectReference, ObjectReference } from './references.ts';

export const ServiceAccount = object(
  'io.k8s.api.core.v1.ServiceAccount',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    automountServiceAccountToken: optional(boolean, 'Whether pods get its token.'),
    imagePullSecrets: optional(
      list(LocalObjectReference, { listType: 'atomic' }),
      "Secrets with which its pods' images are pulled.",
    ),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    secrets: optional(
      list(ObjectReference, { listType: 'map', mapKeys: ['name'], patchStrategy: 'merge', patchMergeKey: 'name' }),
      'Secrets its pods may use; hardly used any more.',
    ),
  },
  { doc: 'An identity for processes in pods.' },
);
export type ServiceAccount = Static<typeof ServiceAccount>;
