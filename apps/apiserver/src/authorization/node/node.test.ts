import { configMaps, leases, nodes, pods, secrets, type Node, type Pod } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { RestClient } from '@wherry/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../../test/fixture/cluster-fixture.ts';
import { configMap, pod, refusal } from '../../testing/objects.ts';

let cluster: TestApiserver;
let n1: RestClient;
let n2: RestClient;
const namespace = 'default';

beforeAll(async () => {
  cluster = await startTestApiserver();
  n1 = new RestClient(await cluster.configFor('system:node:n1', ['system:nodes']));
  n2 = new RestClient(await cluster.configFor('system:node:n2', ['system:nodes']));
  for (const [name, client] of [
    ['n1', n1],
    ['n2', n2],
  ] as const) {
    await client.resource(nodes).create({ metadata: { name, labels: { 'kubernetes.io/hostname': name } }, spec: {} });
  }
});
afterAll(async () => {
  n1.close();
  n2.close();
  await cluster.close();
});

const unrelated = "no relationship found between node 'n1' and this object";

/** A pod on a node that makes use of ConfigMap and Secret `uses`. */
function podOn(nodeName: string, name: string, uses: string): Pod {
  return pod(name, {
    nodeName,
    volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: uses } }] } }],
    containers: [{ name: 'app', image: 'web', envFrom: [{ secretRef: { name: uses } }] }],
  });
}

test('a kubelet reads what the pods of its node use, as long as they are there', async () => {
  const admin = cluster.client;
  for (const name of ['used', 'unused']) {
    await admin.resource(configMaps).create(configMap(name));
    await admin.resource(secrets).create({ metadata: { name, namespace } });
  }
  const words = (kind: string, name: string) =>
    `${kind} "${name}" is forbidden: User "system:node:n1" cannot get resource "${kind}" in API group "" in the namespace "default": ${unrelated}`;
  const read = (name: string) => n1.resource(secrets).get(name, { namespace });
  expect((await refusal(read('used'))).message).toBe(words('secrets', 'used'));
  await admin.resource(pods).create(podOn('n1', 'p', 'used'));
  await admin.resource(pods).create(podOn('n1', 'q', 'used'));
  expect((await read('used')).metadata.name).toBe('used');
  expect((await n1.resource(configMaps).get('used', { namespace })).metadata.name).toBe('used');
  expect((await n1.resource(configMaps).list({ namespace, fieldSelector: 'metadata.name=used' })).items).toHaveLength(
    1,
  );
  expect((await refusal(read('unused'))).message).toBe(words('secrets', 'unused'));
  expect((await refusal(n1.resource(secrets).list({ namespace }))).message).toContain(': No Object name found');
  expect((await refusal(n2.resource(secrets).get('used', { namespace }))).code).toBe(403);
  await admin.resource(pods).delete('p', { namespace, gracePeriodSeconds: 0 });
  expect((await read('used')).metadata.name).toBe('used');
  await admin.resource(pods).delete('q', { namespace, gracePeriodSeconds: 0 });
  expect((await refusal(read('used'))).message).toBe(words('secrets', 'used'));
});

test('a kubelet lists its own node and its own pods', async () => {
  await cluster.client.resource(pods).create(podOn('n1', 'own', 'x'));
  await cluster.client.resource(pods).create(podOn('n2', 'others', 'x'));
  expect((await n1.resource(pods).list({ fieldSelector: 'spec.nodeName=n1' })).items).toHaveLength(1);
  expect((await n1.resource(nodes).list({ fieldSelector: 'metadata.name=n1' })).items).toHaveLength(1);
  expect((await n1.resource(pods).get('own', { namespace })).metadata.name).toBe('own');
  const why = async (request: Promise<unknown>) => (await refusal(request)).message.replace(/^.*?: User.*?: /, '');
  expect(await why(n1.resource(pods).list())).toBe('can only list/watch pods with spec.nodeName field selector');
  expect(await why(n1.resource(pods).list({ fieldSelector: 'spec.nodeName=n2' }))).toBe(
    'can only list/watch pods with spec.nodeName field selector',
  );
  expect(await why(n1.resource(pods).get('others', { namespace }))).toBe(unrelated);
  expect(await why(n1.resource(nodes).list())).toBe("node 'n1' cannot read all nodes, only its own Node object");
  expect(await why(n1.resource(nodes).get('n2'))).toBe("node 'n1' cannot read 'n2', only its own Node object");
});

test('a kubelet changes its own node, and not what it could draw pods by', async () => {
  const patch = (client: RestClient, name: string, body: unknown, subresource?: 'status') =>
    client.resource(nodes).patch(name, body, { ...(subresource ? { subresource } : {}), type: 'merge' });
  await patch(n1, 'n1', { metadata: { labels: { 'node.kubernetes.io/x': 'y', mine: 'z' } } });
  await patch(n1, 'n1', { status: { phase: 'Running' } }, 'status');
  const words = async (name: string, body: unknown) => (await refusal(patch(n1, name, body))).message;
  const denied = 'nodes "n1" is forbidden: ';
  expect(await words('n2', { metadata: { labels: { a: 'b' } } })).toBe(
    'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  );
  expect(await words('n1', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } })).toBe(
    `${denied}node "n1" is not allowed to modify taints`,
  );
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'gone', uid: 'x' };
  expect(await words('n1', { metadata: { ownerReferences: [owner] } })).toBe(
    `${denied}node "n1" is not allowed to modify ownerReferences`,
  );
  const labels = { 'node-restriction.kubernetes.io/a': 'b', 'node-role.kubernetes.io/control-plane': '' };
  expect(await words('n1', { metadata: { labels } })).toBe(
    `${denied}is not allowed to modify labels: node-restriction.kubernetes.io/a, node-role.kubernetes.io/control-plane`,
  );
  expect((await refusal(n1.resource(nodes).create({ metadata: { name: 'n3' }, spec: {} } as Node))).message).toBe(
    'nodes "n3" is forbidden: node "n1" is not allowed to modify node "n3"',
  );
  expect((await refusal(n1.resource(nodes).delete('n1'))).code).toBe(403);
});

test('a kubelet makes mirror pods of its own and ends its own pods, and no others', async () => {
  const own = await cluster.client.resource(nodes).get('n1');
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: own.metadata.uid ?? '', controller: true };
  const annotations = { 'kubernetes.io/config.mirror': 'hash' };
  const mirror = (more: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod => ({
    metadata: { name: 'mirror', namespace, annotations, ownerReferences: [owner], ...metadata },
    spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'web' }], ...more },
  });
  const words = async (object: Pod) =>
    (await refusal(n1.resource(pods).create(object))).message.replace('pods "mirror" is forbidden: ', '');
  expect(await words(mirror({}, { annotations: {} }))).toBe(
    'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  );
  expect(await words(mirror({ nodeName: 'n2' }))).toBe(
    'node "n1" can only create pods with spec.nodeName set to itself',
  );
  expect(await words(mirror({}, { ownerReferences: [] }))).toBe(
    'node "n1" can only create pods with an owner reference set to itself',
  );
  expect(await words(mirror({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }))).toBe(
    'node "n1" can not create pods that reference secrets',
  );
  await n1.resource(pods).create(mirror());
  await n1.resource(pods).delete('mirror', { namespace, gracePeriodSeconds: 0 });
  const others = () => n1.resource(pods).delete('others', { namespace, gracePeriodSeconds: 0 });
  expect((await refusal(others())).message).toBe(
    'pods "others" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
  );
  const status = (name: string) =>
    n1.resource(pods).patch(name, { status: { phase: 'Failed' } }, { namespace, subresource: 'status', type: 'merge' });
  expect((await status('own')).status?.phase).toBe('Failed');
  expect((await refusal(status('others'))).message).toBe(
    'pods "others" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
  );
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'others', namespace } };
  const evicted = n1.resource(pods).createSubresource('others', 'eviction', eviction as KubeObject, { namespace });
  expect((await refusal(evicted)).code).toBe(403);
  const untouched = await cluster.client.resource(pods).get('others', { namespace });
  expect(untouched.status?.conditions ?? []).toEqual([]);
});

test('a kubelet renews its own lease', async () => {
  const make = (client: RestClient, name: string, where = 'kube-node-lease') =>
    client.resource(leases).create({ metadata: { name, namespace: where }, spec: { holderIdentity: name } });
  await make(n1, 'n1');
  expect((await refusal(make(n1, 'n2'))).message).toBe(
    'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
  );
  expect((await refusal(make(n1, 'n1', 'kube-system'))).message).toContain(
    'can only access leases in the "kube-node-lease" system namespace',
  );
  expect((await refusal(n2.resource(leases).delete('n1', { namespace: 'kube-node-lease' }))).code).toBe(403);
});
