import { afterEach, beforeEach, expect, test } from 'vitest';
import { deployments, events, getCondition, pods, replicaSets, type Deployment } from '@wherry/api';
import { startCluster, type Cluster } from '../../../test/fixture/simulated-cluster.ts';
import { eventually, items } from './testing.ts';

/** What needs pods that run, and go when they are told: the controllers beside scheduler and simulated nodes. */
let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster({
    nodes: 3,
    controllers: { names: ['deployment-controller', 'replicaset-controller', 'node-lifecycle-controller'] },
  });
});
afterEach(() => cluster.stop());

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

test('a deployment gets its replicas, once, and says that it has progressed', async () => {
  await cluster.client.resource(deployments).create(web(5));
  const done = await eventually(async () => {
    const found = await getWeb();
    return (
      found.status?.availableReplicas === 5 &&
      getCondition(found.status.conditions, 'Progressing')?.reason === 'NewReplicaSetAvailable' &&
      found
    );
  });
  expect(done.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
  expect(done.status).toMatchObject({ observedGeneration: 1, replicas: 5, updatedReplicas: 5, readyReplicas: 5 });
  expect(getCondition(done.status?.conditions, 'Available')).toMatchObject({
    status: 'True',
    reason: 'MinimumReplicasAvailable',
  });
  const [set, ...others] = await items(cluster, replicaSets, namespace);
  expect(others).toEqual([]);
  expect(getCondition(done.status?.conditions, 'Progressing')?.message).toBe(
    `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
  );
  expect(await items(cluster, pods, namespace)).toHaveLength(5);
  const said = await eventually(async () => {
    const all = await items(cluster, events, namespace);
    return all.filter((event) => event.reason === 'SuccessfulCreate').length === 5 && all;
  });
  expect(said.find((event) => event.reason === 'ScalingReplicaSet')?.message).toBe(
    `Scaled up replica set ${set?.metadata.name} from 0 to 5`,
  );
});

test('a new template rolls out without falling below the replicas, and undoing it takes the old set again', async () => {
  const rolling = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };
  await cluster.client.resource(deployments).create(web(3, rolling));
  await eventually(async () => (await getWeb()).status?.availableReplicas === 3);
  const [first] = await items(cluster, replicaSets, namespace);

  let fewest = Infinity;
  const rolledOut = (revision: string, image: string) =>
    eventually(async () => {
      const all = await items(cluster, pods, namespace);
      const serving = all.filter((pod) => getCondition(pod.status?.conditions, 'Ready')?.status === 'True');
      fewest = Math.min(fewest, serving.filter((pod) => pod.metadata.deletionTimestamp === undefined).length);
      const found = await getWeb();
      return (
        found.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision &&
        found.status?.updatedReplicas === 3 &&
        found.status.replicas === 3 &&
        found.status.availableReplicas === 3 &&
        all.every((pod) => pod.spec.containers[0]?.image === image)
      );
    });
  const toImage = (image: string) =>
    cluster.client
      .resource(deployments)
      .patch(
        'web',
        { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } },
        { namespace, type: 'strategic' },
      );
  await toImage('two');
  await rolledOut('2', 'two');
  expect(fewest).toBeGreaterThanOrEqual(3);
  await toImage('one');
  await rolledOut('3', 'one');
  const sets = await items(cluster, replicaSets, namespace);
  expect(sets).toHaveLength(2);
  const again = sets.find((set) => set.metadata.uid === first?.metadata.uid);
  expect(again?.metadata.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
});

test('a recreated deployment waits for its old pods, and a paused one rolls nothing out until resumed', async () => {
  await cluster.client.resource(deployments).create(web(2, { strategy: { type: 'Recreate' } }));
  await eventually(async () => (await getWeb()).status?.availableReplicas === 2);
  const patch = (spec: unknown) =>
    cluster.client.resource(deployments).patch('web', { spec }, { namespace, type: 'strategic' });
  await patch({ paused: true, template: { spec: { containers: [{ name: 'c', image: 'two' }] } } });
  await eventually(
    async () => getCondition((await getWeb()).status?.conditions, 'Progressing')?.reason === 'DeploymentPaused',
  );
  expect(await items(cluster, replicaSets, namespace)).toHaveLength(1);
  await patch({ paused: false });
  let both = false;
  await eventually(async () => {
    const images = new Set((await items(cluster, pods, namespace)).map((pod) => pod.spec.containers[0]?.image));
    both ||= images.size > 1;
    return images.has('two') && (await getWeb()).status?.availableReplicas === 2;
  });
  expect(both).toBe(false);
});
