import type { HorizontalPodAutoscaler } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { longTime, metadataLines, type Page } from './page.ts';

type Spec = HorizontalPodAutoscaler['spec'];
type Target = NonNullable<NonNullable<Spec>['metrics']>[number];
type Current = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>[number];

export function describeAutoscaler(page: Page, object: Unstructured): void {
  const { metadata, spec, status } = object as unknown as HorizontalPodAutoscaler;
  metadataLines(page, object);
  page.line(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`);
  const { kind, name } = spec.scaleTargetRef;
  page.line(0, `Reference:\t${kind}/${name}`);
  page.line(0, 'Metrics:\t( current / target )');
  spec.metrics?.forEach((metric, i) => page.line(1, metricLine(metric, status?.currentMetrics?.[i])));
  page.line(0, `Min replicas:\t${spec.minReplicas ?? '<unset>'}`);
  page.line(0, `Max replicas:\t${spec.maxReplicas ?? 0}`);
  page.line(0, `${kind} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`);
  if (!status?.conditions?.length) return;
  page.line(0, 'Conditions:');
  page.line(1, 'Type\tStatus\tReason\tMessage');
  page.line(1, '----\t------\t------\t-------');
  for (const { type, status: value, reason = '', message = '' } of status.conditions) {
    page.line(1, `${type}\t${value}\t${reason}\t${message}`);
  }
}

function metricLine(metric: Target, current: Current | undefined): string {
  const { resource, pods, external, object, containerResource } = metric;
  if (resource) {
    const now = current?.resource?.current;
    const { averageUtilization, averageValue } = resource.target;
    if (averageUtilization === undefined) {
      return `resource ${resource.name} on pods:\t${now?.averageValue ?? '<unknown>'} / ${averageValue ?? ''}`;
    }
    const used =
      now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}% (${now.averageValue})`;
    return `resource ${resource.name} on pods  (as a percentage of request):\t${used} / ${averageUtilization}%`;
  }
  if (pods) {
    const now = current?.pods?.current.averageValue ?? '<unknown>';
    return `${JSON.stringify(pods.metric.name)} on pods:\t${now} / ${pods.target.averageValue ?? ''}`;
  }
  if (external) {
    const { averageValue, value } = external.target;
    const now = current?.external?.current;
    const name = JSON.stringify(external.metric.name);
    if (averageValue !== undefined) {
      return `${name} (target average value):\t${now?.averageValue ?? '<unknown>'} / ${averageValue}`;
    }
    return `${name} (target value):\t${now?.value ?? '<unknown>'} / ${value ?? ''}`;
  }
  if (object) {
    const { kind, name } = object.describedObject;
    const now = current?.object?.current.value ?? '<unknown>';
    return `${JSON.stringify(object.metric.name)} on ${kind}/${name} (target value):\t${now} / ${object.target.value ?? ''}`;
  }
  return `resource ${containerResource?.name ?? ''} of container "${containerResource?.container ?? ''}" on pods:\t<unknown>`;
}
