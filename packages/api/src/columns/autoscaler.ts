import type { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '../autoscaling/horizontal-pod-autoscaler.ts';
import { autoscalerFromV1 } from '../conversion/horizontal-pod-autoscaler.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

const maxShown = 2;

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column('Reference', 'What it scales.', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  column('Targets', 'Its metrics: what is, and what is aimed at.', targets),
  column('MinPods', 'The fewest pods.', ({ spec }) => spec.minReplicas?.toString() ?? '<unset>'),
  column('MaxPods', 'The most pods.', ({ spec }) => spec.maxReplicas),
  column('Replicas', 'How many pods there are.', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn,
];

/** The same table, whichever version is asked. */
export const autoscalerV1Columns: readonly Column<AutoscalingV1HorizontalPodAutoscaler>[] = autoscalerColumns.map(
  (shown) => ({ ...shown, cell: (object, now) => shown.cell(autoscalerFromV1(object), now) }),
);

function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, maxShown).map((metric, index) => target(metric, status?.currentMetrics?.[index]));
  const more = metrics.length - maxShown;
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ');
}

function target(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return amount(spec.external, status?.external);
    case 'Object':
      return amount(spec.object, status?.object);
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? unknown}/${spec.pods?.target.averageValue ?? '0'}`;
    case 'Resource':
      return resource(spec.resource, status?.resource);
    case 'ContainerResource':
      return resource(spec.containerResource, status?.containerResource);
    default:
      return '<unknown type>';
  }
}

const unknown = '<unknown>';
type Source = { target: { value?: string | undefined; averageValue?: string | undefined } };
type Current = { current: { value?: string | undefined; averageValue?: string | undefined } };

function amount(source: Source | undefined, status: Current | undefined): string {
  const { value, averageValue } = source?.target ?? {};
  if (averageValue !== undefined) return `${status?.current.averageValue ?? unknown}/${averageValue} (avg)`;
  return `${status?.current.value ?? unknown}/${value ?? '0'}`;
}

type ResourceSource = MetricSpec['resource'] | MetricSpec['containerResource'];
type ResourceStatus = MetricStatus['resource'] | MetricStatus['containerResource'];

function resource(source: ResourceSource, status: ResourceStatus): string {
  const { averageValue, averageUtilization } = source?.target ?? {};
  const name = source?.name ?? '';
  if (averageValue !== undefined) return `${name}: ${status?.current.averageValue ?? unknown}/${averageValue}`;
  const current = status?.current.averageUtilization;
  const aim = averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`;
  return `${name}: ${current === undefined ? unknown : `${current}%`}/${aim}`;
}
