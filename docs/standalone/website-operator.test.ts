import { clusterRoleBindings, clusterRoles, customResourceDefinitions, deployments, getCondition } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { startCluster, type Cluster } from '@wherry/standalone';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definition, runOperator, websites, type Website } from './website-operator.ts';

const namespace = 'default';
const user = 'website-operator';
const stop = new AbortController();
let cluster: Cluster;
let operatorClient: RestClient;
let operator: Promise<void>;

beforeAll(async () => {
  // Pods whose image is called broken cannot be pulled; all others run.
  cluster = await startCluster({
    nodes: {
      count: 3,
      pods: (pod) => (pod.spec.containers[0]?.image === 'broken' ? { pull: { error: 'no such image' } } : {}),
    },
  });
  const { client } = cluster;
  await client.resource(customResourceDefinitions).create(definition);
  await cluster.waitFor(customResourceDefinitions, { name: definition.metadata.name }, (found) => {
    return getCondition(found?.status?.conditions, 'Established')?.status === 'True';
  });
  // The operator has the rights that it will have in production, and no more.
  await client.resource(clusterRoles).create({
    metadata: { name: user },
    rules: [
      { apiGroups: ['example.com'], resources: ['websites', 'websites/status'], verbs: ['*'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch', 'create', 'patch'] },
    ],
  });
  await client.resource(clusterRoleBindings).create({
    metadata: { name: user },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
  operatorClient = new RestClient(await cluster.clientConfig(user));
  operator = runOperator(operatorClient, stop.signal);
}, 30_000);
afterAll(async () => {
  stop.abort();
  await operator;
  operatorClient.close();
  await cluster.stop();
});

const website = (name: string, image: string, replicas: number): Website => ({
  metadata: { name, namespace },
  spec: { image, replicas },
});

test('a Website becomes as many ready pods as it asks for', async () => {
  await cluster.client.resource(websites).create(website('shop', 'shop:1', 3));
  await cluster.waitFor(websites, { name: 'shop', namespace }, (site) => site?.status?.ready === 3);
  await cluster.client.resource(websites).patch('shop', { spec: { replicas: 1 } }, { type: 'merge', namespace });
  await cluster.waitFor(websites, { name: 'shop', namespace }, (site) => site?.status?.ready === 1);
});

test('an image that cannot be pulled is told in its status', async () => {
  await cluster.client.resource(websites).create(website('bad', 'broken', 1));
  const site = await cluster.waitFor(websites, { name: 'bad', namespace }, (found) => !!found?.status?.message);
  expect(site?.status).toMatchObject({ ready: 0, message: expect.stringContaining('has timed out progressing') });
});

test('a deleted Website takes its Deployment along', async () => {
  await cluster.client.resource(websites).create(website('brief', 'brief:1', 1));
  await cluster.waitFor(deployments, { name: 'brief', namespace }, (found) => found?.status?.readyReplicas === 1);
  await cluster.client.resource(websites).delete('brief', { namespace });
  await cluster.waitFor(deployments, { name: 'brief', namespace }, (found) => found === undefined);
});
