import { clone, exceedsDepth, type ObjectMeta } from '@wherry/apimachinery';
import type { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import {
  HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerBehavior,
  type HorizontalPodAutoscalerCondition,
  type HPAScalingRules,
  type MetricSpec,
  type MetricStatus,
} from '../autoscaling/horizontal-pod-autoscaler.ts';
import { specFromV1, specToV1, statusFromV1, statusToV1 } from './autoscaler-metrics.ts';
import { decoded } from './decoded.ts';

type V1 = AutoscalingV1HorizontalPodAutoscaler;
type V2 = HorizontalPodAutoscaler;

/** What v1 has no fields for stands in these annotations, as JSON; see KEP-117 and upstream's conversion. */
const prefix = 'autoscaling.alpha.kubernetes.io/';
const annotations = {
  metrics: `${prefix}metrics`,
  currentMetrics: `${prefix}current-metrics`,
  conditions: `${prefix}conditions`,
  behavior: `${prefix}behavior`,
};

/** autoscaling/v2, in which autoscalers are stored, as autoscaling/v1. Shares nothing that either side changes. */
export function autoscalerToV1(object: V2): V1 {
  const { spec, status } = object;
  const others = (spec.metrics ?? []).filter((metric) => !isCpu(metric));
  const cpu = (spec.metrics ?? []).find(isCpu);
  const current = status?.currentMetrics ?? [];
  const currentCpu = current.find(
    ({ type, resource }) =>
      type === 'Resource' && resource?.name === 'cpu' && resource.current.averageUtilization !== undefined,
  );
  const conditions = status?.conditions ?? [];
  return {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(object.metadata, {
      [annotations.metrics]: others.length > 0 ? others.map(specToV1) : undefined,
      [annotations.currentMetrics]: current.length > 0 ? current.map(statusToV1) : undefined,
      [annotations.conditions]: conditions.length > 0 ? conditions : undefined,
      [annotations.behavior]: spec.behavior && behaviorToV1(spec.behavior),
    }),
    spec: {
      maxReplicas: spec.maxReplicas,
      minReplicas: spec.minReplicas,
      scaleTargetRef: spec.scaleTargetRef,
      targetCPUUtilizationPercentage: cpu?.resource?.target.averageUtilization,
    },
    status: status && {
      currentCPUUtilizationPercentage: currentCpu?.resource?.current.averageUtilization,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas,
      lastScaleTime: status.lastScaleTime,
      observedGeneration: status.observedGeneration,
    },
  };
}

/** An annotation that is no such JSON is dropped with the others, as upstream does. */
export function autoscalerFromV1(object: V1): V2 {
  const { spec, status } = object;
  const kept = object.metadata.annotations ?? {};
  const metrics: MetricSpec[] = readList(kept[annotations.metrics]).map(specFromV1);
  const percentage = spec.targetCPUUtilizationPercentage;
  if (percentage !== undefined) {
    const target = { type: 'Utilization', averageUtilization: percentage };
    metrics.push({ type: 'Resource', resource: { name: 'cpu', target } });
  }
  const currentMetrics: MetricStatus[] = readList(kept[annotations.currentMetrics]).map(statusFromV1);
  if (currentMetrics.length === 0 && status?.currentCPUUtilizationPercentage !== undefined) {
    const current = { averageUtilization: status.currentCPUUtilizationPercentage };
    currentMetrics.push({ type: 'Resource', resource: { name: 'cpu', current } });
  }
  const conditions = readList(kept[annotations.conditions]) as unknown as HorizontalPodAutoscalerCondition[];
  const hasMore = currentMetrics.length + conditions.length > 0;
  return decoded(HorizontalPodAutoscaler, {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(object.metadata, {}),
    spec: {
      behavior: behaviorFromV1(readJson(kept[annotations.behavior])),
      maxReplicas: spec.maxReplicas,
      metrics: metrics.length > 0 ? metrics : undefined,
      minReplicas: spec.minReplicas,
      scaleTargetRef: spec.scaleTargetRef,
    },
    status: (status ?? (hasMore ? {} : undefined)) && {
      conditions: conditions.length > 0 ? conditions : undefined,
      currentMetrics: currentMetrics.length > 0 ? currentMetrics : undefined,
      currentReplicas: status?.currentReplicas,
      desiredReplicas: status?.desiredReplicas ?? 0,
      lastScaleTime: status?.lastScaleTime,
      observedGeneration: status?.observedGeneration,
    },
  });
}

/** Some of the annotations are part of the spec and some of the status: a write of the one leaves the other alone. */
export function keepAutoscalerAnnotations(object: V1, old: V1, of: 'spec' | 'status'): void {
  const values = { ...object.metadata.annotations };
  const { metrics, behavior, currentMetrics, conditions } = annotations;
  for (const name of of === 'spec' ? [metrics, behavior] : [currentMetrics, conditions]) {
    const before = old.metadata.annotations?.[name];
    if (before === undefined) delete values[name];
    else values[name] = before;
  }
  object.metadata.annotations = Object.keys(values).length > 0 ? values : undefined;
}

function isCpu({ type, resource }: MetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
}

function withAnnotations(meta: ObjectMeta, values: Record<string, unknown>): ObjectMeta {
  const result = { ...meta.annotations };
  for (const name of Object.values(annotations)) delete result[name];
  for (const [name, value] of Object.entries(values)) if (value !== undefined) result[name] = JSON.stringify(value);
  return { ...meta, annotations: Object.keys(result).length > 0 ? result : undefined };
}

function readJson(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return exceedsDepth(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function readList(json: string | undefined): Record<string, unknown>[] {
  const value = readJson(json);
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}

/** Upstream writes its internal type here, whose fields have Go's names. */
function behaviorToV1({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): object {
  return { ScaleUp: rulesToV1(scaleUp), ScaleDown: rulesToV1(scaleDown) };
}

function rulesToV1(rules: HPAScalingRules | undefined): object | null {
  if (rules === undefined) return null;
  return {
    StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
    SelectPolicy: rules.selectPolicy ?? null,
    Policies: (rules.policies ?? []).map(({ type, value, periodSeconds }) => ({
      Type: type,
      Value: value,
      PeriodSeconds: periodSeconds,
    })),
    Tolerance: rules.tolerance ?? null,
  };
}

/** Go reads names in any case. */
function behaviorFromV1(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return lowerNames(clone(value));
}

function lowerNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.charAt(0).toLowerCase() + name.slice(1), lowerNames(inner)]),
  );
}
