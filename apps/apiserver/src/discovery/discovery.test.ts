import { customResourceDefinitions, resources, type CustomResourceDefinition } from '@wherry/api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';
import { compareVersions } from './group-versions.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

interface ApiResource {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  namespaced: boolean;
  verbs: string[];
  storageVersionHash?: string;
}
interface Aggregated {
  items: {
    metadata: { name?: string };
    versions: {
      version: string;
      resources: {
        resource: string;
        responseKind: { group: string; version: string; kind: string };
        verbs: string[];
        subresources?: { subresource: string; responseKind: { group: string; kind: string }; verbs: string[] }[];
      }[];
    }[];
  }[];
}

const ask = <T>(path: string, headers: Record<string, string> = {}) =>
  cluster.client.request<T>({ method: 'GET', path, headers });
const raw = (path: string, headers: Record<string, string> = {}) =>
  cluster.client.stream({ method: 'GET', path, headers });
const aggregated = {
  accept:
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
};
const listOf = async (groupVersion: string) =>
  (await ask<{ resources: ApiResource[] }>(groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`)).resources;

test('groups stand in upstream’s order, each with its preferred version first', async () => {
  const { groups } = await ask<{
    groups: { name: string; versions: { version: string }[]; preferredVersion: object }[];
  }>('/apis');
  expect(groups.map(({ name }) => name)).toEqual([
    'apiregistration.k8s.io',
    'apps',
    'events.k8s.io',
    'authentication.k8s.io',
    'authorization.k8s.io',
    'autoscaling',
    'batch',
    'certificates.k8s.io',
    'networking.k8s.io',
    'policy',
    'rbac.authorization.k8s.io',
    'storage.k8s.io',
    'admissionregistration.k8s.io',
    'apiextensions.k8s.io',
    'scheduling.k8s.io',
    'coordination.k8s.io',
    'node.k8s.io',
    'discovery.k8s.io',
    'flowcontrol.apiserver.k8s.io',
    'resource.k8s.io',
  ]);
  const autoscaling = groups.find(({ name }) => name === 'autoscaling');
  expect(autoscaling).toMatchObject({
    versions: [{ version: 'v2' }, { version: 'v1' }],
    preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
  });
});

test.each(
  ['v2', 'v10', 'foo', 'v1alpha1', 'v1', 'v11beta2', 'v3beta1', 'bar'].map((_, i, all) => [
    all.toSorted(() => (i % 2 === 0 ? 1 : -1)),
  ]),
)('versions are ordered as Kubernetes does, however they come: %j', (versions) => {
  expect(versions.toSorted(compareVersions)).toEqual([
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v3beta1',
    'v1alpha1',
    'bar',
    'foo',
  ]);
});

test.each([...new Set(resources.map(({ group, version }) => (group === '' ? version : `${group}/${version}`)))])(
  '%s lists each of its kinds with what can be asked of it',
  async (groupVersion) => {
    const list = await listOf(groupVersion);
    const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
    const ours = resources.filter((resource) => resource.group === group && resource.version === version);
    expect(list.filter(({ name }) => !name.includes('/')).map(({ name }) => name)).toEqual(
      ours.map(({ plural }) => plural).toSorted(),
    );
    for (const resource of ours) {
      const found = list.find(({ name }) => name === resource.plural);
      expect(found).toMatchObject({ kind: resource.kind, namespaced: resource.namespaced });
      expect(found?.verbs.length).toBeGreaterThan(0);
      expect(found?.storageVersionHash === undefined).toBe(resource.stored === false);
    }
  },
);

describe('subresources', () => {
  test.each([
    ['v1', 'pods/eviction', { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] }],
    ['v1', 'pods/binding', { kind: 'Binding', verbs: ['create'] }],
    ['v1', 'pods/log', { kind: 'Pod', verbs: ['get'] }],
    ['v1', 'pods/exec', { kind: 'PodExecOptions', verbs: ['create', 'get'] }],
    ['v1', 'pods/ephemeralcontainers', { kind: 'Pod', verbs: ['get', 'patch', 'update'] }],
    ['v1', 'pods/resize', { kind: 'Pod', verbs: ['get', 'patch', 'update'] }],
    [
      'v1',
      'serviceaccounts/token',
      { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
    ],
    ['v1', 'namespaces/finalize', { kind: 'Namespace', verbs: ['update'] }],
    [
      'apps/v1',
      'deployments/scale',
      { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
    ],
    [
      'certificates.k8s.io/v1',
      'certificatesigningrequests/approval',
      { kind: 'CertificateSigningRequest', verbs: ['get', 'patch', 'update'] },
    ],
  ])('%s %s', async (groupVersion, name, expected) => {
    expect((await listOf(groupVersion)).find((each) => each.name === name)).toMatchObject(expected);
  });
});

test('kinds that are answered on the spot can only be created, and the hash of pods is the well-known one', async () => {
  const reviews = await listOf('authorization.k8s.io/v1');
  expect(reviews.map(({ verbs }) => verbs)).toEqual(reviews.map(() => ['create']));
  expect((await listOf('v1')).find(({ name }) => name === 'pods')?.storageVersionHash).toBe('xPOwRZ+Yhw8=');
});

test('everything at once comes in the form that was asked for, and not again when it has not changed', async () => {
  const list = await ask<Aggregated>('/apis', aggregated);
  expect(list).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
  const apps = list.items.find(({ metadata }) => metadata.name === 'apps');
  expect(apps?.versions[0]?.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
    responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
    subresources: [
      { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
      { subresource: 'status', responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' } },
    ],
  });
  const first = await raw('/apis', aggregated);
  first.body.resume();
  const etag = String(first.headers['etag']);
  const again = await raw('/apis', { ...aggregated, 'if-none-match': etag });
  again.body.resume();
  expect([first.status, again.status]).toEqual([200, 304]);
  const beta = aggregated.accept.split(',').slice(1).join();
  expect(await ask('/api', { accept: beta })).toMatchObject({ apiVersion: 'apidiscovery.k8s.io/v2beta1' });
  expect(await ask('/api', { accept: 'application/json' })).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
});

test('what is not there is 404, and discovery can only be read', async () => {
  expect((await refusal(ask('/apis/no.such.group'))).code).toBe(404);
  expect((await refusal(ask('/apis/apps/v9'))).code).toBe(404);
  expect((await refusal(cluster.client.request({ method: 'POST', path: '/apis', body: {} }))).code).toBe(405);
});

const definition = {
  metadata: { name: 'widgets.shop.example.com' },
  spec: {
    group: 'shop.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                description: 'What is wanted.',
                properties: {
                  size: { type: 'integer', description: 'How big.' },
                  maybe: { type: 'string', nullable: true },
                  port: { 'x-kubernetes-int-or-string': true },
                },
              },
            },
          },
        },
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
      },
    ],
  },
} as unknown as CustomResourceDefinition;

test('a custom group comes and goes with its definition, in every form', async () => {
  const before = await ask<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
  await cluster.client.resource(customResourceDefinitions).create(definition);
  await vi.waitUntil(
    () =>
      ask('/apis/shop.example.com/v1').then(
        () => true,
        () => false,
      ),
    { timeout: 5_000 },
  );
  expect(await ask('/apis/shop.example.com')).toMatchObject({
    preferredVersion: { groupVersion: 'shop.example.com/v1' },
  });
  const list = await listOf('shop.example.com/v1');
  expect(list.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'widgets Widget',
    'widgets/scale Scale',
    'widgets/status Widget',
  ]);
  expect((await ask<Aggregated>('/apis', aggregated)).items.at(-1)?.metadata.name).toBe('shop.example.com');
  const { paths } = await ask<typeof before>('/openapi/v3');
  expect(Object.keys(paths)).toContain('apis/shop.example.com/v1');
  expect(paths['apis/apps/v1']).toEqual(before.paths['apis/apps/v1']);
  const document = await ask<{ components: { schemas: object }; paths: object }>(
    paths['apis/shop.example.com/v1']!.serverRelativeURL,
  );
  expect(document.components.schemas).toMatchObject({
    'com.example.shop.v1.Widget': {
      properties: { spec: { properties: { size: { type: 'integer', description: 'How big.' } } } },
      'x-kubernetes-group-version-kind': [{ group: 'shop.example.com', kind: 'Widget', version: 'v1' }],
    },
  });
  expect(Object.keys(document.paths)).toContain(
    '/apis/shop.example.com/v1/namespaces/{namespace}/widgets/{name}/scale',
  );
  const second = await ask<{ definitions: Record<string, unknown> }>('/openapi/v2');
  // Clients check by this document: what may be null or a number or a string has no type there.
  expect(second.definitions['com.example.shop.v1.Widget']).toMatchObject({
    properties: {
      spec: { properties: { size: { type: 'integer' }, maybe: {}, port: { 'x-kubernetes-int-or-string': true } } },
    },
  });
  const { maybe } = (
    second.definitions['com.example.shop.v1.Widget'] as { properties: { spec: { properties: { maybe: object } } } }
  ).properties.spec.properties;
  expect(maybe).not.toHaveProperty('type');
  await cluster.client.resource(customResourceDefinitions).delete('widgets.shop.example.com');
  await vi.waitUntil(
    () =>
      ask('/apis/shop.example.com/v1').then(
        () => false,
        () => true,
      ),
    { timeout: 5_000 },
  );
  expect(Object.keys((await ask<typeof before>('/openapi/v3')).paths)).not.toContain('apis/shop.example.com/v1');
});

test('a document that is asked for by its hash may be kept for ever', async () => {
  const { paths } = await ask<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
  const answer = await raw(paths['apis/apps/v1']!.serverRelativeURL);
  answer.body.resume();
  expect(answer.headers).toMatchObject({ 'cache-control': 'public, immutable', expires: expect.any(String) });
  const again = await raw('/openapi/v3/apis/apps/v1', { 'if-none-match': String(answer.headers['etag']) });
  again.body.resume();
  expect(again.status).toBe(304);
});

test('a document can be asked for by HEAD, discovery cannot', async () => {
  const head = async (path: string) => {
    const answer = await cluster.client.stream({ method: 'HEAD', path });
    answer.body.resume();
    return answer;
  };
  expect(await head('/openapi/v3/apis/apps/v1')).toMatchObject({ status: 200, headers: { etag: expect.any(String) } });
  expect((await refusal(head('/apis'))).code).toBe(405);
});

test('older clients get the v2 document in protobuf', async () => {
  const answer = await raw('/openapi/v2', { accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf' });
  expect(answer.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const json = await ask<{ paths: object; definitions: object }>('/openapi/v2');
  const document = readFields(body);
  expect(document.map(({ field }) => field)).toEqual([1, 2, 8, 9]);
  expect(document[0]?.bytes.toString()).toBe('2.0');
  const namesOf = (bytes: Buffer) =>
    readFields(bytes).map((entry) => readFields(entry.bytes)[0]?.bytes.toString() ?? '');
  expect(namesOf(document[2]!.bytes).toSorted()).toEqual(Object.keys(json.paths).toSorted());
  expect(namesOf(document[3]!.bytes).toSorted()).toEqual(Object.keys(json.definitions).toSorted());
  expect((await refusal(ask('/openapi/v2', { accept: 'text/html' }))).code).toBe(406);
});

/** The length-delimited fields of a protobuf message. */
function readFields(bytes: Buffer): { field: number; bytes: Buffer }[] {
  const fields: { field: number; bytes: Buffer }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === 0) varint();
    else if (tag % 8 === 1) at += 8;
    else {
      const length = varint();
      fields.push({ field: Math.floor(tag / 8), bytes: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return fields;
}
