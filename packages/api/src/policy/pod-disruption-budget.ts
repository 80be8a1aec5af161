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
  maxUnavailable: optional(intOrString),
  minAvailable: optional(intOrString),
  selector: optional({ ...LabelSelector, patchStrategy: 'replace' }),
  unhealthyPodEvictionPolicy: optional(string),
});
export type PodDisruptionBudgetSpec = Static<typeof PodDisruptionBudgetSpec>;

export const PodDisruptionBudgetStatus = object('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  conditions: optional(
    list(Condition, { listType: 'map', mapKeys: ['type'], patchStrategy: 'merge', patchMergeKey: 'type' }),
  ),
  currentHealthy: optional(int32),
  desiredHealthy: optional(int32),
  disruptedPods: optional(map(time)),
  disruptionsAllowed: optional(int32),
  expectedPods: optional(int32),
  observedGeneration: optional(int64),
});
export type PodDisruptionBudgetStatus = Static<typeof PodDisruptionBudgetStatus>;

export const PodDisruptionBudget = object('io.k8s.api.policy.v1.PodDisruptionBudget', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: stored(PodDisruptionBudgetSpec, 'What is wanted.'),
  status: optional(PodDisruptionBudgetStatus, 'What was last observed.'),
});
export type PodDisruptionBudget = Static<typeof PodDisruptionBudget>;
