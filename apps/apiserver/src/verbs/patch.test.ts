import { configMaps, customResourceDefinitions, type ConfigMap } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, deployment, refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
  await cluster.client.resource(configMaps).create(configMap('patched', { k: 'v' }));
  await cluster.client.request({ method: 'POST', path: DEPLOYMENTS, body: deployment('patched') });
});
afterAll(() => cluster.close());

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

const send = (path: string, contentType: string, body: unknown) =>
  cluster.client.raw({ method: 'PATCH', path, contentType, body: Buffer.from(JSON.stringify(body)) });
async function patch<T extends KubeObject = ConfigMap>(path: string, type: string, body: unknown): Promise<T> {
  return JSON.parse((await send(path, type, body)).body.toString()) as T;
}
const refused = async (path: string, type: string, body: unknown) => {
  const error = await refusal(send(path, type, body));
  return [error.code, error.message];
};

describe('a patch', () => {
  test.each(['application/json', 'application/apply-patch+cbor', 'text/plain', 'application/x-nonsense'])(
    'of type %s is told which there are',
    async (type) => {
      expect(await refused(`${MAPS}/patched`, type, {})).toEqual([
        415,
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
      ]);
    },
  );

  test.each([
    [JSON_PATCH, []],
    [MERGE, {}],
    [STRATEGIC, {}],
  ])('of type %s is of something that is there', async (type, body) => {
    expect(await refused(`${MAPS}/missing`, type, body)).toEqual([404, 'configmaps "missing" not found']);
  });

  test('whose result is no object of its kind is invalid, and shows what it would have been', async () => {
    const [code, message] = await refused(`${DEPLOYMENTS}/patched`, MERGE, { spec: { replicas: 'many' } });
    expect(code).toBe(422);
    expect(message).toMatch(
      /^ "" is invalid: patch: Invalid value: "\{.*\\"replicas\\":\\"many\\".*\}": json: cannot unmarshal string into Go struct field/,
    );
    expect(await refused(`${DEPLOYMENTS}/patched`, STRATEGIC, { spec: { replicas: 'many' } })).toEqual([
      422,
      expect.stringMatching(
        /^ "" is invalid: patch: Invalid value: "map\[spec:map\[replicas:many\]\]": json: cannot unmarshal/,
      ),
    ]);
  });

  test('with unknown fields is refused, warned of or taken, as fieldValidation says', async () => {
    const path = `${MAPS}/patched`;
    expect(await refused(`${path}?fieldValidation=Strict`, STRATEGIC, { more: 1 })).toEqual([
      422,
      ' "" is invalid: patch: Invalid value: "map[more:1]": strict decoding error: unknown field "more"',
    ]);
    const warned = await send(path, MERGE, { more: 1 });
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"more\\""');
    expect((await send(`${path}?fieldValidation=Ignore`, MERGE, { more: 1 })).headers['warning']).toBeUndefined();
    const operations = [{ op: 'test', path: '/data/k', value: 'v', note: 'x' }];
    expect((await send(path, JSON_PATCH, operations)).headers['warning']).toBe(
      '299 - "json patch unknown field \\"[0].note\\""',
    );
  });

  test('that cannot be applied, or is too much, changes nothing (CVE-2019-1002100)', async () => {
    const path = `${MAPS}/patched`;
    const before = await cluster.client.resource(configMaps).get('patched', { namespace: 'default' });
    const [code, message] = await refused(path, JSON_PATCH, [{ op: 'remove', path: '/data/none' }]);
    expect(code).toBe(422);
    expect(message).toMatch(/^the server rejected our request due to an error in our request/);
    const copies = [
      { op: 'add', path: '/data/a', value: 'x'.repeat(1_000) },
      ...Array.from({ length: 40 }, (_, i) => ({ op: 'copy', from: '', path: `/x${i}` })),
    ];
    const rss = process.memoryUsage().rss;
    expect((await refused(path, JSON_PATCH, copies))[0]).toBe(413);
    expect(process.memoryUsage().rss - rss).toBeLessThan(200 * 2 ** 20);
    const many = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '', value: {} }));
    expect(await refused(path, JSON_PATCH, many)).toEqual([
      413,
      'Request entity is too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    ]);
    expect(await cluster.client.resource(configMaps).get('patched', { namespace: 'default' })).toEqual(before);
  });
});

describe('a custom resource', () => {
  const RESOURCES = '/apis/patch.example.com/v1/namespaces/default/widgets';
  interface Widget extends KubeObject {
    spec?: Record<string, unknown>;
  }
  const widget = (spec: object, name = 'w') => ({
    apiVersion: 'patch.example.com/v1',
    kind: 'Widget',
    metadata: { name },
    spec,
  });
  const apply = (spec: object, manager = 'a', name = 'w') =>
    patch<Widget>(`${RESOURCES}/${name}?fieldManager=${manager}`, APPLY, widget(spec, name));

  beforeAll(async () => {
    const port = {
      type: 'object',
      required: ['port'],
      properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP' }, note: { type: 'string' } },
    };
    const properties = {
      replicas: { type: 'integer' },
      tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      plain: { type: 'array', items: { type: 'string' } },
      ports: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['port', 'protocol'],
        items: port,
      },
      whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    };
    const definition = {
      metadata: { name: 'widgets.patch.example.com' },
      spec: {
        group: 'patch.example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget', singular: 'widget' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
            subresources: {
              status: {},
              scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
            },
          },
        ],
      },
    };
    const definitions = cluster.client.resource(customResourceDefinitions);
    await definitions.create(definition as never);
    await vi.waitUntil(
      async () =>
        (await definitions.get('widgets.patch.example.com')).status?.conditions?.some(
          ({ type, status }) => type === 'Established' && status === 'True',
        ),
      { timeout: 5_000, interval: 10 },
    );
  });

  test('has no strategic merge', async () => {
    await apply({}, 'a', 'strategic');
    expect(await refused(`${RESOURCES}/strategic`, STRATEGIC, {})).toEqual([
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    ]);
  });

  test('is applied by the list types of its definition', async () => {
    await apply(
      { tags: ['a'], plain: ['a'], ports: [{ port: 1, note: 'x' }], whole: { a: 'b' }, free: { a: { b: 1 } } },
      'a',
    );
    const next = await apply({ tags: ['b'], ports: [{ port: 1, protocol: 'UDP' }], free: { a: { c: 2 } } }, 'b');
    expect(next.spec).toEqual({
      tags: ['a', 'b'],
      plain: ['a'],
      ports: [
        { port: 1, protocol: 'TCP', note: 'x' },
        { port: 1, protocol: 'UDP' },
      ],
      whole: { a: 'b' },
      free: { a: { b: 1, c: 2 } },
    });
    const conflict = await refused(`${RESOURCES}/w?fieldManager=b`, APPLY, widget({ plain: ['b'], whole: { c: 'd' } }));
    expect(conflict).toEqual([409, 'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.plain\n- .spec.whole']);
    const last = await apply({ tags: ['b'] }, 'b');
    expect(last.spec).toMatchObject({ tags: ['a', 'b'], ports: [{ port: 1, protocol: 'TCP' }], free: { a: { b: 1 } } });
    expect(last.spec?.['free']).toEqual({ a: { b: 1 } });
  });

  test('refuses fields that its definition does not have', async () => {
    expect(await refused(`${RESOURCES}/x?fieldManager=a`, APPLY, widget({ more: 1 }, 'x'))).toEqual([
      400,
      'failed to create typed patch object (/x; patch.example.com/v1, Kind=Widget): .spec.more: field not declared in schema',
    ]);
  });

  test('is scaled by an apply too', async () => {
    await apply({ replicas: 1 }, 'a', 'scaled');
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'scaled' }, spec: { replicas: 3 } };
    expect((await refused(`${RESOURCES}/scaled/scale?fieldManager=s`, APPLY, scale))[0]).toBe(409);
    const path = `${RESOURCES}/scaled/scale?fieldManager=s&force=true`;
    expect(await patch(path, APPLY, scale)).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } });
    const found = await cluster.client.request<Widget>({ method: 'GET', path: `${RESOURCES}/scaled` });
    expect(found.spec).toEqual({ replicas: 3 });
    expect(found.metadata.managedFields?.map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ['s', 'scale'],
    ]);
  });
});
