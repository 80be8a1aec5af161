import {
  Condition,
  LabelSelector,
  ObjectMeta,
  int32,
  int64,
  intOrString,
  list,
  map,
  object,
  optional,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const PodDisruptionBudgetSpec = object('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', {
  maxUnavailable: optional(
    intOrString,
    'How many of the pods may be missing after an eviction: a count or a percentage.',
  ),
  minAvailable: optional(intOrString, 'How many of the pods must stay after an eviction: a count or a percentage.'),
  selector: optional({ ...LabelSelector, patchStrategy: 'replace' }, 'Which pods it guards.'),
  unhealthyPodEvictionPolicy: optional(
    string,
    'Whether unready pods may always go: IfHealthyBudget (the default) or AlwaysAllow.',
  ),
});
export type PodDisruptionBudgetSpec = Static<typeof PodDisruptionBudgetSpec>;

export const PodDisruptionBudgetStatus = object('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  conditions: optional(
    list(Condition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
    'DisruptionAllowed: whether a pod may be evicted now.',
  ),
  currentHealthy: optional(int32, 'Healthy pods there are.'),
  desiredHealthy: optional(int32, 'Healthy pods there must be.'),
  disruptedPods: optional(map(time), 'Pods whose eviction was allowed and is not seen yet.'),
  disruptionsAllowed: optional(int32, 'How many pods may be evicted now.'),
  expectedPods: optional(int32, 'Pods that are counted.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
});
export type PodDisruptionBudgetStatus = Static<typeof PodDisruptionBudgetStatus>;

export const PodDisruptionBudget = object(
  'io.k8s.api.policy.v1.PodDisruptionBudget',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: stored(PodDisruptionBudgetSpec, 'What is wanted.'),
    status: optional(PodDisruptionBudgetStatus, 'What was last observed.'),
  },
  { doc: 'Limits how many pods of a set may be evicted at once.' },
);
export type PodDisruptionBudget = Static<typeof PodDisruptionBudget>;
