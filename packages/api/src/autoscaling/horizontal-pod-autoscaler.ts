import {
  LabelSelector,
  ObjectMeta,
  int32,
  int64,
  list,
  object,
  optional,
  quantity,
  required,
  stored,
  string,
  time,
  type Static,
} from '@wherry/apimachinery';

export const HPAScalingPolicy = object('io.k8s.api.autoscaling.v2.HPAScalingPolicy', {
  periodSeconds: required(int32, 'The time in which it may do so, up to 1800.'),
  type: required(string, 'Pods or Percent.'),
  value: required(int32, 'How many pods or percent.'),
});
export type HPAScalingPolicy = Static<typeof HPAScalingPolicy>;

export const HPAScalingRules = object('io.k8s.api.autoscaling.v2.HPAScalingRules', {
  policies: optional(list(HPAScalingPolicy, { listType: 'atomic' }), 'How fast it may go.'),
  selectPolicy: optional(string, 'Which of the policies counts: Max, Min, or Disabled to not scale in this direction.'),
  stabilizationWindowSeconds: optional(int32, 'How long back recommendations are looked at, up to 3600.'),
  tolerance: optional(quantity, 'How far from its target a metric may be without scaling.'),
});
export type HPAScalingRules = Static<typeof HPAScalingRules>;

export const HorizontalPodAutoscalerBehavior = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior', {
  scaleDown: optional(HPAScalingRules, 'How it shrinks.'),
  scaleUp: optional(HPAScalingRules, 'How it grows.'),
});
export type HorizontalPodAutoscalerBehavior = Static<typeof HorizontalPodAutoscalerBehavior>;

export const MetricTarget = object('io.k8s.api.autoscaling.v2.MetricTarget', {
  averageUtilization: optional(int32, 'Percent of what the pods request, on average.'),
  averageValue: optional(quantity, 'The value per pod.'),
  type: required(string, 'Utilization, Value or AverageValue.'),
  value: optional(quantity, 'The value itself.'),
});
export type MetricTarget = Static<typeof MetricTarget>;

export const ContainerResourceMetricSource = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricSource', {
  container: required(string),
  name: required(string),
  target: required(MetricTarget),
});
export type ContainerResourceMetricSource = Static<typeof ContainerResourceMetricSource>;

export const MetricIdentifier = object('io.k8s.api.autoscaling.v2.MetricIdentifier', {
  name: required(string, 'The name of the metric.'),
  selector: optional(LabelSelector, 'Which series of it.'),
});
export type MetricIdentifier = Static<typeof MetricIdentifier>;

export const ExternalMetricSource = object('io.k8s.api.autoscaling.v2.ExternalMetricSource', {
  metric: required(MetricIdentifier),
  target: required(MetricTarget),
});
export type ExternalMetricSource = Static<typeof ExternalMetricSource>;

export const CrossVersionObjectReference = object('io.k8s.api.autoscaling.v2.CrossVersionObjectReference', {
  apiVersion: optional(string, 'The group and version of the object.'),
  kind: required(string, 'The kind of the object.'),
  name: required(string, 'The name of the object.'),
});
export type CrossVersionObjectReference = Static<typeof CrossVersionObjectReference>;

export const ObjectMetricSource = object('io.k8s.api.autoscaling.v2.ObjectMetricSource', {
  describedObject: required(CrossVersionObjectReference),
  metric: required(MetricIdentifier),
  target: required(MetricTarget),
});
export type ObjectMetricSource = Static<typeof ObjectMetricSource>;

export const PodsMetricSource = object('io.k8s.api.autoscaling.v2.PodsMetricSource', {
  metric: required(MetricIdentifier),
  target: required(MetricTarget),
});
export type PodsMetricSource = Static<typeof PodsMetricSource>;

export const ResourceMetricSource = object('io.k8s.api.autoscaling.v2.ResourceMetricSource', {
  name: required(string),
  target: required(MetricTarget),
});
export type ResourceMetricSource = Static<typeof ResourceMetricSource>;

export const MetricSpec = object('io.k8s.api.autoscaling.v2.MetricSpec', {
  containerResource: optional(ContainerResourceMetricSource, 'A resource of one container of each pod.'),
  external: optional(ExternalMetricSource, 'A metric from outside the cluster.'),
  object: optional(ObjectMetricSource, 'A metric of one object.'),
  pods: optional(PodsMetricSource, 'A metric of each pod.'),
  resource: optional(ResourceMetricSource, 'A resource of each pod, cpu or memory.'),
  type: required(string, 'Which of the sources is set.'),
});
export type MetricSpec = Static<typeof MetricSpec>;

export const HorizontalPodAutoscalerSpec = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec', {
  behavior: optional(HorizontalPodAutoscalerBehavior, 'How fast it may scale.'),
  maxReplicas: required(int32, 'The most pods.'),
  metrics: optional(list(MetricSpec, { listType: 'atomic' }), 'What decides; 80% of requested cpu when absent.'),
  minReplicas: optional(int32, 'The fewest pods; 1 by default.'),
  scaleTargetRef: required(CrossVersionObjectReference, 'What it scales.'),
});
export type HorizontalPodAutoscalerSpec = Static<typeof HorizontalPodAutoscalerSpec>;

export const HorizontalPodAutoscalerCondition = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition', {
  lastTransitionTime: optional(time),
  message: optional(string),
  reason: optional(string),
  status: required(string),
  type: required(string),
});
export type HorizontalPodAutoscalerCondition = Static<typeof HorizontalPodAutoscalerCondition>;

export const MetricValueStatus = object('io.k8s.api.autoscaling.v2.MetricValueStatus', {
  averageUtilization: optional(int32),
  averageValue: optional(quantity),
  value: optional(quantity),
});
export type MetricValueStatus = Static<typeof MetricValueStatus>;

export const ContainerResourceMetricStatus = object('io.k8s.api.autoscaling.v2.ContainerResourceMetricStatus', {
  container: required(string),
  current: required(MetricValueStatus),
  name: required(string),
});
export type ContainerResourceMetricStatus = Static<typeof ContainerResourceMetricStatus>;

export const ExternalMetricStatus = object('io.k8s.api.autoscaling.v2.ExternalMetricStatus', {
  current: required(MetricValueStatus),
  metric: required(MetricIdentifier),
});
export type ExternalMetricStatus = Static<typeof ExternalMetricStatus>;

export const ObjectMetricStatus = object('io.k8s.api.autoscaling.v2.ObjectMetricStatus', {
  current: required(MetricValueStatus),
  describedObject: required(CrossVersionObjectReference),
  metric: required(MetricIdentifier),
});
export type ObjectMetricStatus = Static<typeof ObjectMetricStatus>;

export const PodsMetricStatus = object('io.k8s.api.autoscaling.v2.PodsMetricStatus', {
  current: required(MetricValueStatus),
  metric: required(MetricIdentifier),
});
export type PodsMetricStatus = Static<typeof PodsMetricStatus>;

export const ResourceMetricStatus = object('io.k8s.api.autoscaling.v2.ResourceMetricStatus', {
  current: required(MetricValueStatus),
  name: required(string),
});
export type ResourceMetricStatus = Static<typeof ResourceMetricStatus>;

export const MetricStatus = object('io.k8s.api.autoscaling.v2.MetricStatus', {
  containerResource: optional(ContainerResourceMetricStatus),
  external: optional(ExternalMetricStatus),
  object: optional(ObjectMetricStatus),
  pods: optional(PodsMetricStatus),
  resource: optional(ResourceMetricStatus),
  type: required(string),
});
export type MetricStatus = Static<typeof MetricStatus>;

export const HorizontalPodAutoscalerStatus = object('io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus', {
  conditions: optional(
    list(HorizontalPodAutoscalerCondition, {
      listType: 'map',
      mapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    }),
    'Whether it can scale, and whether it is limited.',
  ),
  currentMetrics: optional(list(MetricStatus, { listType: 'atomic' }), 'What the metrics said.'),
  currentReplicas: optional(int32, 'Pods there are.'),
  desiredReplicas: required(int32, 'Pods it last asked for.'),
  lastScaleTime: optional(time, 'When it last scaled.'),
  observedGeneration: optional(int64, 'The generation of the spec that this status is about.'),
});
export type HorizontalPodAutoscalerStatus = Static<typeof HorizontalPodAutoscalerStatus>;

export const HorizontalPodAutoscaler = object(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  {
    apiVersion: optional(string, 'The group and version of this representation.'),
    kind: optional(string, 'The kind of this representation.'),
    metadata: stored(ObjectMeta, 'Name, labels and what else every object has.'),
    spec: required(HorizontalPodAutoscalerSpec, 'What is wanted.'),
    status: optional(HorizontalPodAutoscalerStatus, 'What was last observed.'),
  },
  { doc: 'Changes the size of a workload by what its metrics say.' },
);
export type HorizontalPodAutoscaler = Static<typeof HorizontalPodAutoscaler>;
