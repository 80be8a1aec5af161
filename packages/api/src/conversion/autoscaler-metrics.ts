import type { MetricSpec, MetricStatus, MetricTarget } from '../autoscaling/horizontal-pod-autoscaler.ts';

/** The metrics of autoscaling/v2 in the words of v1, which are kept in annotations alone. */
type Old = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const maybe = <T>(value: unknown): T | undefined => (value === undefined || value === null ? undefined : (value as T));

export function specToV1(metric: MetricSpec): Old {
  const { type, resource, containerResource, pods, object, external } = metric;
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...targetsToV1(resource.target) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...targetsToV1(containerResource.target),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  };
}

function targetsToV1(target: MetricTarget): Old {
  return { targetAverageUtilization: target.averageUtilization, targetAverageValue: target.averageValue };
}

export function specFromV1(old: Old): MetricSpec {
  const [object, pods, external] = [source(old, 'object'), source(old, 'pods'), source(old, 'external')];
  const resource = source(old, 'resource');
  const container = source(old, 'containerResource');
  return {
    type: text(old['type']),
    object: object && {
      describedObject: described(object),
      metric: { name: text(object['metricName']), selector: maybe(object['selector']) },
      target:
        maybe(object['averageValue']) === undefined
          ? { type: 'Value', value: maybe(object['targetValue']) }
          : { type: 'AverageValue', averageValue: maybe(object['averageValue']) },
    },
    pods: pods && {
      metric: { name: text(pods['metricName']), selector: maybe(pods['selector']) },
      target: { type: 'AverageValue', averageValue: maybe(pods['targetAverageValue']) },
    },
    resource: resource && { name: text(resource['name']), target: targetFromV1(resource) },
    containerResource: container && {
      name: text(container['name']),
      container: text(container['container']),
      target: targetFromV1(container),
    },
    external: external && {
      metric: { name: text(external['metricName']), selector: maybe(external['metricSelector']) },
      target:
        maybe(external['targetValue']) === undefined
          ? { type: 'AverageValue', averageValue: maybe(external['targetAverageValue']) }
          : { type: 'Value', value: maybe(external['targetValue']) },
    },
  };
}

function targetFromV1(old: Old): MetricTarget {
  const averageUtilization = maybe<number>(old['targetAverageUtilization']);
  const averageValue = maybe<string>(old['targetAverageValue']);
  return averageUtilization === undefined
    ? { type: 'AverageValue', averageValue }
    : { type: 'Utilization', averageUtilization, averageValue };
}

export function statusToV1(metric: MetricStatus): Old {
  const { type, resource, containerResource, pods, object, external } = metric;
  return {
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && {
      name: resource.name,
      currentAverageUtilization: resource.current.averageUtilization,
      currentAverageValue: resource.current.averageValue ?? '0',
    },
    containerResource: containerResource && {
      name: containerResource.name,
      currentAverageUtilization: containerResource.current.averageUtilization,
      currentAverageValue: containerResource.current.averageValue ?? '0',
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? '0',
      currentAverageValue: external.current.averageValue,
    },
  };
}

export function statusFromV1(old: Old): MetricStatus {
  const [object, pods, external] = [source(old, 'object'), source(old, 'pods'), source(old, 'external')];
  const resource = source(old, 'resource');
  const container = source(old, 'containerResource');
  const current = (from: Old, average: string) => ({
    averageUtilization: maybe<number>(from['currentAverageUtilization']),
    averageValue: maybe<string>(from[average]),
    value: maybe<string>(from['currentValue']),
  });
  return {
    type: text(old['type']),
    object: object && {
      describedObject: described(object),
      metric: { name: text(object['metricName']), selector: maybe(object['selector']) },
      current: current(object, 'averageValue'),
    },
    pods: pods && {
      metric: { name: text(pods['metricName']), selector: maybe(pods['selector']) },
      current: current(pods, 'currentAverageValue'),
    },
    resource: resource && { name: text(resource['name']), current: current(resource, 'currentAverageValue') },
    containerResource: container && {
      name: text(container['name']),
      container: text(container['container']),
      current: current(container, 'currentAverageValue'),
    },
    external: external && {
      metric: { name: text(external['metricName']), selector: maybe(external['metricSelector']) },
      current: current(external, 'currentAverageValue'),
    },
  };
}

function source(old: Old, name: string): Old | undefined {
  const value = old[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Old) : undefined;
}

function described(object: Old): { apiVersion?: string | undefined; kind: string; name: string } {
  const target = source(object, 'target') ?? {};
  return { apiVersion: maybe(target['apiVersion']), kind: text(target['kind']), name: text(target['name']) };
}
