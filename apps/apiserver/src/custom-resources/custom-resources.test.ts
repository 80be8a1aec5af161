import { customResourceDefinitions, type CustomResourceDefinition, type Resource } from '@wherry/api';
import { object, optional, stored, string, ObjectMeta, map, any, type KubeObject } from '@wherry/apimachinery';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { refusal } from '../testing/objects.ts';

let cluster: TestApiserver;
beforeAll(async () => {
  cluster = await startTestApiserver();
});
afterAll(() => cluster.close());

type Loose = KubeObject & Record<string, any>;

const schema = {
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
        port: { 'x-kubernetes-int-or-string': true },
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

function definition(plural: string, more: Partial<CustomResourceDefinition['spec']> = {}): CustomResourceDefinition {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  return {
    metadata: { name: `${plural}.stable.example.com` },
    spec: {
      group: 'stable.example.com',
      scope: 'Namespaced',
      names: { plural, kind, singular: plural.slice(0, -1), shortNames: [plural.slice(0, 2)] },
      versions: [
        {
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
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
          selectableFields: [{ jsonPath: '.spec.size' }],
        },
      ],
      ...more,
    },
  } as CustomResourceDefinition;
}

async function establish(wanted: CustomResourceDefinition): Promise<void> {
  await cluster.client.resource(customResourceDefinitions).create(wanted);
  await vi.waitUntil(
    async () => {
      const found = await cluster.client.resource(customResourceDefinitions).get(wanted.metadata.name);
      return found.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    },
    { timeout: 5_000, interval: 10 },
  );
}

const path = (plural: string, rest = '', version = 'v1') =>
  `/apis/stable.example.com/${version}/namespaces/default/${plural}${rest}`;
const request = (method: string, path: string, body?: unknown, contentType?: string) =>
  cluster.client.request<Loose>({ method: method as 'GET', path, body, ...(contentType ? { contentType } : {}) });
const tab = (name: string, spec: object): object => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'Crontab',
  metadata: { name },
  spec,
});

test('a custom resource is served as soon as its definition is established, and gone with it', async () => {
  expect((await refusal(request('GET', path('crontabs')))).code).toBe(404);
  await establish(definition('crontabs'));
  const created = await request(
    'POST',
    path('crontabs'),
    tab('one', { cronSpec: '* * * * */5', unknown: 1, items: [{ name: 'a' }] }),
  );
  expect(created).toMatchObject({
    metadata: { name: 'one', namespace: 'default', generation: 1 },
    spec: { cronSpec: '* * * * */5', image: 'web', items: [{ name: 'a', value: 7 }] },
  });
  expect(created['spec']).not.toHaveProperty('unknown');
  expect((await request('GET', path('crontabs')))['items']).toEqual([expect.objectContaining({ kind: 'Crontab' })]);
  await cluster.client.resource(customResourceDefinitions).delete('crontabs.stable.example.com');
  await vi.waitUntil(
    async () =>
      request('GET', path('crontabs')).then(
        () => false,
        () => true,
      ),
    { timeout: 5_000 },
  );
  expect(
    (await refusal(cluster.client.resource(customResourceDefinitions).get('crontabs.stable.example.com'))).code,
  ).toBe(404);
  expect((await cluster.storage.list('/registry/crontabs.stable.example.com/')).items).toEqual([]);
});
