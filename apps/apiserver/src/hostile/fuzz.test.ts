import { namespaces, roleBindings, roles, type Namespace } from '@wherry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { RawClient } from '../testing/raw-client.ts';

/**
 * Somebody who may do everything in one namespace sends whatever he likes. Nothing of it may be a server's error, take
 * long, touch a prototype, or change anything outside that namespace.
 */
const NAMESPACE = 'fuzz';
const runs = process.env['WHERRY_SOAK'] === undefined ? 400 : 20_000;
const MAX_CPU_MS = 1_000;
let cluster: TestApiserver;
let admin: RawClient;
let raw: RawClient;

beforeAll(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(namespaces).create({ metadata: { name: NAMESPACE }, spec: {} } as Namespace);
  await cluster.client.resource(roles).create({
    metadata: { name: 'all', namespace: NAMESPACE },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  });
  await cluster.client.resource(roleBindings).create({
    metadata: { name: 'all', namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'all' },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'mallory' }],
  });
  raw = new RawClient(await cluster.configFor('mallory'));
  admin = new RawClient(cluster.config);
});
afterAll(async () => {
  raw?.close();
  admin?.close();
  await cluster?.close();
});

const nasty = fc.constantFrom(
  '..',
  '.',
  '%2e%2e',
  '%2F',
  '%00',
  '%',
  '%zz',
  '__proto__',
  'constructor',
  'toString',
  'a'.repeat(300),
  '*',
  ' ',
  'namespaces',
  'default',
  'kube-system',
  'status',
  'scale',
  'finalize',
  'Ω',
  '{}',
  '[]',
  '?',
  '#',
  ';',
  '\\',
  "'",
);
const plural = fc.constantFrom(
  'configmaps',
  'pods',
  'secrets',
  'services',
  'events',
  'serviceaccounts',
  'endpoints',
  'resourcequotas',
  'persistentvolumeclaims',
  'podtemplates',
  'limitranges',
  'replicationcontrollers',
);
const group = fc.constantFrom(
  '/api/v1',
  '/apis/apps/v1',
  '/apis/batch/v1',
  '/apis/rbac.authorization.k8s.io/v1',
  '/apis',
);
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') }, { weight: 1, arbitrary: nasty });
const path = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        group,
        plural,
        fc.option(name),
        fc.option(fc.oneof(nasty, fc.constantFrom('status', 'eviction', 'log', 'token'))),
      )
      .map(([root, kind, object, sub]) => {
        const end = object === null ? '' : `/${object}${sub === null ? '' : `/${sub}`}`;
        return `${root}/namespaces/${NAMESPACE}/${kind}${end}`;
      }),
  },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(nasty, plural, group), { maxLength: 8 }).map((parts) => `/${parts.join('/')}`),
  },
);
const queryKey = fc.constantFrom(
  'labelSelector',
  'fieldSelector',
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'pretty',
  'dryRun',
  'fieldManager',
  'fieldValidation',
  'force',
  'gracePeriodSeconds',
  'propagationPolicy',
  'timeoutSeconds',
  'sendInitialEvents',
  'allowWatchBookmarks',
  '__proto__',
  'includeObject',
  'follow',
  'container',
  'orphanDependents',
);
const queryValue = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    '1',
    '0',
    '-1',
    '1e9',
    'All',
    'NaN',
    'Exact',
    'NotOlderThan',
    'x=y,z in (a,b)',
    '!a',
  ),
  fc.constantFrom('a==b,,', 'metadata.name=a', 'spec.nodeName!=x', '(((', 'eyJ2IjoibWV0YSJ9', '9'.repeat(40), '\u0000'),
  fc.string({ maxLength: 30 }),
);
const query = fc
  .array(fc.tuple(queryKey, queryValue), { maxLength: 4 })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&'));

const hostileKey = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'metadata',
  'spec',
  'name',
  '$patch',
  '$retainKeys',
  'a',
);
const hostile = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e300,
      2 ** 53,
      '',
      'x',
      '9999999999999999999',
      '$setElementOrder/x',
      'replace',
      'delete',
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(hostileKey, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const object = fc
  .record({
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'x', ''),
    kind: fc.constantFrom('ConfigMap', 'Pod', 'Secret', 'Service', 'List', ''),
    metadata: fc.oneof(
      fc.record({ name, namespace: fc.constantFrom(NAMESPACE, 'default', '..') }, { requiredKeys: ['name'] }),
      hostile,
    ),
    data: fc.oneof(fc.dictionary(hostileKey, fc.string({ maxLength: 5 })), hostile),
    spec: hostile,
    status: hostile,
  })
  .map((value) => JSON.stringify(value));
const jsonPatch = fc
  .array(
    fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.constantFrom(
        '',
        '/',
        '/data',
        '/data/__proto__',
        '/metadata/labels/a',
        '/__proto__/polluted',
        '/data/-',
        '/metadata/name',
      ),
      from: fc.constantFrom('', '/data', '/metadata', '/constructor/prototype'),
      value: hostile,
    }),
    { maxLength: 6 },
  )
  .map((value) => JSON.stringify(value));
const body = fc.oneof(
  { weight: 4, arbitrary: object.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: jsonPatch.map((text) => Buffer.from(text)) },
  { weight: 2, arbitrary: hostile.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 1, arbitrary: fc.string({ maxLength: 200 }).map((text) => Buffer.from(text)) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('k8s\0'), bytes])),
  },
);
const contentType = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
  'application/cbor',
  'application/json; charset=x',
);
const accept = fc.constantFrom(
  'application/json',
  '*/*',
  'application/json;as=Table;g=meta.k8s.io;v=v1',
  'application/vnd.kubernetes.protobuf',
  '',
  'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  'text/html',
  ';;;,,,',
  'application/yaml',
);
/** Requests that are wrong in many places at once: most end at the door. */
const wild = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  path,
  query,
  body,
  contentType,
  accept,
  token: fc.option(
    fc.oneof(fc.string({ maxLength: 40 }).map(printable), fc.constantFrom('a.b.c', '..', 'e30.e30.e30')),
    { freq: 8 },
  ),
});

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const kinds = [
  { root: '/api/v1', plural: 'configmaps', apiVersion: 'v1', kind: 'ConfigMap', rest: { data: { a: 'b' } } },
  { root: '/api/v1', plural: 'secrets', apiVersion: 'v1', kind: 'Secret', rest: { stringData: { a: 'b' } } },
  { root: '/api/v1', plural: 'services', apiVersion: 'v1', kind: 'Service', rest: { spec: { ports: [{ port: 80 }] } } },
  { root: '/api/v1', plural: 'serviceaccounts', apiVersion: 'v1', kind: 'ServiceAccount', rest: {} },
  { root: '/api/v1', plural: 'podtemplates', apiVersion: 'v1', kind: 'PodTemplate', rest: { template } },
  {
    root: '/apis/apps/v1',
    plural: 'deployments',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    rest: { spec: { selector: { matchLabels: { a: 'b' } }, template } },
  },
];
const patchTypes = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'];
/** Requests that are right but for one thing, or altogether. */
const plausible = fc
  .record({
    of: fc.constantFrom(...kinds),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
    object: fc.constantFrom('a', 'b', 'c'),
    collection: fc.boolean(),
    extra: fc.option(fc.tuple(hostileKey, hostile), { freq: 2 }),
    patchType: fc.constantFrom(...patchTypes),
    patch: fc.oneof(
      jsonPatch,
      hostile.map((value) => JSON.stringify(value)),
    ),
    own: fc.boolean(),
    query: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: query }),
    accept,
  })
  .map(({ of, method, object: called, collection, extra, patchType, patch, own, query: asked, accept: wanted }) => {
    const whole = Object.assign(Object.create(null) as Record<string, unknown>, {
      apiVersion: of.apiVersion,
      kind: of.kind,
      metadata: { name: called, namespace: NAMESPACE },
      ...of.rest,
    });
    if (extra !== null)
      Object.defineProperty(whole, extra[0], { value: extra[1], enumerable: true, configurable: true });
    const all = method === 'POST' || (collection && (method === 'GET' || method === 'DELETE'));
    const isPatch = method === 'PATCH';
    const applies = isPatch && patchType === 'apply-patch+yaml';
    return {
      method,
      path: `${of.root}/namespaces/${NAMESPACE}/${of.plural}${all ? '' : `/${called}`}`,
      query: applies && asked === '' ? 'fieldManager=fuzz&force=true' : asked,
      body: Buffer.from(isPatch && !(own || applies) ? patch : JSON.stringify(method === 'DELETE' ? {} : whole)),
      contentType: isPatch ? `application/${patchType}` : 'application/json',
      accept: wanted === '' || wanted === 'text/html' ? '*/*' : wanted,
      token: null,
    };
  });
const request = fc.oneof({ weight: 3, arbitrary: plausible }, { weight: 2, arbitrary: wild });

function printable(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_');
}

/** Everything that is stored outside the namespace, but for what the server itself renews, and the addresses of Services. */
async function outside(): Promise<string[]> {
  const { items } = await cluster.storage.list('/registry/');
  return items
    .filter(
      ({ key }) => !key.includes(`/${NAMESPACE}/`) && !/\/(leases|masterleases|events|ranges|ipaddresses)/.test(key),
    )
    .map(({ key, modRevision }) => `${key} ${modRevision}`);
}

test('whatever is sent, the server answers soon and properly, and nothing outside the namespace changes', async () => {
  const before = await outside();
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`fuzz: ${runs} requests, FUZZ_SEED=${seed}`);
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async (wanted) => {
      const target = `${wanted.path}${wanted.query === '' ? '' : `?${wanted.query}`}`;
      // A watch or a stream would not end by itself; they have tests of their own.
      if (/[?&](watch|follow)=/.test(target)) return;
      const withBody = !['GET', 'HEAD', 'OPTIONS'].includes(wanted.method);
      const headers: Record<string, string> = { accept: wanted.accept };
      if (withBody && wanted.contentType !== '') headers['content-type'] = wanted.contentType;
      if (wanted.token !== null) headers['authorization'] = `Bearer ${wanted.token}`;
      const cpu = process.cpuUsage();
      const answer = await raw.send(wanted.method, escapePath(target), {
        body: withBody ? wanted.body : undefined,
        headers,
      });
      const used = process.cpuUsage(cpu);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expect([answer.status < 500, answer.status, answer.body.toString()]).toEqual([
        true,
        answer.status,
        answer.body.toString(),
      ]);
      expect((used.user + used.system) / 1_000).toBeLessThan(MAX_CPU_MS);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
    { numRuns: runs, seed },
  );
  console.log('fuzz: answers', Object.fromEntries(statuses));
  // What is refused at the door alone would prove little.
  expect(statuses.get(200)).toBeGreaterThan(runs / 20);
  expect(statuses.get(201)).toBeGreaterThan(0);
  expect(await outside()).toEqual(before);
  expect((await admin.send('GET', '/readyz')).status).toBe(200);
}, 600_000);

/** Node refuses to send what no request line can hold; everything else goes out as it is. */
function escapePath(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent);
}
