import { afterEach, beforeEach, expect, test } from 'vitest';
import { clone } from '@wherry/apimachinery';
import { deployments, events, getCondition, pods, replicaSets, type Deployment, type Pod } from '@wherry/api';
import { deploymentController } from './deployment/controller.ts';
import { newReplicaSet } from './deployment/new-set.ts';
import { replicaSetController } from './replica-set/controller.ts';
import { eventually, items, startTestCluster, type TestCluster } from './testing.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
});
afterEach(() => cluster.close());

const workloads = () => [replicaSetController(5), deploymentController(5)];
const namespace = 'default';

function web(replicas: number, more: Partial<Deployment['spec']> = {}): Deployment {
  return {
    metadata: { name: 'web', namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { name: undefined, labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image: 'one' }] },
      },
      ...more,
    } as Deployment['spec'],
  };
}

const getWeb = () => cluster.client.resource(deployments).get('web', { namespace });

test('controllers that die and start again while they work make nothing twice', async () => {
  await cluster.client.resource(deployments).create(web(40));
  for (let round = 0; round < 4; round++) {
    const stop = await cluster.start(workloads());
    await eventually(async () => (await items(cluster, pods, namespace)).length > round * 10);
    await stop();
  }
  await cluster.start(workloads());
  await eventually(async () => (await getWeb()).status?.replicas === 40);
  expect(await items(cluster, pods, namespace)).toHaveLength(40);
  expect(await items(cluster, replicaSets, namespace)).toHaveLength(1);
  const gone = (await items(cluster, events, namespace)).filter((event) => event.reason === 'SuccessfulDelete');
  expect(gone).toEqual([]);
});

test('a replica set adopts what matches and lets go of what no longer does', async () => {
  await cluster.start(workloads());
  const { metadata, spec } = web(1).spec.template;
  const orphan = await cluster.client
    .resource(pods)
    .create({ metadata: { ...metadata, name: 'orphan', namespace }, spec: clone(spec) } as Pod);
  const selector = { matchLabels: { app: 'web' } };
  await cluster.client
    .resource(replicaSets)
    .create({ metadata: { name: 'set', namespace }, spec: { replicas: 2, selector, template: web(1).spec.template } });
  const owned = async () =>
    (await items(cluster, pods, namespace)).filter((pod) => pod.metadata.ownerReferences?.[0]?.name === 'set');
  await eventually(async () => (await owned()).length === 2);
  expect((await owned()).map((pod) => pod.metadata.uid)).toContain(orphan.metadata.uid);

  await cluster.client
    .resource(pods)
    .patch('orphan', { metadata: { labels: { app: 'other' } } }, { namespace, type: 'merge' });
  await eventually(async () => (await owned()).length === 2 && (await items(cluster, pods, namespace)).length === 3);
  const released = await cluster.client.resource(pods).get('orphan', { namespace });
  expect(released.metadata.ownerReferences ?? []).toEqual([]);
});

test('a pod that cannot be created is told in the conditions of the set and of its deployment', async () => {
  await cluster.start(workloads());
  const template = web(1).spec.template;
  await cluster.client
    .resource(deployments)
    .create(web(1, { template: { ...template, spec: { ...template.spec, priorityClassName: 'unheard-of' } } }));
  const failed = await eventually(async () => getCondition((await getWeb()).status?.conditions, 'ReplicaFailure'));
  expect(failed).toMatchObject({ status: 'True', reason: 'FailedCreate' });
  expect(failed.message).toContain('no PriorityClass with name unheard-of was found');
});

test('caches that lag make no controller do its work twice', async () => {
  await cluster.start(workloads(), { lagMs: 150 });
  await cluster.client.resource(deployments).create(web(8));
  // Every change of a pod wakes its set, which then sees what was long ago.
  const awake = setInterval(() => {
    const annotations = { beat: String(Date.now()) };
    const beat = ({ metadata: { name } }: Pod) =>
      cluster.client.resource(pods).patch(name, { metadata: { annotations } }, { namespace, type: 'merge' });
    void items(cluster, pods, namespace).then((all) => Promise.allSettled(all.map(beat)));
  }, 40);
  try {
    await eventually(async () => (await getWeb()).status?.replicas === 8);
  } finally {
    clearInterval(awake);
  }
  expect(await items(cluster, pods, namespace)).toHaveLength(8);
  expect(await items(cluster, replicaSets, namespace)).toHaveLength(1);
  const said = await items(cluster, events, namespace);
  expect(said.filter(({ reason }) => reason === 'SuccessfulDelete')).toEqual([]);
});

test('a deployment that makes no progress within its deadline says so', async () => {
  await cluster.start(workloads());
  await cluster.client.resource(deployments).create(web(1, { progressDeadlineSeconds: 1 }));
  const stuck = await eventually(async () => {
    const progressing = getCondition((await getWeb()).status?.conditions, 'Progressing');
    return progressing?.status === 'False' && progressing;
  });
  expect(stuck.reason).toBe('ProgressDeadlineExceeded');
  expect(stuck.message).toMatch(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/);
});

test('a replica set of the wanted name that is another’s raises the collision count', async () => {
  const other = await cluster.client
    .resource(deployments)
    .create({ ...web(1), metadata: { name: 'other', namespace } });
  const created = await cluster.client.resource(deployments).create(web(1));
  const base = newReplicaSet(created);
  const selector = { matchLabels: { app: 'stranger' } };
  await cluster.client.resource(replicaSets).create({
    metadata: { name: base.metadata.name, namespace },
    spec: {
      replicas: 0,
      selector,
      template: { ...web(1).spec.template, metadata: { labels: { app: 'stranger' } } as never },
    },
  });
  expect(other.metadata.uid).not.toBe(created.metadata.uid);
  await cluster.start(workloads());
  await eventually(async () => (await getWeb()).status?.updatedReplicas === 1);
  expect((await getWeb()).status?.collisionCount).toBe(1);
});
