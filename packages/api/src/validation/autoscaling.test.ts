import { formatFieldError, type KubeObject } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { autoscalerFromV1, autoscalerToV1 } from '../conversion/index.ts';
import type { AutoscalingV1HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler-v1.ts';
import type { HorizontalPodAutoscaler } from '../autoscaling/horizontal-pod-autoscaler.ts';
import { horizontalPodAutoscalers, horizontalPodAutoscalersV1, podDisruptionBudgets } from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { creating, made, metadata } from './judge.test-support.ts';

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describe('autoscalers', () => {
  const autoscaler = (more: object): object => ({ metadata, spec: { maxReplicas: 3, scaleTargetRef, ...more } });

  test('a plain one aims at 80% of cpu', () => {
    expect(creating(horizontalPodAutoscalers, autoscaler({}))).toEqual([]);
    const target = { type: 'Utilization', averageUtilization: 80 };
    expect(made(horizontalPodAutoscalers, autoscaler({}))).toMatchObject({
      spec: { minReplicas: 1, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
    });
  });

  test('behavior is filled in where it is named', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    expect(made(horizontalPodAutoscalers, autoscaler({ behavior }))).toMatchObject({
      spec: {
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: 'Max',
            policies: [{ type: 'Pods' }, { type: 'Percent' }],
          },
          scaleDown: {
            stabilizationWindowSeconds: 60,
            selectPolicy: 'Max',
            policies: [{ type: 'Percent', value: 100 }],
          },
        },
      },
    });
  });

  test.each([
    [{ maxReplicas: 0, minReplicas: 1 }, 'spec.maxReplicas: Invalid value: 0: must be greater than 0'],
    [{ minReplicas: 5 }, 'spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`'],
    [{ scaleTargetRef: { kind: 'D', name: '' } }, 'spec.scaleTargetRef.name: Required value'],
    [
      { metrics: [{ type: 'Pods' }] },
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
    ],
    [
      { metrics: [{ type: 'Guess' }] },
      'spec.metrics[0].type: Unsupported value: "Guess": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
    [
      {
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 0 } } },
        ],
      },
      'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
    ],
    [
      { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } },
      'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
    ],
    [
      { behavior: { scaleUp: { stabilizationWindowSeconds: 3601 } } },
      'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600',
    ],
  ])('%j is refused', (more, message) => {
    expect(creating(horizontalPodAutoscalers, autoscaler(more))).toContain(message);
  });

  test('v1 is judged as v2, and has no metrics unless it says so', () => {
    const object = { metadata, spec: { maxReplicas: 0, scaleTargetRef, targetCPUUtilizationPercentage: 50 } };
    expect(creating(horizontalPodAutoscalersV1, object)).toContain(
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
    );
    const plain = made(horizontalPodAutoscalersV1, { metadata, spec: { maxReplicas: 2, scaleTargetRef } });
    expect(autoscalerFromV1(plain as AutoscalingV1HorizontalPodAutoscaler).spec).not.toHaveProperty('metrics');
  });

  test('what v1 has no fields for goes through annotations and comes back', () => {
    const target = { type: 'AverageValue', averageValue: '10' };
    const rules = { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }], tolerance: '50m' };
    const spec = {
      minReplicas: 1,
      behavior: { scaleUp: { ...rules, stabilizationWindowSeconds: 0 }, scaleDown: rules },
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'hits', selector: { matchLabels: { a: 'b' } } }, target } },
        { type: 'ContainerResource', containerResource: { name: 'memory', container: 'c', target } },
        { type: 'External', external: { metric: { name: 'q' }, target: { type: 'Value', value: '3' } } },
        { type: 'Object', object: { describedObject: scaleTargetRef, metric: { name: 'r' }, target } },
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    };
    const status = {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 70, averageValue: '70m' } } },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True', lastTransitionTime: '2024-01-01T00:00:00Z' }],
    };
    const json = { ...autoscaler(spec), kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', status };
    const object = made(horizontalPodAutoscalers, json) as HorizontalPodAutoscaler;
    const v1 = autoscalerToV1(object);
    expect(v1.spec.targetCPUUtilizationPercentage).toBe(50);
    expect(v1.status?.currentCPUUtilizationPercentage).toBe(70);
    expect(Object.keys(v1.metadata.annotations ?? {})).toEqual(
      ['metrics', 'current-metrics', 'conditions', 'behavior'].map((name) => `autoscaling.alpha.kubernetes.io/${name}`),
    );
    expect(v1.metadata.annotations?.['autoscaling.alpha.kubernetes.io/behavior']).toContain('"ScaleUp":{"Stabiliz');
    expect(autoscalerFromV1(v1)).toEqual(object);
  });

  test('annotations that are no such JSON are dropped', () => {
    const annotations = {
      'autoscaling.alpha.kubernetes.io/metrics': '[{"type":{}},7',
      'autoscaling.alpha.kubernetes.io/behavior': `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
      'autoscaling.alpha.kubernetes.io/conditions': '[{"type":5}]',
      kept: 'yes',
    };
    const object = { metadata: { ...metadata, annotations }, spec: { maxReplicas: 2, scaleTargetRef } };
    const hub = autoscalerFromV1(object as AutoscalingV1HorizontalPodAutoscaler);
    expect(hub.metadata.annotations).toEqual({ kept: 'yes' });
    expect(hub.spec).toEqual({ maxReplicas: 2, scaleTargetRef });
  });
});

describe('disruption budgets', () => {
  const budget = (spec: object): object => ({ metadata: { ...metadata, name: 'Any_Name' }, spec });

  test.each([
    [{ minAvailable: 1 }, []],
    [
      { minAvailable: 1, maxUnavailable: 1 },
      [
        'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
      ],
    ],
    [{ maxUnavailable: '120%' }, ['spec.maxUnavailable: Invalid value: "120%": must not be greater than 100%']],
    [{ minAvailable: -1 }, ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0']],
    [
      { unhealthyPodEvictionPolicy: 'Never' },
      [
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ])('%j', (spec, messages) => expect(creating(podDisruptionBudgets, budget(spec))).toEqual(messages));

  test('a status has right conditions and counts', () => {
    const condition = {
      type: 'A',
      status: 'Maybe',
      reason: '1',
      message: '',
      lastTransitionTime: '2024-01-01T00:00:00Z',
    };
    const object = made(podDisruptionBudgets, { ...budget({}), status: { conditions: [condition], expectedPods: -1 } });
    const errors = validateStatusUpdate(podDisruptionBudgets, object, object as KubeObject).map(formatFieldError);
    expect(errors).toEqual([
      'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
      expect.stringContaining('status.conditions[0].reason: Invalid value: "1": a condition reason must start with'),
      'status.expectedPods: Invalid value: -1: must be greater than or equal to 0',
    ]);
  });
});
