import { expect, test } from 'vitest';
import * as kinds from '../resources.ts';
import { created, named, table } from './table.test-support.ts';

const labels = { app: 'a', tier: 'b' };
const template = (more: object = {}): object => ({
  metadata: { labels },
  spec: { containers: ['x', 'y'].map((name) => ({ name, image: `${name}:1` })), ...more },
});
const selector = { matchLabels: labels };

test('controllers of pods', async () => {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'u', controller: true };
  const text = [
    table(kinds.podTemplates, [{ ...named('t'), template: template() }]),
    table(kinds.replicationControllers, [
      {
        ...named('rc'),
        spec: { replicas: 3, selector: labels, template: template() },
        status: { replicas: 3, readyReplicas: 2 },
      },
    ]),
    table(kinds.daemonSets, [
      { ...named('new'), spec: { selector, template: template() } },
      {
        ...named('ds'),
        spec: { selector, template: template({ nodeSelector: { disk: 'ssd' } }) },
        status: {
          desiredNumberScheduled: 5,
          currentNumberScheduled: 4,
          numberReady: 3,
          updatedNumberScheduled: 2,
          numberAvailable: 1,
          numberMisscheduled: 0,
        },
      },
    ]),
    table(kinds.statefulSets, [
      {
        ...named('web'),
        spec: { replicas: 3, selector, template: template() },
        status: { replicas: 3, readyReplicas: 1 },
      },
    ]),
    table(kinds.controllerRevisions, [
      { ...named('web-1', { ownerReferences: [owner] }), revision: 4 },
      { ...named('orphan'), revision: 1 },
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/controllers.txt');
});

test('jobs and cron jobs', async () => {
  const startTime = '2024-05-01T11:50:00Z';
  const of = (type: string): object => ({ conditions: [{ type, status: 'True' }] });
  const job = (name: string, spec: object, status: object, meta: object = {}): object => ({
    ...named(name, meta),
    spec: { selector, template: template(), ...spec },
    status,
  });
  const jobTemplate = { spec: { template: template() } };
  const text = [
    table(kinds.jobs, [
      job('new', { completions: 1 }, {}),
      job('running', { completions: 3 }, { active: 1, succeeded: 1, startTime }),
      job('done', { completions: 1 }, { ...of('Complete'), succeeded: 1, startTime, completionTime: created }),
      job('failed', { completions: 1 }, { ...of('Failed'), startTime }),
      job('held', { completions: 1 }, of('Suspended')),
      job('queue', { parallelism: 4 }, { startTime, succeeded: 2 }),
      job('going', { parallelism: 1 }, {}, { deletionTimestamp: created }),
    ]),
    table(kinds.cronJobs, [
      { ...named('new'), spec: { schedule: '0 * * * *', suspend: false, jobTemplate } },
      {
        ...named('old'),
        spec: { schedule: '@daily', timeZone: 'Asia/Tokyo', suspend: true, jobTemplate },
        status: { active: [{ name: 'old-1' }], lastScheduleTime: startTime },
      },
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/jobs.txt');
});

test('autoscalers of both versions, and disruption budgets', async () => {
  const scaleTargetRef = { kind: 'Deployment', name: 'web' };
  const metric = { name: 'hits' };
  const utilization = (averageUtilization: number): object => ({ type: 'Utilization', averageUtilization });
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: utilization(80) } },
    { type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '1k' } } },
    { type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '3' } } },
    { type: 'Object', object: { describedObject: scaleTargetRef, metric, target: { type: 'Value', value: '5' } } },
  ];
  const current = { averageUtilization: 40, averageValue: '40m' };
  const text = [
    table(kinds.horizontalPodAutoscalers, [
      { ...named('none'), spec: { maxReplicas: 3, scaleTargetRef } },
      {
        ...named('many'),
        spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef, metrics },
        status: {
          currentReplicas: 2,
          desiredReplicas: 2,
          currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current } }],
        },
      },
      { ...named('outside'), spec: { minReplicas: 1, maxReplicas: 9, scaleTargetRef, metrics: metrics.slice(2) } },
    ]),
    table(kinds.horizontalPodAutoscalersV1, [
      {
        ...named('old'),
        spec: { minReplicas: 2, maxReplicas: 4, scaleTargetRef, targetCPUUtilizationPercentage: 60 },
        status: { currentReplicas: 3, desiredReplicas: 3, currentCPUUtilizationPercentage: 55 },
      },
    ]),
    table(kinds.podDisruptionBudgets, [
      { ...named('least'), spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 2 } },
      { ...named('most'), spec: { maxUnavailable: 1 } },
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/autoscalers.txt');
});

test('volumes, claims, ranges, quotas and components', async () => {
  const capacity = { storage: '5Gi' };
  const accessModes = ['ReadWriteMany', 'ReadWriteOnce'];
  const text = [
    table(kinds.persistentVolumes, [
      {
        ...named('bound'),
        spec: {
          capacity,
          accessModes,
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { namespace: 'default', name: 'c' },
          storageClassName: 'fast',
          volumeMode: 'Filesystem',
        },
        status: { phase: 'Bound' },
      },
      { ...named('going', { deletionTimestamp: created }), spec: { capacity, accessModes: ['ReadWriteOncePod'] } },
    ]),
    table(kinds.persistentVolumeClaims, [
      { ...named('waits'), spec: { accessModes, storageClassName: 'fast' }, status: { phase: 'Pending' } },
      {
        ...named('has'),
        spec: { accessModes, volumeName: 'bound', volumeAttributesClassName: 'gold', volumeMode: 'Block' },
        status: { phase: 'Bound', capacity, accessModes },
      },
    ]),
    table(kinds.limitRanges, [named('limits')]),
    table(kinds.resourceQuotas, [
      {
        ...named('quota'),
        status: {
          hard: { pods: '3', 'requests.cpu': '2', 'limits.memory': '4Gi', 'limits.cpu': '4' },
          used: { pods: '1', 'limits.memory': '1Gi' },
        },
      },
    ]),
    table(kinds.componentStatuses, [
      { ...named('etcd-0'), conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }] },
      { ...named('scheduler'), conditions: [{ type: 'Healthy', status: 'False', message: 'refused' }] },
      named('odd'),
    ]),
  ];
  await expect(text.join('')).toMatchFileSnapshot('testdata/space.txt');
});
