import type { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import type { HorizontalPodAutoscaler, HPAScalingRules } from '../autoscaling/horizontal-pod-autoscaler.ts';

export const autoscalingDefaults = {
  'autoscaling/HorizontalPodAutoscaler': defaultAutoscaler,
  'autoscaling/v1/HorizontalPodAutoscaler': defaultAutoscalerV1,
};

function defaultAutoscalerV1({ spec }: AutoscalingV1HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
}

function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length === 0) {
    const target = { type: 'Utilization', averageUtilization: 80 };
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
  }
  if (spec.behavior === undefined) return;
  const { scaleUp, scaleDown } = spec.behavior;
  spec.behavior.scaleUp = { ...fastRules(), ...present(scaleUp) };
  spec.behavior.scaleDown = { ...slowRules(), ...present(scaleDown) };
}

/** What is set; an undefined field must not hide a default. */
function present(rules: HPAScalingRules | undefined): HPAScalingRules {
  return Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined));
}

function fastRules(): HPAScalingRules {
  return {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  };
}

function slowRules(): HPAScalingRules {
  return { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };
}
