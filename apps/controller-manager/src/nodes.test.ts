import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  configMaps,
  getCondition,
  leases,
  namespaces,
  nodes,
  pods,
  serviceAccounts,
  type Namespace,
  type Node,
} from '@wherry/api';
import { formatMicroTime, formatTime } from '@wherry/client';
import { nodeIpamController } from './node-ipam/controller.ts';
import { nodeLifecycleController } from './node-lifecycle/controller.ts';
import { podGcController } from './pod-gc/controller.ts';
import { rootCaController } from './root-ca/controller.ts';
import { serviceAccountController } from './service-account/controller.ts';
import { taintEvictionController } from './taint-eviction/controller.ts';
import { eventually, items, startTestCluster, type TestCluster } from './testing.ts';

const namespace = 'default';
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const lifecycle = (gracePeriodMs: number) =>
  nodeLifecycleController({
    periodMs: 50,
    gracePeriodMs,
    startupGracePeriodMs: gracePeriodMs,
    rates: { rate: 10, secondaryRate: 1, unhealthyThreshold: 0.55, largeZone: 50 },
  });

async function readyNode(name: string): Promise<void> {
  await cluster.client.resource(nodes).create({ metadata: { name }, spec: {} } as Node);
  await cluster.client
    .resource(nodes)
    .patch(name, { status: { conditions: [ready('True')] } }, { type: 'merge', subresource: 'status' });
}

function ready(status: 'True' | 'False') {
  const at = formatTime(Date.now());
  return { type: 'Ready', status, lastHeartbeatTime: at, lastTransitionTime: at, reason: 'Kubelet' };
}

async function heartbeat(name: string): Promise<void> {
  const spec = { holderIdentity: name, renewTime: formatMicroTime(Date.now()), leaseDurationSeconds: 40 };
  const lease = cluster.client.resource(leases);
  await lease
    .patch(name, { spec }, { namespace: 'kube-node-lease', type: 'merge' })
    .catch(() => lease.create({ metadata: { name, namespace: 'kube-node-lease' }, spec }));
}

const getNode = (name: string) => cluster.client.resource(nodes).get(name);
const effects = (node: Node) => (node.spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).toSorted();

async function boundPod(name: string, nodeName: string, seconds: number | undefined): Promise<void> {
  const tolerations =
    seconds === undefined
      ? []
      : ['not-ready', 'unreachable'].map((key) => ({
          key: `node.kubernetes.io/${key}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: seconds,
        }));
  const spec = { nodeName, tolerations, containers: [{ name: 'c', image: 'i' }], terminationGracePeriodSeconds: 30 };
  await cluster.client.resource(pods).create({ metadata: { name, namespace }, spec });
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: formatTime(Date.now()) }];
  await cluster.client
    .resource(pods)
    .patch(name, { status: { phase: 'Running', conditions } }, { namespace, type: 'merge', subresource: 'status' });
}

test('a new node takes no pods until it is seen ready, as TaintNodesByCondition has it', async () => {
  const guarded = await startTestCluster({ disableAdmissionPlugins: ['ServiceAccount'] });
  onTestFinished(() => guarded.close());
  const client = guarded.client.resource(nodes);
  const made = await client.create({ metadata: { name: 'new' }, spec: {}, status: { conditions: [ready('False')] } });
  expect(effects(made)).toEqual(['node.kubernetes.io/not-ready:NoSchedule']);
  await guarded.start([lifecycle(60_000)]);
  await client.patch('new', { status: { conditions: [ready('True')] } }, { type: 'merge', subresource: 'status' });
  await eventually(async () => effects(await client.get('new')).length === 0);
});

test('a node that falls silent becomes unknown and tainted, its pods not ready and in time evicted; back again it is clean', async () => {
  await Promise.all([readyNode('alive'), readyNode('dead')]);
  await cluster.start([lifecycle(1_000), taintEvictionController(2)]);
  await boundPod('short', 'dead', 1);
  await boundPod('long', 'dead', 3600);
  const beating = setInterval(() => void heartbeat('alive').catch(() => undefined), 100);
  try {
    const silent = await eventually(async () => {
      const node = await getNode('dead');
      const told = getCondition(node.status?.conditions, 'Ready')?.status === 'Unknown';
      return told && effects(node).length === 2 && node;
    });
    expect(effects(silent)).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
    expect(getCondition(silent.status?.conditions, 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    });
    expect(getCondition(silent.status?.conditions, 'MemoryPressure')).toMatchObject({
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
    });
    await eventually(async () => {
      const pod = await cluster.client.resource(pods).get('short', { namespace });
      return (
        pod.metadata.deletionTimestamp !== undefined &&
        getCondition(pod.status?.conditions, 'DisruptionTarget')?.status === 'True'
      );
    });
    const long = await cluster.client.resource(pods).get('long', { namespace });
    expect(long.metadata.deletionTimestamp).toBeUndefined();
    expect(getCondition(long.status?.conditions, 'Ready')?.status).toBe('False');
    expect(effects(await getNode('alive'))).toEqual([]);
    const at = formatTime(Date.now());
    const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: at, lastTransitionTime: at }];
    await cluster.client
      .resource(nodes)
      .patch('dead', { status: { conditions } }, { type: 'merge', subresource: 'status' });
    await eventually(async () => effects(await getNode('dead')).length === 0);
  } finally {
    clearInterval(beating);
  }
});

test('when no node at all is heard of, no pod is evicted: more likely it is we who cannot hear', async () => {
  await readyNode('only');
  await cluster.start([lifecycle(300), taintEvictionController(2)]);
  await boundPod('pod', 'only', undefined);
  await eventually(async () => effects(await getNode('only')).length > 0);
  expect(effects(await getNode('only'))).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
});

test('a cordoned node is tainted until it is uncordoned', async () => {
  await readyNode('node');
  await cluster.start([lifecycle(60_000)]);
  await cluster.client.resource(nodes).patch('node', { spec: { unschedulable: true } }, { type: 'merge' });
  await eventually(async () => effects(await getNode('node')).join() === 'node.kubernetes.io/unschedulable:NoSchedule');
  await cluster.client.resource(nodes).patch('node', { spec: { unschedulable: null } }, { type: 'merge' });
  await eventually(async () => effects(await getNode('node')).length === 0);
});

test('every node gets a range of its own, also after a restart', async () => {
  const ipam = () => nodeIpamController(['10.244.0.0/16'], { 4: 24, 6: 64 });
  await Promise.all(['a', 'b', 'c', 'd'].map(readyNode));
  const ranges = async (count: number) => {
    const found = (await items(cluster, nodes)).map((node) => node.spec.podCIDR ?? '').filter((text) => text !== '');
    return found.length === count && found.toSorted();
  };
  const stop = await cluster.start([ipam()]);
  expect(await eventually(() => ranges(4))).toEqual([
    '10.244.0.0/24',
    '10.244.1.0/24',
    '10.244.2.0/24',
    '10.244.3.0/24',
  ]);
  expect((await getNode('a')).spec.podCIDRs).toHaveLength(1);
  await stop();
  await cluster.client.resource(nodes).delete('b');
  await cluster.start([ipam()]);
  await Promise.all(['e', 'f'].map(readyNode));
  const all = await eventually(() => ranges(5));
  expect(new Set(all).size).toBe(5);
});

test('too many pods that have ended are thinned out, the oldest first', async () => {
  for (const name of ['a', 'b', 'c']) {
    await cluster.client
      .resource(pods)
      .create({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'i' }] } });
    await cluster.client
      .resource(pods)
      .patch(name, { status: { phase: 'Succeeded' } }, { namespace, type: 'merge', subresource: 'status' });
  }
  await cluster.start([podGcController(1)]);
  await eventually(async () => (await items(cluster, pods, namespace)).length === 1);
  expect((await items(cluster, pods, namespace))[0]?.metadata.name).toBe('c');
});

test('every namespace has its service account and the root certificate, also when they were taken away', async () => {
  await cluster.start([serviceAccountController(2), rootCaController('PEM')]);
  await cluster.client.resource(namespaces).create({ metadata: { name: 'fresh' }, spec: {} } as Namespace);
  const present = async () => {
    const accounts = await items(cluster, serviceAccounts, 'fresh');
    const [map] = await items(cluster, configMaps, 'fresh');
    return (
      accounts[0]?.metadata.name === 'default' &&
      map?.metadata.name === 'kube-root-ca.crt' &&
      map.data?.['ca.crt'] === 'PEM'
    );
  };
  await eventually(present);
  await cluster.client.resource(serviceAccounts).delete('default', { namespace: 'fresh' });
  await cluster.client
    .resource(configMaps)
    .patch('kube-root-ca.crt', { data: { 'ca.crt': 'forged' } }, { namespace: 'fresh', type: 'merge' });
  await eventually(present);
});
