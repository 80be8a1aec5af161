import { customResourceDefinitions, type CustomResourceDefinition, type JSONSchemaProps } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

interface Custom extends KubeObject {
  spec: Record<string, unknown>;
  status?: Record<string, unknown>;
  items?: Custom[];
}

const schema: JSONSchemaProps = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['cronSpec'],
      properties: {
        cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$' },
        image: { type: 'string', default: 'web' },
        replicas: { type: 'integer', minimum: 1, maximum: 10 },
        size: { type: 'string', enum: ['small', 'large'] },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        items: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, value: { type: 'integer', default: 7 } },
          },
        },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
};
const version = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' },
    { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
  ],
  selectableFields: [{ jsonPath: '.spec.size' }],
};

type Spec = CustomResourceDefinition['spec'];

function definition(plural: string, more: Partial<Spec> = {}): CustomResourceDefinition {
  const singular = plural.slice(0, -1);
  const kind = singular.charAt(0).toUpperCase() + singular.slice(1);
  const names = { plural, kind, singular };
  return {
    metadata: { name: `${plural}.stable.example.com` },
    spec: { group: 'stable.example.com', scope: 'Namespaced', names, versions: [version], ...more },
  };
}

const definitions = () => cluster.client.resource(customResourceDefinitions);
const nameOf = (plural: string) => `${plural}.stable.example.com`;

async function condition(plural: string, type: string) {
  const found = await definitions().get(nameOf(plural));
  return found.status?.conditions?.find((each) => each.type === type);
}

async function establish(wanted: CustomResourceDefinition): Promise<void> {
  await definitions().create(wanted);
  await vi.waitUntil(async () => (await condition(wanted.spec.names.plural, 'Established'))?.status === 'True', {
    timeout: 5_000,
    interval: 10,
  });
}

async function replace(plural: string, change: (definition: CustomResourceDefinition) => void): Promise<void> {
  const found = await definitions().get(nameOf(plural));
  change(found);
  await definitions().update(found);
}

const base = '/apis/stable.example.com';
const path = (plural: string, rest = '', of = 'v1') => `${base}/${of}/namespaces/default/${plural}${rest}`;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
const ask = <T = Custom>(method: Method, url: string, body?: unknown, contentType?: string) =>
  cluster.client.request<T>({ method, path: url, body, ...(contentType ? { contentType } : {}) });
const merge = 'application/merge-patch+json';
const every5 = '* * * * */5';
const object = (name: string, spec: object = {}, more: object = {}) => ({
  metadata: { name },
  spec: { cronSpec: every5, ...spec },
  ...more,
});

test('a custom resource is served as soon as its definition is established, and gone with it', async () => {
  expect((await refusal(ask('GET', path('crontabs')))).code).toBe(404);
  await establish(definition('crontabs'));
  const created = await ask('POST', path('crontabs'), object('one', { unknown: 1, items: [{ name: 'a' }] }));
  expect(created).toMatchObject({
    apiVersion: 'stable.example.com/v1',
    kind: 'Crontab',
    metadata: { name: 'one', namespace: 'default', generation: 1 },
    spec: { cronSpec: every5, image: 'web', items: [{ name: 'a', value: 7 }] },
  });
  expect(created.spec).not.toHaveProperty('unknown');
  expect((await ask('GET', path('crontabs'))).items).toHaveLength(1);
  await ask('PATCH', path('crontabs', '/one'), { metadata: { finalizers: ['example.com/hold'] } }, merge);
  await definitions().delete(nameOf('crontabs'));
  // What holds an object holds its definition; nothing new is made meanwhile.
  await vi.waitUntil(async () => (await ask('GET', path('crontabs', '/one'))).metadata.deletionTimestamp !== undefined);
  expect(await condition('crontabs', 'Terminating')).toMatchObject({ status: 'True' });
  expect(await refusal(ask('POST', path('crontabs'), object('two')))).toMatchObject({
    code: 405,
    message: 'create not allowed while custom resource definition is terminating',
  });
  await ask('PATCH', path('crontabs', '/one'), { metadata: { finalizers: null } }, merge);
  await vi.waitUntil(
    () =>
      definitions()
        .get(nameOf('crontabs'))
        .then(
          () => false,
          () => true,
        ),
    { timeout: 5_000 },
  );
  await vi.waitUntil(() =>
    ask('GET', path('crontabs')).then(
      () => false,
      () => true,
    ),
  );
  expect((await cluster.storage.list('/registry/crontabs.stable.example.com/')).items).toEqual([]);
});

test('what a schema forbids is refused in upstream’s words', async () => {
  await establish(definition('words'));
  const wrong = async (spec: object) => (await refusal(ask('POST', path('words'), object('w', spec)))).message;
  expect(await wrong({ replicas: 11 })).toBe(
    'Word.stable.example.com "w" is invalid: spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
  );
  expect(await wrong({ replicas: 'x' })).toContain(
    'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
  );
  expect(await wrong({ cronSpec: '*' })).toContain(
    'spec.cronSpec: Invalid value: "*": spec.cronSpec in body should match',
  );
  expect(await wrong({ cronSpec: undefined })).toContain('spec.cronSpec: Required value');
  expect(await wrong({ size: 'huge' })).toContain(
    'spec.size: Unsupported value: "huge": supported values: "small", "large"',
  );
  expect(await wrong({ items: [{ name: 'a' }, { name: 'a' }] })).toContain(
    'spec.items[1]: Duplicate value: {"name":"a"}',
  );
  const strict = ask('POST', `${path('words')}?fieldValidation=Strict`, object('w', { nothing: 1 }));
  expect((await refusal(strict)).message).toContain('unknown field "spec.nothing"');
});

test('the generation counts what is not status, and /status changes nothing else', async () => {
  await establish(definition('states'));
  await ask('POST', path('states'), object('s', {}, { status: { replicas: 3 } }));
  const one = await ask('GET', path('states', '/s'));
  expect(one.status).toBeUndefined();
  const labelled = await ask('PATCH', path('states', '/s'), { metadata: { labels: { a: 'b' } } }, merge);
  expect(labelled.metadata.generation).toBe(1);
  const changed = await ask('PATCH', path('states', '/s'), { spec: { replicas: 2 }, status: { replicas: 9 } }, merge);
  expect(changed.metadata.generation).toBe(2);
  expect(changed.status).toBeUndefined();
  const status = { metadata: { labels: { a: 'c' } }, spec: { replicas: 5 }, status: { replicas: 4 } };
  const updated = await ask('PATCH', path('states', '/s/status'), status, merge);
  expect(updated).toMatchObject({
    metadata: { generation: 2, labels: { a: 'b' } },
    spec: { replicas: 2 },
    status: { replicas: 4 },
  });
  const { resourceVersion: _, ...metadata } = updated.metadata;
  expect((await refusal(ask('PUT', path('states', '/s'), { ...updated, metadata }))).message).toContain(
    'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
  );
});

test('/scale reads and writes where the definition says', async () => {
  await establish(definition('scales'));
  await ask('POST', path('scales'), object('s', { replicas: 3 }));
  await ask('PATCH', path('scales', '/s/status'), { status: { replicas: 2, selector: 'app=s' } }, merge);
  expect(await ask('GET', path('scales', '/s/scale'))).toMatchObject({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 3 },
    status: { replicas: 2, selector: 'app=s' },
  });
  const scaled = await ask('PATCH', path('scales', '/s/scale'), { spec: { replicas: 4 } }, merge);
  expect(scaled.spec).toEqual({ replicas: 4 });
  expect((await ask('GET', path('scales', '/s'))).metadata.generation).toBe(2);
  expect((await refusal(ask('PATCH', path('scales', '/s/scale'), { spec: { replicas: 40 } }, merge))).code).toBe(422);
});

test('every served version shows the same objects by its own schema', async () => {
  const old = {
    name: 'v1beta1',
    served: true,
    storage: false,
    deprecated: true,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { spec: { type: 'object', properties: { cronSpec: { type: 'string' } } } },
      },
    },
  };
  await establish(definition('versions', { versions: [version, old] }));
  await ask('POST', path('versions'), object('v', { replicas: 2 }));
  const shown = await ask('GET', path('versions', '/v', 'v1beta1'));
  expect(shown.apiVersion).toBe('stable.example.com/v1beta1');
  expect(shown.spec).toEqual({ cronSpec: every5 });
  // The other version becomes the stored one: what is stored reads as that one knows it.
  await replace('versions', ({ spec }) => {
    for (const each of spec.versions) each.storage = each.name === 'v1beta1';
  });
  expect((await definitions().get(nameOf('versions'))).status?.storedVersions).toEqual(['v1', 'v1beta1']);
  await vi.waitUntil(async () => (await ask('GET', path('versions', '/v'))).spec['replicas'] === undefined);
  expect((await ask('GET', path('versions', '/v', 'v1beta1'))).metadata.uid).toBe(shown.metadata.uid);
  const dropped = replace('versions', ({ spec }) => {
    spec.versions = spec.versions.filter(({ name }) => name !== 'v1');
  });
  expect((await refusal(dropped)).message).toContain(
    'status.storedVersions[0]: Invalid value: "v1": must appear in spec.versions',
  );
});

test('a change of the schema shows at once: in reading, in watching, in discovery', async () => {
  await establish(definition('changes'));
  await ask('POST', path('changes'), object('c', { replicas: 2 }));
  const watched = (async () => {
    const request = { method: 'GET' as const, path: `${path('changes')}?watch=1` };
    const { body } = await cluster.client.stream(request);
    let text = '';
    for await (const chunk of body) text += String(chunk);
    return text;
  })();
  await replace('changes', ({ spec }) => {
    const props = spec.versions[0]!.schema!.openAPIV3Schema!.properties!['spec']!.properties!;
    delete props['replicas'];
    props['added'] = { type: 'string', default: 'later' };
    spec.versions[0]!.subresources = { status: {} };
    spec.names.shortNames = ['chg'];
  });
  // The watch ends, so that its client begins anew.
  expect(await watched).toContain('"ADDED"');
  const { spec } = await ask('GET', path('changes', '/c'));
  expect(spec).toEqual({ cronSpec: every5, image: 'web', added: 'later' });
  await vi.waitUntil(async () => {
    const list = await ask<{ resources: { name: string; shortNames?: string[] }[] }>('GET', `${base}/v1`);
    return list.resources.some(({ name, shortNames }) => name === 'changes' && shortNames?.includes('chg'));
  });
});

test('columns, selectable fields and labels work as with built-in kinds', async () => {
  await establish(definition('tables'));
  await ask('POST', path('tables'), object('small', { size: 'small', replicas: 1 }));
  await ask('POST', path('tables'), object('large', { size: 'large' }));
  const table = await cluster.client.request<{ columnDefinitions: { name: string }[]; rows: { cells: unknown[] }[] }>({
    method: 'GET',
    path: `${path('tables')}?fieldSelector=spec.size%3Dsmall`,
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  expect(table.columnDefinitions.map(({ name }) => name)).toEqual(['Name', 'Spec', 'Replicas']);
  expect(table.rows.map(({ cells }) => cells)).toEqual([['small', every5, 1]]);
  expect((await refusal(ask('GET', `${path('tables')}?fieldSelector=spec.image%3Dx`))).code).toBe(400);
});

test('a strategic merge patch is refused, since nobody knows the merge keys', async () => {
  await establish(definition('merges'));
  await ask('POST', path('merges'), object('m'));
  const patch = ask('PATCH', path('merges', '/m'), { spec: {} }, 'application/strategic-merge-patch+json');
  expect(await refusal(patch)).toMatchObject({ code: 415 });
});

test('a cluster-scoped resource is not found through a namespace (CVE-2019-11247)', async () => {
  await establish(definition('globals', { scope: 'Cluster' }));
  await ask('POST', `${base}/v1/globals`, object('g'));
  expect((await ask('GET', `${base}/v1/globals/g`)).metadata.namespace).toBeUndefined();
  for (const method of ['GET', 'DELETE', 'PUT'] as const)
    expect((await refusal(ask(method, path('globals', '/g'), method === 'PUT' ? object('g') : undefined))).code).toBe(
      404,
    );
  expect((await ask('GET', `${base}/v1/globals/g`)).metadata.name).toBe('g');
});

test('names that another definition has are not accepted until it has gone', async () => {
  const names = { plural: 'firsts', singular: 'first', kind: 'Same', shortNames: ['sm'] };
  await establish(definition('firsts', { names }));
  await definitions().create(
    definition('seconds', { names: { plural: 'seconds', singular: 'second', kind: 'Same', shortNames: ['sm'] } }),
  );
  await vi.waitUntil(async () => (await condition('seconds', 'NamesAccepted'))?.status === 'False');
  expect(await condition('seconds', 'Established')).toMatchObject({ status: 'False', reason: 'NotAccepted' });
  expect(await condition('seconds', 'NamesAccepted')).toMatchObject({
    reason: 'ListKindConflict',
    message: '"SameList" is already in use',
  });
  expect((await refusal(ask('GET', path('seconds')))).code).toBe(404);
  await definitions().delete(nameOf('firsts'));
  await vi.waitUntil(async () => (await condition('seconds', 'Established'))?.status === 'True', { timeout: 5_000 });
  expect((await ask('GET', path('seconds'))).items).toEqual([]);
});

test('custom resources are served by a server that starts on a store that has them', async () => {
  await establish(definition('stays'));
  await ask('POST', path('stays'), object('kept'));
  const other = await startTestApiserver({ storage: cluster.storage });
  const found = await other.client.request<Custom>({ method: 'GET', path: path('stays', '/kept') });
  expect(found).toEqual(await ask('GET', path('stays', '/kept')));
  await other.client[Symbol.asyncDispose]();
  await other.server.close();
});

test('keys such as __proto__ are data where a schema keeps what it does not know', async () => {
  await establish(definition('protos'));
  const free = JSON.parse('{"__proto__":{"polluted":1},"constructor":"c"}') as object;
  await ask('POST', path('protos'), object('p', { free }));
  const found = await ask('GET', path('protos', '/p'));
  expect(JSON.stringify(found.spec['free'])).toBe('{"__proto__":{"polluted":1},"constructor":"c"}');
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('rules in CEL see what was and what is', async () => {
  const rules = [
    { rule: 'self.replicas >= oldSelf.replicas', message: 'may only grow' },
    { rule: '!has(self.max) || self.replicas <= self.max', messageExpression: '"at most %d".format([self.max])' },
  ];
  const spec: JSONSchemaProps = {
    type: 'object',
    properties: { replicas: { type: 'integer' }, max: { type: 'integer' } },
    'x-kubernetes-validations': rules,
  };
  const openAPIV3Schema: JSONSchemaProps = { type: 'object', properties: { spec } };
  await establish(
    definition('judges', { versions: [{ ...version, schema: { openAPIV3Schema }, selectableFields: undefined }] }),
  );
  const bad = { metadata: { name: 'j' }, spec: { replicas: 3, max: 2 } };
  expect((await refusal(ask('POST', path('judges'), bad))).message).toContain(
    'spec: Invalid value: "object": at most 2',
  );
  await ask('POST', path('judges'), { metadata: { name: 'j' }, spec: { replicas: 3 } });
  expect((await refusal(ask('PATCH', path('judges', '/j'), { spec: { replicas: 1 } }, merge))).message).toContain(
    'spec: Invalid value: "object": may only grow',
  );
});

test('a definition does not take the place of a built-in kind', async () => {
  const wanted = definition('leases', {
    group: 'coordination.k8s.io',
    versions: [{ ...version, subresources: undefined }],
  });
  wanted.metadata = {
    name: 'leases.coordination.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' },
  };
  await definitions().create(wanted);
  await vi.waitUntil(
    async () => (await definitions().get('leases.coordination.k8s.io')).status?.conditions !== undefined,
  );
  const lease = { metadata: { name: 'l' }, spec: { holderIdentity: 'me' } };
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  expect((await ask('POST', leases, lease)).spec).toEqual({ holderIdentity: 'me' });
  await definitions().delete('leases.coordination.k8s.io');
  await vi.waitUntil(() =>
    definitions()
      .get('leases.coordination.k8s.io')
      .then(
        () => false,
        () => true,
      ),
  );
  expect((await ask('GET', `${leases}/l`)).spec).toEqual({ holderIdentity: 'me' });
});

test('where a webhook would convert, only what is stored is served', async () => {
  const other = { name: 'v2', served: true, storage: false, schema: version.schema };
  const clientConfig = { url: 'https://example.com/convert' };
  const conversion = { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } };
  await establish(definition('hooks', { versions: [version, other], conversion }));
  expect((await ask('GET', path('hooks'))).items).toEqual([]);
  expect((await refusal(ask('GET', path('hooks', '', 'v2')))).code).toBe(404);
});

test('many objects go with their definition', async () => {
  await establish(definition('manies'));
  await Promise.all(Array.from({ length: 150 }, (_, i) => ask('POST', path('manies'), object(`m-${i}`))));
  await definitions().delete(nameOf('manies'));
  await vi.waitUntil(
    () =>
      definitions()
        .get(nameOf('manies'))
        .then(
          () => false,
          () => true,
        ),
    { timeout: 10_000 },
  );
  expect((await cluster.storage.list('/registry/manies.stable.example.com/')).items).toEqual([]);
});
