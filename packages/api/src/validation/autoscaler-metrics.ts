import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, parseQuantity } from '@wherry/apimachinery';
import type {
  ContainerResourceMetricSource,
  CrossVersionObjectReference,
  ExternalMetricSource,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
  ResourceMetricSource,
} from '../autoscaling/horizontal-pod-autoscaler.ts';
import { pathSegment, requiredSegment } from './qualified-names.ts';
import type { Findings } from './value-rules.ts';

/** In the order in which upstream looks at them: the first one present is judged, further ones are refused. */
const sources = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
const fieldOfType: Readonly<Record<string, (typeof sources)[number]>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};
const types = Object.keys(fieldOfType);

export function* metricSpec(spec: MetricSpec, field: string): Findings {
  if (spec.type === '') yield fieldRequired(`${field}.type`, 'must specify a metric source type');
  const expected = types.includes(spec.type) ? fieldOfType[spec.type] : undefined;
  if (expected === undefined) yield fieldNotSupported(`${field}.type`, spec.type, types);
  const present = sources.filter((name) => spec[name] !== undefined);
  const [first] = present;
  if (first !== undefined) yield* metricSource(spec, first, `${field}.${first}`);
  if (expected !== undefined && spec[expected] === undefined) {
    yield fieldRequired(`${field}.${expected}`, 'must populate information for the given metric source');
  }
  if (present.length === 1) return;
  for (const name of present) {
    if (name !== expected) yield fieldForbidden(`${field}.${name}`, 'must populate the given metric source only');
  }
}

export function* objectReference(reference: CrossVersionObjectReference, field: string): Findings {
  yield* requiredSegment(reference.kind, `${field}.kind`);
  yield* requiredSegment(reference.name, `${field}.name`);
}

function* metricSource(spec: MetricSpec, name: (typeof sources)[number], field: string): Findings {
  if (name === 'object' && spec.object) yield* objectSource(spec.object, field);
  if (name === 'external' && spec.external) yield* externalSource(spec.external, field);
  if (name === 'pods' && spec.pods) yield* podsSource(spec.pods, field);
  if (name === 'resource' && spec.resource) yield* resourceSource(spec.resource, field);
  if (name === 'containerResource' && spec.containerResource) {
    yield* containerSource(spec.containerResource, field);
  }
}

function* objectSource(source: ObjectMetricSource, field: string): Findings {
  yield* objectReference(source.describedObject, `${field}.describedObject`);
  yield* identifier(source.metric, `${field}.metric`);
  yield* target(source.target, `${field}.target`);
  if (source.target.value === undefined && source.target.averageValue === undefined) {
    yield fieldRequired(`${field}.target.averageValue`, 'must set either a target value or averageValue');
  }
}

function* externalSource(source: ExternalMetricSource, field: string): Findings {
  yield* identifier(source.metric, `${field}.metric`);
  yield* target(source.target, `${field}.target`);
  const { value, averageValue } = source.target;
  if (value === undefined && averageValue === undefined) {
    const detail = 'must set either a target value for metric or a per-pod target';
    yield fieldRequired(`${field}.target.averageValue`, detail);
  }
  if (value !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target value for metric and a per-pod target';
    yield fieldForbidden(`${field}.target.value`, detail);
  }
}

function* podsSource(source: PodsMetricSource, field: string): Findings {
  yield* identifier(source.metric, `${field}.metric`);
  yield* target(source.target, `${field}.target`);
  if (source.target.averageValue === undefined) {
    yield fieldRequired(`${field}.target.averageValue`, 'must specify a positive target averageValue');
  }
}

function* resourceSource(source: ResourceMetricSource, field: string): Findings {
  if (source.name === '') yield fieldRequired(`${field}.name`, 'must specify a resource name');
  yield* target(source.target, `${field}.target`);
  yield* rawOrUtilization(source.target, `${field}.target`);
}

function* containerSource(source: ContainerResourceMetricSource, field: string): Findings {
  if (source.name === '') yield fieldRequired(`${field}.name`, 'must specify a resource name');
  if (source.container === '') yield fieldRequired(`${field}.container`, 'must specify a container');
  yield* target(source.target, `${field}.target`);
  yield* rawOrUtilization(source.target, `${field}.target`);
}

function* rawOrUtilization({ averageUtilization, averageValue }: MetricTarget, field: string): Findings {
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    yield fieldRequired(`${field}.averageUtilization`, detail);
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    yield fieldForbidden(`${field}.averageValue`, 'may not set both a target raw value and a target utilization');
  }
}

function* target({ type, value, averageValue, averageUtilization }: MetricTarget, field: string): Findings {
  if (type === '') yield fieldRequired(`${field}.type`, 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    yield fieldInvalid(`${field}.type`, type, 'must be either Utilization, Value, or AverageValue');
  }
  if (value !== undefined && parseQuantity(value).nano <= 0n) {
    yield fieldInvalid(`${field}.value`, value, 'must be positive');
  }
  if (averageValue !== undefined && parseQuantity(averageValue).nano <= 0n) {
    yield fieldInvalid(`${field}.averageValue`, averageValue, 'must be positive');
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    yield fieldInvalid(`${field}.averageUtilization`, averageUtilization, 'must be greater than 0');
  }
}

function* identifier({ name }: MetricIdentifier, field: string): Findings {
  if (name === '') yield fieldRequired(`${field}.name`, 'must specify a metric name');
  else yield* pathSegment(name, `${field}.name`);
}
