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
  effect: required(string, 'NoSchedule, PreferNoSchedule or NoExecute.'),
  key: required(string, 'The key.'),
  timeAdded: optional(time, 'When it came.'),
  value: optional(string, 'The value.'),
});
export type Taint = Static<typeof Taint>;

export const NodeSelectorRequirement = object('io.k8s.api.core.v1.NodeSelectorRequirement', {
  key: required(string, 'The label or field.'),
  operator: required(string, 'In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
  values: optional(list(string, { listType: 'atomic' }), 'The values.'),
});
export type NodeSelectorRequirement = Static<typeof NodeSelectorRequirement>;

export const NodeSelectorTerm = object(
  'io.k8s.api.core.v1.NodeSelectorTerm',
  {
    matchExpressions: optional(list(NodeSelectorRequirement, { listType: 'atomic' }), 'What the labels must be.'),
    matchFields: optional(
      list(NodeSelectorRequirement, { listType: 'atomic' }),
      'What the fields must be; metadata.name alone.',
    ),
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
    nodeSelectorTerms: required(list(NodeSelectorTerm, { listType: 'atomic' }), 'The terms, of which one must hold.'),
  },
  { mapType: 'atomic' },
);
export type NodeSelector = Static<typeof NodeSelector>;

export const NodeAffinity = object('io.k8s.api.core.v1.NodeAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: optional(
    list(PreferredSchedulingTerm, { listType: 'atomic' }),
    'What would be better, with weights.',
  ),
  requiredDuringSchedulingIgnoredDuringExecution: optional(NodeSelector, 'What must be.'),
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
  preferredDuringSchedulingIgnoredDuringExecution: optional(
    list(WeightedPodAffinityTerm, { listType: 'atomic' }),
    'What would be better, with weights.',
  ),
  requiredDuringSchedulingIgnoredDuringExecution: optional(
    list(PodAffinityTerm, { listType: 'atomic' }),
    'What must be.',
  ),
});
export type PodAffinity = Static<typeof PodAffinity>;

export const PodAntiAffinity = object('io.k8s.api.core.v1.PodAntiAffinity', {
  preferredDuringSchedulingIgnoredDuringExecution: optional(
    list(WeightedPodAffinityTerm, { listType: 'atomic' }),
    'What would be better, with weights.',
  ),
  requiredDuringSchedulingIgnoredDuringExecution: optional(
    list(PodAffinityTerm, { listType: 'atomic' }),
    'What must be.',
  ),
});
export type PodAntiAffinity = Static<typeof PodAntiAffinity>;

export const Affinity = object('io.k8s.api.core.v1.Affinity', {
  nodeAffinity: optional(NodeAffinity, 'Which nodes.'),
  podAffinity: optional(PodAffinity, 'Near which pods.'),
  podAntiAffinity: optional(PodAntiAffinity, 'Away from which pods.'),
});
export type Affinity = Static<typeof Affinity>;

export const PodSchedulingGate = object('io.k8s.api.core.v1.PodSchedulingGate', {
  name: required(string),
});
export type PodSchedulingGate = Static<typeof PodSchedulingGate>;

export const PodSchedulingGroup = object(
  'io.k8s.api.core.v1.PodSchedulingGroup',
  {
    podGroupName: optional(string),
  },
  { union: { fields: ['podGroupName'] } },
);
export type PodSchedulingGroup = Static<typeof PodSchedulingGroup>;

export const Toleration = object('io.k8s.api.core.v1.Toleration', {
  effect: optional(string, 'Which effect it tolerates; every one when empty.'),
  key: optional(string, 'Which taint; every one when empty, with Exists.'),
  operator: optional(string, 'Equal (the default) or Exists.'),
  tolerationSeconds: optional(int64, 'How long it stays after a NoExecute taint has come; for ever when absent.'),
  value: optional(string, 'The value of the taint.'),
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
