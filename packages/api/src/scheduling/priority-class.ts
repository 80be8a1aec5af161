import { ObjectMeta, boolean, int32, object, optional, stored, string, type Static } from '@wherry/apimachinery';

export const PriorityClass = object(
  'io.k8s.api.scheduling.v1.PriorityClass',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    description: optional(string, 'What it is for.'),
    globalDefault: optional(boolean, 'Pods without a class have this one; at most one is so.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    preemptionPolicy: optional(string, 'PreemptLowerPriority (the default) or Never. It cannot change.'),
    value: optional(int32, 'The priority of its pods; higher ones come first. It cannot change.'),
  },
  { doc: 'A name for a priority of pods.' },
);
export type PriorityClass = Static<typeof PriorityClass>;

/** The classes that every cluster has; only they may be named `system-...`. */
export const systemPriorityClasses = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
] as const;
