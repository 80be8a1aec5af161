import { object, type KubeObject } from '@wherry/apimachinery';
import { findResource, type Resource } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import type { Discovered, DiscoveredResource } from './controller.ts';

interface GroupList {
  groups: { preferredVersion: { groupVersion: string } }[];
}
interface ResourceList {
  groupVersion: string;
  resources: { name: string; singularName?: string; namespaced: boolean; kind: string; verbs: string[] }[];
}

/** All resources, without subresources, in the preferred version of each group. @throws when the groups are unknown */
export async function discover(client: RestClient): Promise<Discovered> {
  const { groups } = await client.request<GroupList>({ method: 'GET', path: '/apis' });
  const versions = ['v1', ...groups.map((group) => group.preferredVersion.groupVersion)];
  const resources: DiscoveredResource[] = [];
  const failures: { groupVersion: string; message: string }[] = [];
  const answers = await Promise.allSettled(
    versions.map((version) =>
      client.request<ResourceList>({ method: 'GET', path: version === 'v1' ? '/api/v1' : `/apis/${version}` }),
    ),
  );
  for (const [index, answer] of answers.entries()) {
    const groupVersion = versions[index] ?? '';
    if (answer.status === 'fulfilled') resources.push(...resourcesOf(groupVersion, answer.value));
    else failures.push({ groupVersion, message: String((answer.reason as Error).message) });
  }
  return { resources, failures };
}

function resourcesOf(groupVersion: string, list: ResourceList): DiscoveredResource[] {
  const slash = groupVersion.indexOf('/');
  const group = slash === -1 ? '' : groupVersion.slice(0, slash);
  const version = groupVersion.slice(slash + 1);
  return list.resources
    .filter((item) => !item.name.includes('/'))
    .map((item) => ({
      resource: findResource(group, version, item.name) ?? unknownKind(group, version, item),
      verbs: item.verbs,
    }));
}

/** Of a kind that is not built in only its names are known, which is enough to list, watch and delete it. */
function unknownKind(group: string, version: string, item: ResourceList['resources'][number]): Resource<KubeObject> {
  return {
    group,
    version,
    kind: item.kind,
    plural: item.name,
    singular: item.singularName ?? '',
    shortNames: [],
    categories: [],
    namespaced: item.namespaced,
    schema: object('', {}),
    subresources: [],
    columns: [],
    selectableFields: {},
  };
}
