import {
  daemonSets,
  horizontalPodAutoscalers,
  horizontalPodAutoscalersV1,
  jobs,
  persistentVolumeClaims,
  persistentVolumes,
  podDisruptionBudgets,
  type HorizontalPodAutoscaler,
  type Job,
} from '@wherry/api';
import { isInvalid } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

const of = (name: string) => ({ name, namespace: 'default' });
const inDefault = { namespace: 'default' };
const labels = { app: 'a' };
const containers = [{ name: 'a', image: 'i:1' }];
const template = { metadata: { name: '', labels }, spec: { containers } };
const selector = { matchLabels: labels };

describe('jobs', () => {
  const job = (name: string, more: object = {}): Job => ({
    metadata: of(name),
    spec: { template: { spec: { containers, restartPolicy: 'Never' } }, ...more },
  });

  test('get the selector and the labels that no other job has', async () => {
    const { metadata, spec } = await cluster.client.resource(jobs).create(job('generated'));
    const uid = metadata.uid;
    expect(spec.selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
    expect(spec.template.metadata?.labels).toEqual({
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': 'generated',
      'controller-uid': uid,
      'job-name': 'generated',
    });
    expect(metadata.generation).toBe(1);
  });

  test('whose user brings other values for these labels are refused, unless the user makes the selector', async () => {
    const foreign = {
      metadata: { name: '', labels: { 'job-name': 'other' } },
      spec: { containers, restartPolicy: 'Never' },
    };
    const error = await refusal(cluster.client.resource(jobs).create(job('foreign', { template: foreign })));
    expect(error.message).toContain('spec.template.metadata.labels[job-name]: Invalid value');
    const own = {
      manualSelector: true,
      selector,
      template: { ...template, spec: { containers, restartPolicy: 'Never' } },
    };
    const made = await cluster.client.resource(jobs).create(job('own', own));
    expect(made.spec.selector).toEqual(selector);
    expect(made.spec.template.metadata?.labels).toEqual(labels);
  });

  test('may be suspended and resumed, and keep what they run', async () => {
    const client = cluster.client.resource(jobs);
    const made = await client.create(job('held', { suspend: true }));
    const resumed = await client.update({ ...made, spec: { ...made.spec, suspend: false } });
    expect(resumed.metadata.generation).toBe(2);
    const changed = {
      ...resumed.spec.template,
      spec: { ...resumed.spec.template.spec, containers: [{ name: 'a', image: 'j' }] },
    };
    const error = await refusal(client.update({ ...resumed, spec: { ...resumed.spec, template: changed } }));
    expect(isInvalid(error)).toBe(true);
    expect(error.message).toContain('field is immutable');
  });
});

test('a daemon set counts the generations of its template, whatever a client says', async () => {
  const client = cluster.client.resource(daemonSets);
  const key = 'deprecated.daemonset.template.generation';
  const made = await client.create({ metadata: of('ds'), spec: { selector, template } });
  expect(made.metadata.annotations).toEqual({ [key]: '1' });
  expect(made.status).toMatchObject({ desiredNumberScheduled: 0, numberReady: 0 });
  const slower = await client.update({
    ...made,
    metadata: { ...made.metadata, annotations: {} },
    spec: { ...made.spec, minReadySeconds: 5 },
  });
  expect(slower.metadata).toMatchObject({ generation: 2, annotations: { [key]: '1' } });
  const spec = { ...slower.spec, template: { ...template, spec: { containers: [{ name: 'a', image: 'i:2' }] } } };
  const newer = await client.update({ ...slower, spec });
  expect(newer.metadata).toMatchObject({ generation: 3, annotations: { [key]: '2' } });
});

describe('autoscalers of both versions are the same objects', () => {
  const v1 = () => cluster.client.resource(horizontalPodAutoscalersV1);
  const v2 = () => cluster.client.resource(horizontalPodAutoscalers);
  const scaleTargetRef = { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' };
  const metric = { name: 'hits' };
  const target = { type: 'AverageValue', averageValue: '10' };
  const prefix = 'autoscaling.alpha.kubernetes.io/';

  test('made as v1, read as v2', async () => {
    const spec = { maxReplicas: 3, scaleTargetRef, targetCPUUtilizationPercentage: 60 };
    const made = await v1().create({ metadata: of('from-v1'), spec });
    expect(made).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { ...spec, minReplicas: 1 } });
    const utilization = { type: 'Utilization', averageUtilization: 60 };
    expect(await v2().get('from-v1', inDefault)).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { metrics: [{ type: 'Resource', resource: { name: 'cpu', target: utilization } }] },
    });
  });

  test('a client of v1 that changes a label loses nothing of v2', async () => {
    const metrics: HorizontalPodAutoscaler['spec']['metrics'] = [{ type: 'Pods', pods: { metric, target } }];
    const behavior = { scaleUp: { stabilizationWindowSeconds: 30 } };
    const made = await v2().create({
      metadata: of('both'),
      spec: { maxReplicas: 3, scaleTargetRef, metrics, behavior },
    });
    const conditions = [{ type: 'AbleToScale', status: 'True' }];
    await v2().updateStatus({ ...made, status: { currentReplicas: 1, desiredReplicas: 2, conditions } });
    const old = await v1().get('both', inDefault);
    expect(old.metadata.annotations).toHaveProperty([`${prefix}metrics`]);
    expect(old.metadata.annotations).toHaveProperty([`${prefix}conditions`]);
    const { [`${prefix}conditions`]: _dropped, ...annotations } = old.metadata.annotations ?? {};
    await v1().update({ ...old, metadata: { ...old.metadata, labels, annotations } });
    const after = await v2().get('both', inDefault);
    expect(after.spec).toEqual(made.spec);
    expect(after.status).toMatchObject({ desiredReplicas: 2, conditions });
    expect(after.metadata).toMatchObject({ labels });
    expect(after.metadata.annotations).toBeUndefined();
  });

  test('the status of v1 does not touch the spec', async () => {
    const metrics: HorizontalPodAutoscaler['spec']['metrics'] = [{ type: 'Pods', pods: { metric, target } }];
    await v2().create({ metadata: of('reported'), spec: { maxReplicas: 3, scaleTargetRef, metrics } });
    const old = await v1().get('reported', inDefault);
    const metadata = { ...old.metadata, annotations: {} };
    await v1().updateStatus({ ...old, metadata, status: { currentReplicas: 2, desiredReplicas: 2 } });
    const after = await v2().get('reported', inDefault);
    expect(after.spec.metrics).toEqual(metrics);
    expect(after.status?.currentReplicas).toBe(2);
  });
});

test('a claim’s older and newer source say the same, and its phase is the server’s', async () => {
  const client = cluster.client.resource(persistentVolumeClaims);
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const source = { kind: 'PersistentVolumeClaim', name: 'other' };
  const made = await client.create({
    metadata: of('copy'),
    spec: { ...spec, dataSource: source },
    status: { phase: 'Bound' },
  });
  expect(made).toMatchObject({ spec: { dataSource: source, dataSourceRef: source }, status: { phase: 'Pending' } });
  const odd = { apiGroup: 'example.com', kind: 'Disk', name: 'd' };
  expect((await client.create({ metadata: of('odd'), spec: { ...spec, dataSource: odd } })).spec).not.toHaveProperty(
    'dataSource',
  );
});

test('a volume says when its phase changed', async () => {
  const client = cluster.client.resource(persistentVolumes);
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } };
  const made = await client.create({ metadata: { name: 'v' }, spec });
  expect(made.status).toMatchObject({ phase: 'Pending', lastPhaseTransitionTime: expect.any(String) });
  const past = '2001-01-01T00:00:00Z';
  const kept = await client.updateStatus({ ...made, status: { phase: 'Available', lastPhaseTransitionTime: past } });
  expect(kept.status).toEqual({ phase: 'Available', lastPhaseTransitionTime: past });
  const bound = await client.updateStatus({ ...kept, status: { phase: 'Bound', lastPhaseTransitionTime: past } });
  expect(bound.status?.lastPhaseTransitionTime).not.toBe(past);
});

test('a disruption budget is not overwritten unseen', async () => {
  const client = cluster.client.resource(podDisruptionBudgets);
  const made = await client.create({ metadata: of('pdb'), spec: { minAvailable: 1, selector } });
  expect(made.status).toEqual({ currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 });
  const { resourceVersion: _version, ...metadata } = made.metadata;
  expect((await refusal(client.update({ ...made, metadata }))).message).toContain(
    'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  );
});
