import { createHash } from 'node:crypto';
import { apiVersionOf, resources, type Resource } from '@wherry/api';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface Subresource {
  kind: string;
  verbs: readonly string[];
  group?: string;
  version?: string;
}

/** What a subresource answers to; `status` and the rest of what is absent here has the parent's kind. */
const subresourceFacts: Readonly<Record<string, Subresource>> = {
  'deployments/scale': { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  'replicationcontrollers/scale': {
    kind: 'Scale',
    group: 'autoscaling',
    version: 'v1',
    verbs: ['get', 'patch', 'update'],
  },
  'statefulsets/scale': { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  'pods/ephemeralcontainers': { kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  'pods/resize': { kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  'replicasets/scale': { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
  'serviceaccounts/token': { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  'pods/binding': { kind: 'Binding', verbs: ['create'] },
  'pods/eviction': { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  'pods/log': { kind: 'Pod', verbs: ['get'] },
  'pods/exec': { kind: 'PodExecOptions', verbs: ['create', 'get'] },
  'pods/attach': { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  'namespaces/finalize': { kind: 'Namespace', verbs: ['update'] },
};

interface GroupVersion {
  group: string;
  version: string;
  resources: readonly Resource[];
}

/** Groups in the order in which clients prefer them, as upstream's; others come after these. */
const groupOrder = [
  '',
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
];

export const groupVersions: readonly GroupVersion[] = gather(resources as readonly Resource[]);

function rankOf(group: string): number {
  const at = groupOrder.indexOf(group);
  return at < 0 ? groupOrder.length : at;
}

function gather(served: readonly Resource[]): GroupVersion[] {
  const found = new Map<string, Resource[]>();
  for (const resource of served) {
    const key = apiVersionOf(resource);
    found.set(key, [...(found.get(key) ?? []), resource]);
  }
  const all = [...found.values()].map((list) => ({
    group: list[0]!.group,
    version: list[0]!.version,
    resources: list,
  }));
  return all.sort((a, b) => rankOf(a.group) - rankOf(b.group));
}

/** /api, /apis, /apis/GROUP, /api/v1 and /apis/GROUP/VERSION; undefined for other paths. */
export function discover(context: RequestContext, advertised: string): Answer | undefined {
  const path = context.info.path.replace(/\/+$/, '');
  const accept = context.headers.accept ?? '';
  if (path === '/api' || path === '/apis') {
    if (/as=APIGroupDiscoveryList/.test(accept)) {
      const version = /v=v2beta1/.test(accept) && !/v=v2(;|,|$)/.test(accept) ? 'v2beta1' : 'v2';
      return aggregated(context, path === '/api', version);
    }
    return path === '/api' ? jsonAnswer(200, apiVersions(advertised)) : jsonAnswer(200, apiGroupList());
  }
  const [, root, first, second, more] = path.split('/');
  if (more !== undefined) return undefined;
  if (root === 'api' && first === 'v1' && second === undefined) return resourceList('', 'v1');
  if (root !== 'apis' || first === undefined) return undefined;
  if (second === undefined) {
    const group = apiGroups().find(({ name }) => name === first);
    return group && jsonAnswer(200, { kind: 'APIGroup', apiVersion: 'v1', ...group });
  }
  return resourceList(first, second);
}

function apiVersions(advertised: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: advertised }],
  };
}

function apiGroupList(): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: apiGroups() };
}

function apiGroups() {
  const names = [...new Set(groupVersions.filter(({ group }) => group !== '').map(({ group }) => group))];
  return names.map((name) => {
    const versions = groupVersions
      .filter(({ group }) => group === name)
      .map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] };
  });
}

function resourceList(group: string, version: string): Answer | undefined {
  const found = groupVersions.find((item) => item.group === group && item.version === version);
  if (!found) return undefined;
  const list = found.resources.flatMap((resource) => [
    apiResource(resource),
    ...servedSubresources(resource).map((name) => apiSubresource(resource, name)),
  ]);
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return jsonAnswer(200, {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: list.sort((a, b) => (a.name < b.name ? -1 : 1)),
  });
}

function verbsOf(resource: Resource): readonly string[] {
  if (resource.verbs) return resource.verbs;
  return resource.noCollectionDelete ? objectVerbs.filter((verb) => verb !== 'deletecollection') : objectVerbs;
}

function apiResource(resource: Resource) {
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    storageVersionHash: createHash('sha256')
      .update(`${resource.group}/${resource.version}/${resource.kind}`)
      .digest('base64')
      .slice(0, 12),
  };
}

function servedSubresources(resource: Resource): string[] {
  return resource.subresources.filter(
    (name) => name === 'status' || Object.hasOwn(subresourceFacts, `${resource.plural}/${name}`),
  );
}

function factsOf(resource: Resource, name: string): Subresource {
  return subresourceFacts[`${resource.plural}/${name}`] ?? { kind: resource.kind, verbs: ['get', 'patch', 'update'] };
}

function apiSubresource(resource: Resource, name: string) {
  const { kind, group, version, verbs } = factsOf(resource, name);
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(group === undefined ? {} : { group, version }),
    kind,
    verbs,
  };
}

const documents = new Map<string, { body: string; etag: string }>();

function aggregated(context: RequestContext, core: boolean, version: string): Answer {
  const key = `${core ? 'api' : 'apis'} ${version}`;
  let document = documents.get(key);
  if (document === undefined) {
    const body = `${JSON.stringify(aggregatedList(core, version))}\n`;
    document = { body, etag: JSON.stringify(createHash('sha512').update(body).digest('hex').toUpperCase()) };
    documents.set(key, document);
  }
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const headers = { etag: document.etag, vary: 'Accept' };
  if (context.headers['if-none-match'] === document.etag) return { status: 304, contentType, body: '', headers };
  return { status: 200, contentType, body: document.body, headers };
}

function aggregatedList(core: boolean, version: string): object {
  const wanted = groupVersions.filter(({ group }) => (group === '') === core);
  const names = [...new Set(wanted.map(({ group }) => group))];
  const items = names.map((name) => ({
    metadata: name === '' ? { creationTimestamp: null } : { name, creationTimestamp: null },
    versions: wanted
      .filter(({ group }) => group === name)
      .map((item) => ({ version: item.version, resources: item.resources.map(discovered), freshness: 'Current' })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
}

function discovered(resource: Resource): object {
  return {
    resource: resource.plural,
    responseKind: { group: resource.group, version: resource.version, kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
    subresources: servedSubresources(resource).map((name) => {
      const { kind, group, version, verbs } = factsOf(resource, name);
      return {
        subresource: name,
        responseKind: { group: group ?? resource.group, version: version ?? resource.version, kind },
        verbs,
      };
    }),
  };
}
