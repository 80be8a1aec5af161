import { ObjectMeta, boolean, int32, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const PriorityClass = object('io.k8s.api.scheduling.v1.PriorityClass', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  description: optional(string),
  globalDefault: optional(boolean),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  preemptionPolicy: optional(string),
  value: optional(int32),
});
export type PriorityClass = Static<typeof PriorityClass>;
