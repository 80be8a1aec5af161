import { request as httpsRequest } from 'node:https';
import { clusterRoleBindings, clusterRoles, pods } from '@wherry/api';
import type { ClientConfig } from '@wherry/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { pod } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(pods).create(pod('p'));
});
afterAll(() => cluster.close());

async function userWith(name: string, verbs: string[], resources: string[]): Promise<ClientConfig> {
  await cluster.client
    .resource(clusterRoles)
    .create({ metadata: { name }, rules: [{ verbs, apiGroups: [''], resources }] });
  await cluster.client.resource(clusterRoleBindings).create({
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
  });
  return cluster.configFor(name);
}

/** A WebSocket handshake; the server's answer to it. */
function upgrade(config: ClientConfig, path: string): Promise<{ code: number; message: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(new URL(path, config.servers[0]), {
      ca: config.ca,
      cert: config.cert,
      key: config.key,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      },
    });
    sent.once('error', reject);
    sent.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ code: response.statusCode ?? 0, message: '' });
    });
    sent.once('response', (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => {
        const { message } = JSON.parse(body) as { message: string };
        resolve({ code: response.statusCode ?? 0, message });
      });
    });
    sent.end();
  });
}

const ways = ['exec', 'attach', 'portforward'];
const pathOf = (way: string) => `/api/v1/namespaces/default/pods/p/${way}?command=sh&stdin=true&stdout=true&ports=80`;

test('who may only get does not run anything in a pod (a WebSocket is asked for by GET)', async () => {
  const getter = await userWith('getter', ['get'], [...ways.map((way) => `pods/${way}`), 'nodes/proxy']);
  for (const way of ways)
    expect(await upgrade(getter, pathOf(way))).toEqual({ code: 403, message: 'pods "p" is forbidden: ' });
  const inside = '/api/v1/nodes/n1/proxy/exec/default/p/app?command=sh';
  expect(await upgrade(getter, inside)).toEqual({ code: 403, message: 'nodes "n1" is forbidden: ' });
});

test('who may only create may not get either', async () => {
  const creator = await userWith('creator', ['create'], ['pods/exec']);
  expect((await upgrade(creator, pathOf('exec'))).message).toBe(
    'pods "p" is forbidden: User "creator" cannot get resource "pods/exec" in API group "" in the namespace "default"',
  );
});

test('who may do both gets as far as the pod goes', async () => {
  const both = await userWith('both', ['get', 'create'], ['pods/exec']);
  // It is on no node.
  expect((await upgrade(both, pathOf('exec'))).code).toBe(400);
});
