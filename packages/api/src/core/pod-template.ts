import { ObjectMeta, object, optional, stored, string, type Static } from '@wherry/apimachinery';
import { PodTemplateSpec } from './pod.ts';

export const PodTemplate = object(
  'io.k8s.api.core.v1.PodTemplate',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    template: stored(PodTemplateSpec, 'The pod.'),
  },
  { doc: 'A pod to be made, kept for later.' },
);
export type PodTemplate = Static<typeof PodTemplate>;
