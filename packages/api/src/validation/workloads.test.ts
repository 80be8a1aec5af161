import { formatFieldError } from '@wherry/apimachinery';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../resource.ts';
import { controllerRevisions, daemonSets, podTemplates, replicationControllers, statefulSets } from '../resources.ts';
import { validateStatusUpdate } from './index.ts';
import { container, creating, made, metadata, updating } from './judge.test-support.ts';

const labels = { app: 'a' };
const template = { metadata: { labels }, spec: { containers: [container] } };
const selector = { matchLabels: labels };
const of = (more: object): object => ({ metadata, spec: { selector, template, ...more } });
const reporting = (resource: Resource, from: object, to: object): string[] =>
  validateStatusUpdate(resource, made(resource, to), made(resource, from)).map(formatFieldError);

describe('daemon sets', () => {
  test('a plain one is right', () => expect(creating(daemonSets, of({}))).toEqual([]));

  test.each([
    [{ selector: {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for daemonset'],
    [
      { selector: { matchLabels: { app: 'b' } } },
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ],
    [
      { template: { ...template, spec: { containers: [container], restartPolicy: 'Never' } } },
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
    [
      { template: { ...template, spec: { containers: [container], activeDeadlineSeconds: 1 } } },
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in DaemonSet is not Supported',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } },
      'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: '0%' } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0',
    ],
    [
      { updateStrategy: { rollingUpdate: { maxUnavailable: '101%' } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
    [
      { updateStrategy: { type: 'Sometimes' } },
      'spec.updateStrategy: Unsupported value: {"type":"Sometimes"}: supported values: "RollingUpdate", "OnDelete"',
    ],
    [{ minReadySeconds: -1 }, 'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0'],
  ])('%j is refused', (more, message) => expect(creating(daemonSets, of(more))).toEqual([message]));

  test('the selector stays', () => {
    const both = { app: 'a', tier: 'x' };
    const wide = { ...template, metadata: { labels: both } };
    const to = of({ template: wide, selector: { matchLabels: both } });
    expect(updating(daemonSets, of({ template: wide }), to)).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"a","tier":"x"}}: field is immutable',
    ]);
  });

  test('a status counts what there is, and forgets no collision', () => {
    const zero = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };
    const from = { ...of({}), status: { ...zero, collisionCount: 2 } };
    const to = { ...of({}), status: { ...zero, numberReady: -1, collisionCount: 1 } };
    expect(reporting(daemonSets, from, to)).toEqual([
      'status.numberReady: Invalid value: -1: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 1: cannot be decremented',
    ]);
  });
});

describe('stateful sets', () => {
  test('a plain one is right, whatever its pods mount', () => {
    const mounts = [{ ...container, volumeMounts: [{ name: 'data', mountPath: '/data' }] }];
    const claims = [{ metadata: { name: 'data' }, spec: {} }];
    const spec = { template: { ...template, spec: { containers: mounts } }, volumeClaimTemplates: claims };
    expect(creating(statefulSets, of(spec))).toEqual([]);
  });

  test.each([
    [
      { podManagementPolicy: 'Wild' },
      "spec.podManagementPolicy: Invalid value: \"Wild\": must be 'OrderedReady' or 'Parallel'",
    ],
    [
      { updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } },
      'spec.updateStrategy.rollingUpdate: Invalid value: {"partition":1}: only allowed for updateStrategy \'RollingUpdate\'',
    ],
    [
      { updateStrategy: { type: 'X' } },
      'spec.updateStrategy: Invalid value: {"type":"X"}: must be \'RollingUpdate\' or \'OnDelete\'',
    ],
    [
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } } },
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0',
    ],
    [{ selector: {} }, 'spec.selector: Invalid value: {}: empty selector is invalid for statefulset'],
    [{ ordinals: { start: -1 } }, 'spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0'],
    [
      { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Drop' } },
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Drop": supported values: "Retain", "Delete"',
    ],
  ])('%j is refused', (more, message) => expect(creating(statefulSets, of(more))).toEqual([message]));

  test('most of its spec stays', () => {
    const to = {
      replicas: 3,
      template: { ...template, spec: { containers: [{ ...container, image: 'i:2' }] } },
      updateStrategy: { type: 'OnDelete' },
      revisionHistoryLimit: 3,
      minReadySeconds: 5,
      ordinals: { start: 1 },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
    };
    expect(updating(statefulSets, of({}), of(to))).toEqual([]);
    expect(updating(statefulSets, of({}), of({ serviceName: 'other' }))).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });

  test('a status fits together', () => {
    const to = { ...of({}), status: { replicas: 1, readyReplicas: 2, availableReplicas: 3 } };
    expect(reporting(statefulSets, of({}), to)).toEqual([
      'status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas',
      'status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas',
    ]);
  });
});

describe('replication controllers', () => {
  test('take selector and labels from their template', () => {
    const object = made(replicationControllers, { metadata, spec: { template } });
    expect(object).toMatchObject({ metadata: { labels }, spec: { selector: labels, replicas: 1 } });
    expect(creating(replicationControllers, { metadata, spec: { template } })).toEqual([]);
  });

  test('need a selector that selects their pods', () => {
    expect(creating(replicationControllers, { metadata, spec: {} })).toEqual([
      'spec.selector: Required value',
      'spec.template: Required value',
    ]);
    expect(creating(replicationControllers, { metadata, spec: { selector: { app: 'b' }, template } })).toEqual([
      'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
    ]);
  });
});

test('pod templates hold a right pod', () => {
  expect(creating(podTemplates, { metadata, template })).toEqual([]);
  expect(creating(podTemplates, { metadata, template: { spec: { containers: [] } } })).toEqual([
    'template.spec.containers: Required value',
  ]);
});

test('controller revisions have data, which stays', () => {
  expect(creating(controllerRevisions, { metadata, revision: -1 })).toEqual([
    'data: Required value: data is mandatory',
    'revision: Invalid value: -1: must be greater than or equal to 0',
  ]);
  const from = { metadata, revision: 1, data: { a: 1 } };
  expect(updating(controllerRevisions, from, { ...from, revision: 2 })).toEqual([]);
  expect(updating(controllerRevisions, from, { ...from, data: { a: 2 } })).toEqual([
    'data: Invalid value: {"a":2}: field is immutable',
  ]);
});
