import { configMaps, nodes, pods } from '@wherry/api';
import { RestClient } from '@wherry/client';
import { createCa, issue } from '@wherry/pki';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
const clients: RestClient[] = [];
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(async () => {
  for (const client of clients) client.close();
  await cluster.close();
});

function clientOf(config: ConstructorParameters<typeof RestClient>[0]): RestClient {
  const client = new RestClient(config);
  clients.push(client);
  return client;
}
const { servers, ca } = { servers: () => cluster.config.servers, ca: () => cluster.config.ca! };

test('anyone may ask how the server is, and nothing else', async () => {
  const anonymous = clientOf({ servers: servers(), ca: ca() });
  for (const path of ['/healthz', '/livez', '/readyz'])
    expect(await anonymous.request({ method: 'GET', path })).toBe('ok');
  expect(await anonymous.request({ method: 'GET', path: '/version' })).toMatchObject({
    gitVersion: expect.stringMatching(/^v1\.36/) as string,
  });
  const error = await refusal(anonymous.resource(pods).list({ namespace: 'default' }));
  expect(error.status).toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message:
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"',
  });
  const root = await refusal(anonymous.request({ method: 'GET', path: '/apis' }));
  expect(root.message).toBe('forbidden: User "system:anonymous" cannot get path "/apis"');
  const write = await refusal(anonymous.resource(configMaps).create(configMap('x')));
  expect(write.code).toBe(403);
});

test('a certificate of another authority is not believed', async () => {
  const other = await createCa('other');
  const pair = await issue(other, {
    commonName: 'kubernetes-admin',
    organizations: ['system:masters'],
    usages: ['client'],
  });
  const impostor = clientOf({ servers: servers(), ca: ca(), cert: pair.cert, key: pair.key });
  const error = await refusal(impostor.request({ method: 'GET', path: '/readyz' }));
  expect(error.status).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
});

test('components may do what they are for', async () => {
  const scheduler = clientOf(await cluster.configFor('system:kube-scheduler'));
  const node = clientOf(await cluster.configFor('system:node:n1', ['system:nodes']));
  await node.resource(nodes).create({ metadata: { name: 'n1' }, spec: {} });
  expect((await scheduler.resource(nodes).list()).items).toHaveLength(1);
  const error = await refusal(scheduler.resource(pods).create(pod('no')));
  expect(error.message).toBe(
    'pods is forbidden: User "system:kube-scheduler" cannot create resource "pods" in API group "" in the namespace "default"',
  );
  expect((await refusal(node.resource(configMaps).create(configMap('no')))).code).toBe(403);
});

test('who may act as another is judged as that one', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  const as = (client: RestClient, user: string, group = '') =>
    client.request({
      method: 'GET',
      path,
      headers: { 'impersonate-user': user, ...(group === '' ? {} : { 'impersonate-group': group }) },
    });
  const error = await refusal(as(cluster.client, 'jane'));
  expect(error.message).toContain('User "jane" cannot list resource "configmaps"');
  expect(await as(cluster.client, 'jane', 'system:masters')).toMatchObject({ kind: 'ConfigMapList' });
  const node = clientOf(await cluster.configFor('system:node:n2', ['system:nodes']));
  expect((await refusal(as(node, 'kubernetes-admin', 'system:masters'))).message).toBe(
    'users "kubernetes-admin" is forbidden: User "system:node:n2" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});
