import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import { deployments, replicaSets } from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { container, creating, made, metadata, updating } from './judge.test-support.ts';

describe('workloads', () => {
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container] } };
  const deployment = (more: object): object => ({
    metadata,
    spec: { selector: { matchLabels: { app: 'a' } }, template, ...more },
  });

  test('a deployment is valid', () => {
    expect(creating(deployments, deployment({}))).toEqual([]);
    expect(creating(replicaSets, deployment({}))).toEqual([]);
  });

  test.each([
    [
      'the selector matches the template',
      { selector: { matchLabels: { app: 'b' } } },
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    ['a selector is required', { selector: undefined }, 'spec.selector: Required value'],
    [
      'an empty selector is invalid',
      { selector: {} },
      'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
    ],
    [
      'a selector’s operator is known',
      { selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } },
      'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
    ],
    [
      'replicas are not negative',
      { replicas: -1 },
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'pods of a workload always restart',
      { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      'the template is checked',
      { template: { ...template, spec: { containers: [{ name: 'a' }] } } },
      'spec.template.spec.containers[0].image: Required value',
    ],
    [
      'a strategy is known',
      { strategy: { type: 'Blue' } },
      'spec.strategy.type: Unsupported value: "Blue": supported values: "Recreate", "RollingUpdate"',
    ],
    [
      'Recreate has no bounds',
      { strategy: { type: 'Recreate', rollingUpdate: {} } },
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
    [
      'an update must be able to move',
      { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } },
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
    [
      'no more than all may be missing',
      { strategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      'must not be greater than 100%',
    ],
    [
      'a percentage has a syntax',
      { strategy: { rollingUpdate: { maxSurge: 'x' } } },
      'spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": a valid percent string must be',
    ],
    [
      'the deadline is past minReadySeconds',
      { minReadySeconds: 600 },
      'spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds',
    ],
  ])('%s', (_, more, message) => {
    const errors = creating(deployments, deployment(more));
    expect(
      errors.some((error) => error.includes(message)),
      errors.join('\n'),
    ).toBe(true);
  });

  test('the selector never changes', () => {
    const labels = { app: 'a', b: 'c' };
    const to = deployment({ selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } });
    const message = 'spec.selector: Invalid value: {"matchLabels":{"app":"a","b":"c"}}: field is immutable';
    expect(updating(deployments, deployment({}), to)).toEqual([message]);
    expect(updating(replicaSets, deployment({}), to)).toEqual([message]);
  });

  test('a status counts no more than there is', () => {
    const object = made(replicaSets, { ...deployment({}), status: { replicas: 1, readyReplicas: 2 } });
    expect(validateStatusUpdate(replicaSets, object, object).map(formatFieldError)).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
    ]);
  });
});
