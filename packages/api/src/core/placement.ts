import {
  LabelSelector,
  int32,
  int64,
  list,
  object,
  optional,
  required,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const Taint = object('io.k8s.api.core.v1.Taint', {
  effect: required(string),
  key: required(string),
  timeAdded: optional(time),
  value: optional(string),
});
export type Taint = Static<typeof Taint>;

export const NodeSelectorRequirement = object('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: required(string),
  operator: required(string),
  values: optional(list(string, { listType: 'atomic' })),
});
export type NodeSelectorRequirement = Static<typeof NodeSelectorRequirement>;

export const NodeSelectorTerm = object(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: optional(list(NodeSelectorRequirement, { listType: 'atomic' })),
    matchFields: optional(list(NodeSelectorRequirement, { listType: 'atomic' })),
  },
  { mapType: 'atomic' },
);
export type NodeSelectorTerm = Static<typeof NodeSelectorTerm>;

export const PreferredSchedulingTerm = object('io.k8s.api.core.v1.PreferredSchedulingTerm', {
  preference: required(NodeSelectorTerm),
  weight: required(int32),
});
export type PreferredSchedulingTerm = Static<typeof PreferredSchedulingTerm>;

export const NodeSelector = object(
  'io.k8s.api.core.v1.NodeSelector',
  {
    nodeSelectorTerms: required(list(NodeSelectorTerm, { listType: 'atomic' })),
  },
  { mapType: 'atomic' },
);
export type NodeSelector = Static<typeof NodeSelector>;

export const NodeAffinity = object('io.k8s.api.core.v1.NodeAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: optional(list(PreferredSchedulingTerm, { listType: 'atomic' })),
  requiredDuringSchedulingIgnoredDuringExecution: optional(NodeSelector),
});
export type NodeAffinity = Static<typeof NodeAffinity>;

export const PodAffinityTerm = object('io.k8s.api.core.v1.PodAffinityTerm', {
  labelSelector: optional(LabelSelector),
  matchLabelKeys: optional(list(string, { listType: 'atomic' })),
  mismatchLabelKeys: optional(list(string, { listType: 'atomic' })),
  namespaceSelector: optional(LabelSelector),
  namespaces: optional(list(string, { listType: 'atomic' })),
  topologyKey: required(string),
});
export type PodAffinityTerm = Static<typeof PodAffinityTerm>;

export const WeightedPodAffinityTerm = object('io.k8s.api.core.v1.WeightedPodAffinityTerm', {
  podAffinityTerm: required(PodAffinityTerm),
  weight: required(int32),
});
export type WeightedPodAffinityTerm = Static<typeof WeightedPodAffinityTerm>;

export const PodAffinity = object('io.k8s.api.core.v1.PodAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: optional(list(WeightedPodAffinityTerm, { listType: 'atomic' })),
  requiredDuringSchedulingIgnoredDuringExecution: optional(list(PodAffinityTerm, { listType: 'atomic' })),
});
export type PodAffinity = Static<typeof PodAffinity>;

export const PodAntiAffinity = object('io.k8s.api.core.v1.PodAntiAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: optional(list(WeightedPodAffinityTerm, { listType: 'atomic' })),
  requiredDuringSchedulingIgnoredDuringExecution: optional(list(PodAffinityTerm, { listType: 'atomic' })),
});
export type PodAntiAffinity = Static<typeof PodAntiAffinity>;

export const Affinity = object('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: optional(NodeAffinity),
  podAffinity: optional(PodAffinity),
  podAntiAffinity: optional(PodAntiAffinity),
});
export type Affinity = Static<typeof Affinity>;

export const PodSchedulingGate = object('io.k8s.api.core.v1.PodSchedulingGate', {
  name: required(string),
});
export type PodSchedulingGate = Static<typeof PodSchedulingGate>;

export const PodSchedulingGroup = object('io.k8s.api.core.v1.PodSchedulingGroup', {
  podGroupName: optional(string),
});
export type PodSchedulingGroup = Static<typeof PodSchedulingGroup>;

export const Toleration = object('io.k8s.api.core.v1.Toleration', {
  effect: optional(string),
  key: optional(string),
  operator: optional(string),
  tolerationSeconds: optional(int64),
  value: optional(string),
});
export type Toleration = Static<typeof Toleration>;

export const TopologySpreadConstraint = object('io.k8s.api.core.v1.TopologySpreadConstraint', {
  labelSelector: optional(LabelSelector),
  matchLabelKeys: optional(list(string, { listType: 'atomic' })),
  maxSkew: required(int32),
  minDomains: optional(int32),
  nodeAffinityPolicy: optional(string),
  nodeTaintsPolicy: optional(string),
  topologyKey: required(string),
  whenUnsatisfiable: required(string),
});
export type TopologySpreadConstraint = Static<typeof TopologySpreadConstraint>;
