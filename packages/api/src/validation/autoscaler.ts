import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1123Subdomain,
} from '@wherry/apimachinery';
import type { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../autoscaling/horizontal-pod-autoscaler.ts';
import { autoscalerFromV1 } from '../conversion/horizontal-pod-autoscaler.ts';
import { metricSpec, objectReference } from './autoscaler-metrics.ts';
import type { Validator } from './validator.ts';
import { nonNegative, type Findings } from './value-rules.ts';

const maxWindowSeconds = 3600;
const maxPeriodSeconds = 1800;

/** Both versions are judged in the words of the newer one. */
export const autoscalingValidators: Readonly<Record<string, Validator>> = {
  'autoscaling/HorizontalPodAutoscaler': { name: isDns1123Subdomain, create: autoscaler, status: autoscalerStatus },
  'autoscaling/v1/HorizontalPodAutoscaler': {
    name: isDns1123Subdomain,
    create: (object: AutoscalingV1HorizontalPodAutoscaler) => autoscaler(autoscalerFromV1(object)),
    status: (object: AutoscalingV1HorizontalPodAutoscaler) => autoscalerStatus(autoscalerFromV1(object)),
  },
};

function* autoscaler({ spec }: HorizontalPodAutoscaler): Findings {
  const { minReplicas, maxReplicas, behavior } = spec;
  if (minReplicas !== undefined && minReplicas < 1) {
    yield fieldInvalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1');
  }
  if (maxReplicas < 1) yield fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than 0');
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    yield fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  yield* objectReference(spec.scaleTargetRef, 'spec.scaleTargetRef');
  const metrics = spec.metrics ?? [];
  for (const [index, metric] of metrics.entries()) yield* metricSpec(metric, `spec.metrics[${index}]`);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    yield fieldForbidden('spec.metrics', detail);
  }
  yield* scalingRules(behavior?.scaleUp, 'spec.behavior.scaleUp');
  yield* scalingRules(behavior?.scaleDown, 'spec.behavior.scaleDown');
}

function* autoscalerStatus({ status }: HorizontalPodAutoscaler): Findings {
  yield* nonNegative(status?.currentReplicas, 'status.currentReplicas');
  yield* nonNegative(status?.desiredReplicas, 'status.desiredReplicas');
}

function* scalingRules(rules: HPAScalingRules | undefined, field: string): Findings {
  if (rules === undefined) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules;
  const at = `${field}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) yield fieldInvalid(at, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > maxWindowSeconds) {
    yield fieldInvalid(at, window, `must be less than or equal to ${maxWindowSeconds}`);
  }
  if (tolerance !== undefined && tolerance.startsWith('-')) {
    yield fieldInvalid(`${field}.tolerance`, tolerance, 'must be greater or equal to zero');
  }
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy)) {
    yield fieldNotSupported(`${field}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']);
  }
  if (policies.length === 0) yield fieldRequired(`${field}.policies`, 'must specify at least one Policy');
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const policy = `${field}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent') yield fieldNotSupported(`${policy}.type`, type, ['Percent', 'Pods']);
    if (value <= 0) yield fieldInvalid(`${policy}.value`, value, 'must be greater than zero');
    if (periodSeconds <= 0) yield fieldInvalid(`${policy}.periodSeconds`, periodSeconds, 'must be greater than zero');
    if (periodSeconds > maxPeriodSeconds) {
      const detail = `must be less than or equal to ${maxPeriodSeconds}`;
      yield fieldInvalid(`${policy}.periodSeconds`, periodSeconds, detail);
    }
  }
}
