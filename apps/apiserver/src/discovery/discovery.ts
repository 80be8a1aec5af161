import { createHash } from 'node:crypto';
import { jsonAnswer, type Answer, type RequestContext } from '../http/context.ts';
import type { Served } from '../registry/served.ts';
import type { SubresourceTable } from '../verbs/subresources.ts';
import type { GroupVersion, GroupVersions } from './group-versions.ts';
import { subresourceFacts } from './subresource-facts.ts';

const objectVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const readingVerbs = ['delete', 'deletecollection', 'get', 'list', 'watch'];

interface Document {
  generation: number;
  body: string;
  etag: string;
}

/** /api and /apis and what is below them: which kinds there are. */
export class Discovery {
  readonly #groups: GroupVersions;
  readonly #subresources: SubresourceTable;
  readonly #documents = new Map<string, Document>();

  constructor(groups: GroupVersions, subresources: SubresourceTable) {
    this.#groups = groups;
    this.#subresources = subresources;
  }

  /** /api, /apis, /apis/GROUP, /api/v1 and /apis/GROUP/VERSION; undefined for other paths. */
  answer(context: RequestContext, advertised: string): Answer | undefined {
    const path = context.info.path.replace(/\/+$/, '');
    if (path === '/api' || path === '/apis') {
      const version = aggregatedVersion(context.headers.accept ?? '');
      if (version !== undefined) return this.#aggregated(context, path === '/api', version);
      return jsonAnswer(200, path === '/api' ? apiVersions(advertised) : this.#groupList(), { vary: 'Accept' });
    }
    const [, root, first, second, more] = path.split('/');
    if (more !== undefined) return undefined;
    if (root === 'api' && first === 'v1' && second === undefined) return this.#resourceList('', 'v1');
    if (root !== 'apis' || first === undefined || first === '') return undefined;
    if (second !== undefined) return this.#resourceList(first, second);
    const group = this.#apiGroups().find(({ name }) => name === first);
    return group && jsonAnswer(200, { kind: 'APIGroup', apiVersion: 'v1', ...group });
  }

  #groupList(): object {
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: this.#apiGroups() };
  }

  #apiGroups() {
    return grouped(this.#groups.list.filter(({ group }) => group !== '')).map(([name, items]) => {
      const versions = items.map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
      return { name, versions, preferredVersion: versions[0] };
    });
  }

  #resourceList(group: string, version: string): Answer | undefined {
    const found = this.#groups.find(group, version);
    if (!found) return undefined;
    const resources = found.resources.flatMap((served) => [
      apiResource(served),
      ...this.#subresourcesOf(served).map((name) => apiSubresource(served, name)),
    ]);
    return jsonAnswer(200, {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: group === '' ? version : `${group}/${version}`,
      resources: resources.sort((a, b) => (a.name < b.name ? -1 : 1)),
    });
  }

  #subresourcesOf({ resource }: Served): string[] {
    return resource.subresources
      .filter((name) => name === 'status' || resource.custom || this.#subresources.has(`${resource.plural}/${name}`))
      .toSorted();
  }

  #aggregated(context: RequestContext, core: boolean, version: string): Answer {
    const key = `${core ? 'api' : 'apis'} ${version}`;
    let document = this.#documents.get(key);
    if (document?.generation !== this.#groups.generation) {
      const body = `${JSON.stringify(this.#aggregatedList(core, version))}\n`;
      const etag = JSON.stringify(createHash('sha512').update(body).digest('hex').toUpperCase());
      document = { generation: this.#groups.generation, body, etag };
      this.#documents.set(key, document);
    }
    const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    const headers = { etag: document.etag, vary: 'Accept', 'cache-control': 'public' };
    if (context.headers['if-none-match'] === document.etag) return { status: 304, contentType, body: '', headers };
    return { status: 200, contentType, body: document.body, headers };
  }

  #aggregatedList(core: boolean, version: string): object {
    const items = grouped(this.#groups.list.filter(({ group }) => (group === '') === core)).map(([name, versions]) => ({
      metadata: name === '' ? { creationTimestamp: null } : { name, creationTimestamp: null },
      versions: versions.map((item) => ({
        version: item.version,
        resources: item.resources.map((served) => this.#discovered(served)),
        freshness: 'Current',
      })),
    }));
    return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
  }

  #discovered(served: Served): object {
    const { resource } = served;
    const { group, version, kind } = resource;
    const subresources = this.#subresourcesOf(served).map((name) => {
      const facts = subresourceFacts(resource, name);
      const responseKind = { group: facts.group ?? group, version: facts.version ?? version, kind: facts.kind };
      return { subresource: name, responseKind, verbs: facts.verbs };
    });
    return {
      resource: resource.plural,
      responseKind: { group, version, kind },
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: resource.singular,
      verbs: verbsOf(served),
      ...names(served),
      ...(subresources.length > 0 ? { subresources } : {}),
    };
  }
}

/** The first version of the aggregated form that the client takes before the plain one. */
function aggregatedVersion(accept: string): 'v2' | 'v2beta1' | undefined {
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    if (type !== 'application/json') continue;
    if (!parameters.includes('as=APIGroupDiscoveryList')) return undefined;
    if (!parameters.includes('g=apidiscovery.k8s.io')) continue;
    if (parameters.includes('v=v2')) return 'v2';
    if (parameters.includes('v=v2beta1')) return 'v2beta1';
  }
  return undefined;
}

function grouped(list: readonly GroupVersion[]): [string, GroupVersion[]][] {
  const groups = new Map<string, GroupVersion[]>();
  for (const item of list) {
    const known = groups.get(item.group);
    if (known) known.push(item);
    else groups.set(item.group, [item]);
  }
  return [...groups];
}

function apiVersions(advertised: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: advertised }],
  };
}

function verbsOf({ resource, strategy }: Served): readonly string[] {
  if (resource.verbs) return resource.verbs;
  if (strategy.takesNothingNew?.()) return readingVerbs;
  return resource.noCollectionDelete ? objectVerbs.filter((verb) => verb !== 'deletecollection') : objectVerbs;
}

function names({ resource }: Served): object {
  return {
    ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
    ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
  };
}

function apiResource(served: Served) {
  const { resource, cache } = served;
  return {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: verbsOf(served),
    ...names(served),
    ...(resource.stored === false ? {} : { storageVersionHash: storageHash(cache.encoding) }),
  };
}

/** As upstream makes it: clients tell by it whether objects have to be migrated. */
function storageHash({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const text = apiVersion.includes('/') ? `${apiVersion}/${kind}` : `/${apiVersion}/${kind}`;
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');
}

function apiSubresource({ resource }: Served, name: string) {
  const { kind, group, version, verbs } = subresourceFacts(resource, name);
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(group === undefined ? {} : { group, version }),
    kind,
    verbs,
  };
}
