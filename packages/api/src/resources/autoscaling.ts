import { autoscalerColumns, autoscalerV1Columns } from '../columns/autoscaler.ts';
import { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import { HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler.ts';
import type { Resource } from '../resource.ts';
import { namespacedV1, metadataFields } from './fields.ts';

const common = { ...namespacedV1, group: 'autoscaling' } as const;

export const horizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = {
  ...common,
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  schema: HorizontalPodAutoscaler,
  subresources: ['status'],
  columns: autoscalerColumns,
  selectableFields: metadataFields,
};

export const horizontalPodAutoscalersV1: Resource<AutoscalingV1HorizontalPodAutoscaler> = {
  ...common,
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  singular: 'horizontalpodautoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  schema: AutoscalingV1HorizontalPodAutoscaler,
  subresources: ['status'],
  columns: autoscalerV1Columns,
  selectableFields: metadataFields,
};
