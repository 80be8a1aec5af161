import { describe, expect, test } from 'vitest';
import { readAggregated, readLegacy } from './discovery.ts';
import {
  findByKind,
  findByWord,
  qualifiedName,
  resolveTypes,
  resourcePath,
  singularName,
  type ApiResource,
} from './mapping.ts';

function resource(resource: string, kind: string, more: object = {}): object {
  return {
    resource,
    responseKind: { kind },
    singularResource: kind.toLowerCase(),
    scope: 'Namespaced',
    verbs: ['get', 'list'],
    ...more,
  };
}

const resources: ApiResource[] = readAggregated({
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: '' },
      versions: [
        {
          version: 'v1',
          resources: [
            resource('pods', 'Pod', {
              shortNames: ['po'],
              categories: ['all'],
              subresources: [{ subresource: 'log' }],
            }),
            resource('services', 'Service', { shortNames: ['svc'], categories: ['all'] }),
            resource('nodes', 'Node', { scope: 'Cluster', shortNames: ['no'] }),
            resource('events', 'Event', { shortNames: ['ev'] }),
          ],
        },
      ],
    },
    { metadata: { name: 'events.k8s.io' }, versions: [{ version: 'v1', resources: [resource('events', 'Event')] }] },
    {
      metadata: { name: 'apps' },
      versions: [
        {
          version: 'v1',
          resources: [resource('deployments', 'Deployment', { shortNames: ['deploy'], categories: ['all'] })],
        },
        { version: 'v1beta1', resources: [resource('deployments', 'Deployment', { shortNames: ['deploy'] })] },
      ],
    },
    {
      metadata: { name: 'example.com' },
      versions: [{ version: 'v1alpha1', resources: [resource('crontabs', 'CronTab', { shortNames: ['ct'] })] }],
    },
  ],
} as never);

const found = (word: string): string | undefined => {
  const r = findByWord(resources, word);
  return r && `${r.version} ${qualifiedName(r)}`;
};

describe('findByWord', () => {
  test('knows plural, singular, short name and kind, in any case', () => {
    for (const word of ['pods', 'pod', 'po', 'Pod', 'PODS']) expect(found(word)).toBe('v1 pods');
  });
  test('takes a group, a version and a group, and the beginning of a group', () => {
    expect(found('deploy.apps')).toBe('v1 deployments.apps');
    expect(found('deployments.v1beta1.apps')).toBe('v1beta1 deployments.apps');
    expect(found('pods.v1.')).toBe('v1 pods');
    expect(found('crontabs.example')).toBe('v1alpha1 crontabs.example.com');
  });
  test('prefers the earlier group, and reaches the later one by its name', () => {
    expect(found('events')).toBe('v1 events');
    expect(found('events.events.k8s.io')).toBe('v1 events.events.k8s.io');
  });
  test('finds custom resources like any other', () => {
    expect(found('ct')).toBe('v1alpha1 crontabs.example.com');
  });
  test('finds nothing for a word that no resource has', () => {
    expect(found('foo')).toBeUndefined();
    expect(found('pods.apps')).toBeUndefined();
  });
});

describe('resolveTypes', () => {
  test('reads several types, each once', () => {
    expect(resolveTypes(resources, 'po,svc,pods').map((r) => r.plural)).toEqual(['pods', 'services']);
  });
  test('opens a category in the order of discovery', () => {
    expect(resolveTypes(resources, 'all').map(qualifiedName)).toEqual(['pods', 'services', 'deployments.apps']);
  });
  test('names what the server has not', () => {
    expect(() => resolveTypes(resources, 'pods,foo')).toThrow('the server doesn\'t have a resource type "foo"');
  });
});

test('paths have the group, the namespace and the subresource in their places', () => {
  const [pods, nodes, deployments] = ['pods', 'nodes', 'deploy'].map((w) => findByWord(resources, w) as ApiResource);
  expect(resourcePath(pods!, 'a', 'b', 'log')).toBe('/api/v1/namespaces/a/pods/b/log');
  expect(resourcePath(pods!)).toBe('/api/v1/pods');
  expect(resourcePath(nodes!, 'ignored', 'n1')).toBe('/api/v1/nodes/n1');
  expect(resourcePath(deployments!, 'a', 'x/y')).toBe('/apis/apps/v1/namespaces/a/deployments/x%2Fy');
  expect(singularName(deployments!)).toBe('deployment.apps');
});

test('a manifest names its resource by version and kind', () => {
  expect(findByKind(resources, 'apps/v1beta1', 'Deployment')?.version).toBe('v1beta1');
  expect(findByKind(resources, 'apps/v2', 'Deployment')).toBeUndefined();
});

test('the older discovery gives the same', () => {
  const [pods] = readLegacy([
    {
      groupVersion: 'v1',
      resources: [
        {
          name: 'pods',
          singularName: 'pod',
          namespaced: true,
          kind: 'Pod',
          verbs: ['get', 'list'],
          shortNames: ['po'],
          categories: ['all'],
        },
        { name: 'pods/log', namespaced: true, kind: 'Pod' },
      ],
    },
  ]);
  expect(pods).toEqual(findByWord(resources, 'pods'));
});
