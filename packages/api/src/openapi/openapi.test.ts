import { describe, expect, test } from 'vitest';
import { resources } from '../resources.ts';
import { openApiV2 } from './v2.ts';
import { openApiV3 } from './v3.ts';

type Json = Record<string, unknown>;

function* everyMap(value: unknown): Iterable<Json> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Json;
  for (const inner of Object.values(value)) yield* everyMap(inner);
}

const groups = [...new Set(resources.map((resource) => `${resource.group}/${resource.version}`))];
const v3 = (name: string): Json => {
  const [group = '', version = ''] = name.split('/');
  return openApiV3(group, version, resources) as Json;
};
const schemasOf = (document: Json): Record<string, Json> =>
  (document['components'] as { schemas: Record<string, Json> }).schemas;

describe.each(groups)('the OpenAPI v3 document of %s', (name) => {
  const document = v3(name);

  test('every reference leads to a schema of the document, and stands alone', () => {
    for (const map of everyMap(document)) {
      const ref = map['$ref'];
      if (typeof ref !== 'string') continue;
      expect(Object.keys(map)).toEqual(['$ref']);
      expect(schemasOf(document)).toHaveProperty([ref.replace('#/components/schemas/', '')]);
    }
  });

  test('every operation says its action and kind, and has an id of its own', () => {
    const ids = new Set<unknown>();
    for (const item of Object.values(document['paths'] as Record<string, Json>)) {
      for (const [verb, operation] of Object.entries(item) as [string, Json][]) {
        if (verb === 'parameters') continue;
        expect(operation).toMatchObject({ 'x-kubernetes-action': expect.any(String) });
        expect(operation['x-kubernetes-group-version-kind']).toMatchObject({ kind: expect.any(String) });
        expect(ids.has(operation['operationId'])).toBe(false);
        ids.add(operation['operationId']);
      }
    }
    expect(ids.size).toBeGreaterThan(1);
  });
});

test('kubectl finds dryRun and fieldValidation among the parameters of a patch', () => {
  const paths = v3('apps/v1')['paths'] as Record<
    string,
    { patch: { parameters: { name: string }[]; requestBody: Json } }
  >;
  const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] ?? {};
  expect(patch?.parameters.map((parameter) => parameter.name)).toEqual([
    'dryRun',
    'fieldManager',
    'fieldValidation',
    'force',
  ]);
  expect(Object.keys(patch?.requestBody['content'] as Json)).toContain('application/strategic-merge-patch+json');
});

test('merge keys, list types and required fields are said where kubectl reads them', () => {
  const schemas = schemasOf(v3('apps/v1'));
  expect(schemas['io.k8s.api.core.v1.PodSpec']).toMatchObject({
    required: ['containers'],
    properties: {
      containers: {
        type: 'array',
        items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.Container' }] },
        'x-kubernetes-list-map-keys': ['name'],
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
      },
      volumes: { 'x-kubernetes-patch-strategy': 'merge,retainKeys' },
      nodeSelector: { 'x-kubernetes-map-type': 'atomic' },
    },
  });
  expect(schemas['io.k8s.api.apps.v1.DeploymentSpec']).toMatchObject({
    properties: { strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' } },
  });
  expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
    'x-kubernetes-group-version-kind': [{ group: 'apps', kind: 'Deployment', version: 'v1' }],
  });
});

test('a group’s document has the kinds of that group and no others', () => {
  const lists = Object.keys(schemasOf(v3('discovery.k8s.io/v1'))).filter((id) => id.endsWith('List'));
  expect(lists).toEqual(['io.k8s.api.discovery.v1.EndpointSliceList']);
});

test('every field of the common kinds has words', () => {
  const schemas = schemasOf(v3('/v1'));
  for (const kind of [
    'Pod',
    'PodSpec',
    'Container',
    'Probe',
    'Service',
    'ServiceSpec',
    'ConfigMap',
    'Secret',
    'Namespace',
    'Node',
    'Event',
  ]) {
    const properties = schemas[`io.k8s.api.core.v1.${kind}`]?.['properties'] as Record<string, Json>;
    const silent = Object.entries(properties).filter(([, property]) => property['description'] === undefined);
    expect([kind, silent.map(([name]) => name)]).toEqual([kind, []]);
  }
});

test.each([
  ['/v1', 'core.v1', ['PersistentVolumeClaimSpec', 'ResourceQuotaSpec', 'LimitRangeItem', 'ReplicationControllerSpec']],
  ['apps/v1', 'apps.v1', ['DaemonSetSpec', 'StatefulSetSpec', 'StatefulSetStatus']],
  ['batch/v1', 'batch.v1', ['JobSpec', 'JobStatus', 'CronJobSpec']],
  ['autoscaling/v2', 'autoscaling.v2', ['HorizontalPodAutoscalerSpec', 'MetricSpec', 'MetricTarget']],
  ['policy/v1', 'policy.v1', ['PodDisruptionBudgetSpec', 'PodDisruptionBudgetStatus']],
])('what explain asks of %s has words', (version, prefix, kinds) => {
  const schemas = schemasOf(v3(version));
  for (const kind of kinds) {
    const properties = schemas[`io.k8s.api.${prefix}.${kind}`]?.['properties'] as Record<string, Json>;
    const silent = Object.entries(properties).filter(([, property]) => property['description'] === undefined);
    expect([kind, silent.map(([name]) => name)]).toEqual([kind, []]);
  }
});

test('the v2 document refers to definitions of its own', () => {
  const document = openApiV2(resources) as Json & { definitions: Json };
  let count = 0;
  for (const map of everyMap(document)) {
    const ref = map['$ref'];
    if (typeof ref !== 'string') continue;
    count++;
    expect(document.definitions).toHaveProperty([ref.replace('#/definitions/', '')]);
  }
  expect(count).toBeGreaterThan(300);
});
