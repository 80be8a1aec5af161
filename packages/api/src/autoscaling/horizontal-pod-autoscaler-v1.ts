import {
  ObjectMeta,
  int32,
  int64,
  object,
  optional,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const AutoscalingV1CrossVersionObjectReference = object(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  {
    apiVersion: optional(string),
    kind: required(string),
    name: required(string),
  },
  { mapType: 'atomic' },
);
export type AutoscalingV1CrossVersionObjectReference = Static<typeof AutoscalingV1CrossVersionObjectReference>;

export const AutoscalingV1HorizontalPodAutoscalerSpec = object(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec',
  {
    maxReplicas: required(int32, 'The most pods.'),
    minReplicas: optional(int32, 'The fewest pods; 1 by default.'),
    scaleTargetRef: required(AutoscalingV1CrossVersionObjectReference, 'What it scales.'),
    targetCPUUtilizationPercentage: optional(int32, 'How much of the requested cpu the pods should use on average.'),
  },
);
export type AutoscalingV1HorizontalPodAutoscalerSpec = Static<typeof AutoscalingV1HorizontalPodAutoscalerSpec>;

export const AutoscalingV1HorizontalPodAutoscalerStatus = object(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus',
  {
    currentCPUUtilizationPercentage: optional(int32, 'How much of it they use.'),
    currentReplicas: required(int32, 'Pods there are.'),
    desiredReplicas: required(int32, 'Pods it last asked for.'),
    lastScaleTime: optional(time, 'When it last scaled.'),
    observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
  },
);
export type AutoscalingV1HorizontalPodAutoscalerStatus = Static<typeof AutoscalingV1HorizontalPodAutoscalerStatus>;

export const AutoscalingV1HorizontalPodAutoscaler = object(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(AutoscalingV1HorizontalPodAutoscalerSpec, 'What is wanted.'),
    status: optional(AutoscalingV1HorizontalPodAutoscalerStatus, 'What was last observed.'),
  },
  { doc: 'Changes the size of a workload by the cpu that it uses.' },
);
export type AutoscalingV1HorizontalPodAutoscaler = Static<typeof AutoscalingV1HorizontalPodAutoscaler>;
