import { ObjectMeta, object, optional, required, stored, string, type Static } from '@wherry/apimachinery';
import { ObjectReference } from './references.ts';

export const Binding = object(
  'io.k8s.api.core.v1.Binding',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    target: required(ObjectReference, 'The node.'),
  },
  { doc: 'Puts a pod on a node.' },
);
export type Binding = Static<typeof Binding>;
