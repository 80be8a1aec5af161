import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { RawClient } from '../testing/raw-client.ts';

// What upstream's daemons of v1.36 ask for when they start, as who they are, in the media types that they ask for.
const PROTOBUF = 'application/vnd.kubernetes.protobuf, application/json';
const METADATA = 'application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

async function as<T>(user: string, groups: string[], act: (client: RawClient) => Promise<T>): Promise<T> {
  const client = new RawClient(await cluster.configFor(user, groups));
  try {
    return await act(client);
  } finally {
    client.close();
  }
}

/** A list, and a streaming list of one second; both answered in protobuf. */
async function informers(client: RawClient, paths: readonly string[], accept = PROTOBUF): Promise<string[]> {
  const refused: string[] = [];
  const inform = async (path: string) => {
    const mark = path.includes('?') ? '&' : '?';
    const listed = await client.send('GET', `${path}${mark}limit=500&resourceVersion=0`, { headers: { accept } });
    if (listed.status !== 200) refused.push(`list ${path}: ${listed.status} ${listed.body.toString()}`);
    const type = listed.headers['content-type'] as string;
    if (!type.startsWith('application/vnd.kubernetes.protobuf')) refused.push(`list ${path}: ${type}`);
    const watched = await client.send(
      'GET',
      `${path}${mark}watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1`,
      { headers: { accept: accept.replaceAll('MetadataList', 'Metadata') } },
    );
    if (watched.status !== 200) refused.push(`watch ${path}: ${watched.status} ${watched.body.toString()}`);
    // At least the bookmark that says that this was all.
    if (watched.body.length === 0) refused.push(`watch ${path}: no bookmark`);
  };
  await Promise.all(paths.map(inform));
  return refused;
}

const claims = ['resourceclaims', 'resourceslices', 'deviceclasses'].map(
  (plural) => `/apis/resource.k8s.io/v1/${plural}`,
);
const storage = ['csinodes', 'csidrivers', 'csistoragecapacities', 'storageclasses', 'volumeattachments'].map(
  (plural) => `/apis/storage.k8s.io/v1/${plural}`,
);
const configuration =
  '/api/v1/namespaces/kube-system/configmaps?fieldSelector=metadata.name%3Dextension-apiserver-authentication';

test.concurrent('the informers of the scheduler', { timeout: 60_000 }, async () => {
  const paths = [
    '/api/v1/pods?fieldSelector=status.phase%21%3DSucceeded%2Cstatus.phase%21%3DFailed',
    '/api/v1/nodes',
    '/api/v1/namespaces',
    '/api/v1/services',
    '/api/v1/persistentvolumes',
    '/api/v1/persistentvolumeclaims',
    '/api/v1/replicationcontrollers',
    '/apis/apps/v1/replicasets',
    '/apis/apps/v1/statefulsets',
    '/apis/policy/v1/poddisruptionbudgets',
    ...storage,
    ...claims,
    configuration,
  ];
  expect(await as('system:kube-scheduler', [], (client) => informers(client, paths))).toEqual([]);
});

test.concurrent('the first informers of the controller manager', { timeout: 60_000 }, async () => {
  const paths = ['/api/v1/configmaps', '/api/v1/secrets', '/api/v1/serviceaccounts', configuration];
  expect(await as('system:kube-controller-manager', [], (client) => informers(client, paths))).toEqual([]);
});

test.concurrent('the garbage collector lists and watches the metadata of pods, their owners and devices', {
  timeout: 60_000,
}, async () => {
  const paths = ['/api/v1/pods', '/apis/apps/v1/replicasets', ...claims];
  const user = 'system:serviceaccount:kube-system:generic-garbage-collector';
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:kube-system'];
  expect(await as(user, groups, (client) => informers(client, paths, METADATA))).toEqual([]);
});

test.concurrent('leases of the leaders', async () => {
  for (const name of ['kube-scheduler', 'kube-controller-manager']) {
    await as(`system:${name}`, [], async (client) => {
      const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
      const body = JSON.stringify({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'kube-system' },
        spec: { holderIdentity: 'me', leaseDurationSeconds: 15 },
      });
      const headers = { 'content-type': 'application/json', accept: PROTOBUF };
      expect((await client.send('POST', leases, { body, headers })).status).toBe(201);
      expect((await client.send('GET', `${leases}/${name}`, { headers })).status).toBe(200);
    });
  }
});

test.concurrent('a kubelet registers, and watches what is its own', { timeout: 60_000 }, async () => {
  await as('system:node:n1', ['system:nodes'], async (client) => {
    const headers = { 'content-type': 'application/json', accept: PROTOBUF };
    const post = async (path: string, object: object) =>
      (await client.send('POST', path, { body: JSON.stringify(object), headers })).status;
    expect(await post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } })).toBe(201);
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'n1' } };
    expect(await post('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', lease)).toBe(201);
    const csi = { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata: { name: 'n1' }, spec: { drivers: [] } };
    expect(await post('/apis/storage.k8s.io/v1/csinodes', csi)).toBe(201);
    const slice = (nodeName: string) => ({
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      metadata: { name: `of-${nodeName}` },
      spec: { driver: 'gpu.example.com', nodeName, pool: { name: nodeName, generation: 1, resourceSliceCount: 1 } },
    });
    expect(await post('/apis/resource.k8s.io/v1/resourceslices', slice('n1'))).toBe(201);
    expect(await post('/apis/resource.k8s.io/v1/resourceslices', slice('n2'))).toBe(403);
    const paths = [
      '/api/v1/nodes?fieldSelector=metadata.name%3Dn1',
      '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1',
      '/api/v1/services',
      '/apis/node.k8s.io/v1/runtimeclasses',
      '/apis/storage.k8s.io/v1/csidrivers',
      '/apis/resource.k8s.io/v1/resourceslices?fieldSelector=spec.nodeName%3Dn1',
    ];
    expect(await informers(client, paths)).toEqual([]);
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: 'u', nonResourceAttributes: { path: '/', verb: 'get' } },
    };
    expect(await post('/apis/authorization.k8s.io/v1/subjectaccessreviews', review)).toBe(201);
    const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'x' } };
    expect(await post('/apis/authentication.k8s.io/v1/tokenreviews', token)).toBe(201);
  });
});

test.concurrent('whoever reads Endpoints is told what came after them', async () => {
  await as('system:kube-controller-manager', ['system:masters'], async (client) => {
    const { headers } = await client.send('GET', '/api/v1/endpoints');
    expect(headers['warning']).toBe(
      '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
    );
  });
});
