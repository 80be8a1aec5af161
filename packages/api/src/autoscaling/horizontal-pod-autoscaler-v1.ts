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
    maxReplicas: required(int32),
    minReplicas: optional(int32),
    scaleTargetRef: required(AutoscalingV1CrossVersionObjectReference),
    targetCPUUtilizationPercentage: optional(int32),
  },
);
export type AutoscalingV1HorizontalPodAutoscalerSpec = Static<typeof AutoscalingV1HorizontalPodAutoscalerSpec>;

export const AutoscalingV1HorizontalPodAutoscalerStatus = object(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus',
  {
    currentCPUUtilizationPercentage: optional(int32),
    currentReplicas: required(int32),
    desiredReplicas: required(int32),
    lastScaleTime: optional(time),
    observedGeneration: optional(int64),
  },
);
export type AutoscalingV1HorizontalPodAutoscalerStatus = Static<typeof AutoscalingV1HorizontalPodAutoscalerStatus>;

export const AutoscalingV1HorizontalPodAutoscaler = object('io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler', {
  apiVersion: optional(string, 'The group and version of this representation.'),
  kind: optional(string, 'The kind of this representation.'),
  metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
  spec: required(AutoscalingV1HorizontalPodAutoscalerSpec, 'What is wanted.'),
  status: optional(AutoscalingV1HorizontalPodAutoscalerStatus, 'What was last observed.'),
});
export type AutoscalingV1HorizontalPodAutoscaler = Static<typeof AutoscalingV1HorizontalPodAutoscaler>;
