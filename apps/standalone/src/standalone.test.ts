import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  getCondition,
  isPodReady,
  configMaps,
  deployments,
  nodes,
  pods,
  secrets,
  type Deployment,
  type Pod,
  type PodSpec,
} from '@wherry/api';
import { loadKubeconfig, RestClient } from '@wherry/client';
import { behaviourAnnotation, startCluster, type Cluster, type ClusterOptions } from './index.ts';

const namespace = 'default';

function deployment(name: string, replicas: number, image = 'app:1'): Deployment {
  const labels = { app: name };
  return {
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { name: '', labels }, spec: { containers: [{ name: 'app', image }] } },
    },
  };
}

function pod(name: string, spec: Partial<PodSpec> = {}, annotations: Record<string, string> = {}): Pod {
  return {
    metadata: { name, namespace, annotations },
    spec: { containers: [{ name: 'app', image: 'app:1' }], ...spec },
  };
}

const available = (cluster: Cluster, name: string, replicas: number) =>
  cluster.waitFor(deployments, { namespace, name }, (found) => found?.status?.availableReplicas === replicas);

const podIs = (cluster: Cluster, name: string, is: (pod: Pod) => boolean) =>
  cluster.waitFor(pods, { namespace, name }, (found) => found !== undefined && is(found));

const waitingReason = (found: Pod): string | undefined => found.status?.containerStatuses?.[0]?.state?.waiting?.reason;

test('a Deployment becomes available on simulated nodes, and its pods have addresses of their own', async () => {
  await using cluster = await startCluster({ nodes: 2 });
  await cluster.client.resource(deployments).create(deployment('web', 4));
  await available(cluster, 'web', 4);
  const { items } = await cluster.client.resource(pods).list({ namespace });
  expect(new Set(items.map((one) => one.status?.podIP)).size).toBe(4);
  expect(new Set(items.map((one) => one.spec.nodeName))).toEqual(new Set(['node-0', 'node-1']));
  for (const one of items) expect(one.status).toMatchObject({ phase: 'Running', qosClass: 'BestEffort' });
});

test('clusters side by side know nothing of each other', async () => {
  const clusters = await Promise.all([startCluster(), startCluster(), startCluster()]);
  try {
    expect(new Set(clusters.map(({ url }) => url)).size).toBe(3);
    await Promise.all(
      clusters.map(async (cluster, index) => {
        await cluster.client.resource(configMaps).create({ metadata: { name: `own-${index}`, namespace } });
        await cluster.client.resource(deployments).create(deployment('web', 1));
        await available(cluster, 'web', 1);
      }),
    );
    for (const [index, cluster] of clusters.entries()) {
      const { items } = await cluster.client.resource(configMaps).list({ namespace });
      expect(items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('own-'))).toEqual([
        `own-${index}`,
      ]);
    }
    const [first, second] = clusters;
    for (const config of [first.config, await first.clientConfig('kubernetes-admin', ['system:masters'])]) {
      await using stranger = new RestClient({ ...config, servers: [second.url] });
      await expect(stranger.resource(configMaps).list({ namespace })).rejects.toMatchObject({ code: 401 });
    }
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  }
});

test('who is given no rights has none, and the kubeconfig is the administrator’s', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  await using nobody = new RestClient(await cluster.clientConfig('nobody', ['some']));
  await expect(nobody.resource(secrets).list({ namespace })).rejects.toMatchObject({ code: 403 });
  const path = await cluster.writeKubeconfig();
  await using admin = new RestClient(loadKubeconfig({ path }).config);
  expect((await admin.resource(secrets).list({ namespace })).items).toEqual([]);
  await cluster.stop();
  expect(() => loadKubeconfig({ path })).toThrow('no such file or directory');
});

test('what is stored in a folder is there again after a restart, and running pods go on running', async () => {
  const path = await mkdtemp(join(tmpdir(), 'standalone-test-'));
  const options: ClusterOptions = { store: { path }, nodes: 2 };
  try {
    let before: Pod[];
    {
      await using cluster = await startCluster(options);
      await cluster.client.resource(deployments).create(deployment('web', 2));
      await available(cluster, 'web', 2);
      before = (await cluster.client.resource(pods).list({ namespace })).items;
    }
    await using cluster = await startCluster(options);
    await cluster.client.resource(deployments).patch('web', { spec: { replicas: 3 } }, { type: 'merge', namespace });
    await available(cluster, 'web', 3);
    const after = (await cluster.client.resource(pods).list({ namespace })).items;
    for (const { metadata, status } of before) {
      const same = after.find((one) => one.metadata.uid === metadata.uid);
      expect(same?.status?.containerStatuses).toEqual(status?.containerStatuses);
      expect(same?.status?.podIP).toBe(status?.podIP);
    }
    expect(new Set(after.map(({ status }) => status?.podIP)).size).toBe(3);
  } finally {
    await rm(path, { recursive: true });
  }
});

test('a rolling update replaces the pods, and waits where the new ones do not get ready', async () => {
  const isReady = (one: Pod): boolean => one.spec.containers[0]?.image !== 'app:broken';
  await using cluster = await startCluster({ nodes: { count: 2, pods: (one) => ({ ready: isReady(one) }) } });
  const api = cluster.client.resource(deployments);
  await api.create(deployment('web', 3));
  await available(cluster, 'web', 3);
  const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'app', image: name }] } } } });
  await api.patch('web', image('app:2'), { type: 'strategic', namespace });
  await cluster.waitFor(deployments, { name: 'web', namespace }, (found) => {
    const { updatedReplicas, replicas, availableReplicas, observedGeneration } = found?.status ?? {};
    return observedGeneration === 2 && updatedReplicas === 3 && replicas === 3 && availableReplicas === 3;
  });
  await api.patch('web', image('app:broken'), { type: 'strategic', namespace });
  const stuck = await cluster.waitFor(deployments, { name: 'web', namespace }, (found) => {
    return (
      found?.status?.observedGeneration === 3 &&
      found.status.updatedReplicas === 1 &&
      found.status.unavailableReplicas === 1
    );
  });
  expect(stuck?.status?.availableReplicas).toBe(3);
});

test('containers fail as they are told: pulls, crashes, readiness', async () => {
  await using cluster = await startCluster({ nodes: { restartBackOffMs: 400 } });
  const api = cluster.client.resource(pods);
  const told = (behaviour: string) => ({ [behaviourAnnotation]: behaviour });
  await api.create(pod('pull', {}, told('pull: {error: no such image}')));
  await api.create(pod('crash', {}, told('exit: {code: 3, message: oops}')));
  await api.create(pod('unready', {}, told('ready: false')));
  await api.create(pod('nonsense', {}, told('colour: red')));
  await podIs(cluster, 'pull', (found) => waitingReason(found) === 'ErrImagePull');
  const pull = await podIs(cluster, 'pull', (found) => waitingReason(found) === 'ImagePullBackOff');
  expect(pull?.status?.phase).toBe('Pending');
  const crash = await podIs(cluster, 'crash', (found) => waitingReason(found) === 'CrashLoopBackOff');
  expect(crash?.status?.containerStatuses?.[0]).toMatchObject({
    lastState: { terminated: { exitCode: 3, reason: 'Error', message: 'oops' } },
  });
  await podIs(cluster, 'crash', (found) => (found.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 2);
  const unready = await podIs(cluster, 'unready', (found) => found.status?.phase === 'Running');
  expect(getCondition(unready?.status?.conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'ContainersNotReady',
  });
  const nonsense = await podIs(cluster, 'nonsense', (found) => waitingReason(found) !== undefined);
  expect(nonsense?.status?.containerStatuses?.[0]?.state?.waiting?.message).toContain('unknown field "colour"');
  // The annotation is read whenever the pod changes.
  await api.patch('unready', { metadata: { annotations: told('ready: true') } }, { type: 'merge', namespace });
  await podIs(cluster, 'unready', isPodReady);
});

test('a behaviour that changes its mind is asked again by refresh', async () => {
  let ready = false;
  await using cluster = await startCluster({ nodes: { pods: () => ({ ready }) } });
  await cluster.client.resource(pods).create(pod('moody'));
  await podIs(cluster, 'moody', (found) => found.status?.phase === 'Running' && !isPodReady(found));
  ready = true;
  cluster.nodes.refresh();
  await podIs(cluster, 'moody', isPodReady);
});

test('pods that run to their end succeed or fail by the code they exit with', async () => {
  await using cluster = await startCluster();
  const api = cluster.client.resource(pods);
  const exit = (code: number) => ({ [behaviourAnnotation]: JSON.stringify({ exit: { code, afterMs: 20 } }) });
  await api.create(pod('good', { restartPolicy: 'Never' }, exit(0)));
  await api.create(pod('bad', { restartPolicy: 'Never' }, exit(7)));
  await api.create(pod('late', { restartPolicy: 'Never', activeDeadlineSeconds: 1 }));
  await podIs(cluster, 'good', (found) => found.status?.phase === 'Succeeded');
  const bad = await podIs(cluster, 'bad', (found) => found.status?.phase === 'Failed');
  expect(bad?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
  const late = await podIs(cluster, 'late', (found) => found.status?.phase === 'Failed');
  expect(late?.status?.reason).toBe('DeadlineExceeded');
});

test('a deleted pod has its grace period, and no longer than that', async () => {
  await using cluster = await startCluster();
  const api = cluster.client.resource(pods);
  const slow = { [behaviourAnnotation]: 'stop: {afterMs: 3600000}' };
  await api.create(pod('slow', { terminationGracePeriodSeconds: 1 }, slow));
  await api.create({ ...pod('quick'), metadata: { name: 'quick', namespace, finalizers: ['example.com/kept'] } });
  await podIs(cluster, 'slow', isPodReady);
  await podIs(cluster, 'quick', isPodReady);
  await api.delete('slow', { namespace });
  await api.delete('quick', { namespace });
  // The finalizer keeps what the node said last.
  const quick = await podIs(cluster, 'quick', (found) => found.status?.phase === 'Succeeded');
  expect(quick?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
  const terminating = await api.get('slow', { namespace });
  expect(terminating.metadata.deletionGracePeriodSeconds).toBe(1);
  await cluster.waitFor(pods, { name: 'slow', namespace }, (found) => found === undefined);
});

test('the pods of a node that falls silent are replaced, and go when it is back', async () => {
  await using cluster = await startCluster({ nodes: { count: 2, lostAfterMs: 1_500 } });
  const toleration = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 });
  const wanted = deployment('web', 2);
  const tolerations = ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].map(toleration);
  await cluster.client.resource(deployments).create({
    ...wanted,
    spec: {
      ...wanted.spec,
      template: { ...wanted.spec.template, spec: { ...wanted.spec.template.spec!, tolerations } },
    },
  });
  await available(cluster, 'web', 2);
  cluster.nodes.stop('node-0');
  const lost = await cluster.waitFor(
    nodes,
    { name: 'node-0' },
    (node) => getCondition(node?.status?.conditions, 'Ready')?.status === 'Unknown',
  );
  expect(lost?.metadata.name).toBe('node-0');
  const onLost = async () =>
    (await cluster.client.resource(pods).list({ namespace, fieldSelector: 'spec.nodeName=node-0' })).items;
  const [left] = await onLost();
  await podIs(cluster, left!.metadata.name, (found) => found.metadata.deletionTimestamp !== undefined);
  await available(cluster, 'web', 2);
  expect((await onLost()).map(({ metadata }) => metadata.uid)).toContain(left!.metadata.uid);
  await cluster.nodes.start('node-0');
  await cluster.waitFor(pods, { name: left!.metadata.name, namespace }, (found) => found === undefined);
  await cluster.waitFor(nodes, { name: 'node-0' }, (node) => node?.spec.taints === undefined);
});

test('a cluster may be stopped as soon as it has started, and twice', async () => {
  for (let i = 0; i < 3; i++) {
    const cluster = await startCluster({ nodes: 2 });
    await Promise.all([cluster.stop(), cluster.stop()]);
    await expect(cluster.client.resource(pods).list({ namespace })).rejects.toThrow('closed');
  }
});

test('bad options are refused with a reason, and nothing is left running', async () => {
  await expect(startCluster({ controllers: { names: ['nonsense'] } })).rejects.toThrow(
    '"nonsense" is not in the list of known controllers',
  );
  await using cluster = await startCluster({ nodes: 1 });
  await expect(cluster.nodes.add(['node-0'])).rejects.toThrow('a simulated node is called "node-0" already');
  expect(() => cluster.nodes.stop('node-9')).toThrow('no simulated node is called "node-9"');
  await expect(startCluster({ port: Number(new URL(cluster.url).port) })).rejects.toThrow('EADDRINUSE');
});

test('without controllers and scheduler pods can be created, and are left alone', async () => {
  await using cluster = await startCluster({ controllers: false, scheduler: false });
  const api = cluster.client.resource(pods);
  await api.create(pod('alone'));
  await api.create(pod('bound', { nodeName: 'node-0' }));
  await podIs(cluster, 'bound', isPodReady);
  expect((await api.get('alone', { namespace })).status?.phase).toBe('Pending');
});
