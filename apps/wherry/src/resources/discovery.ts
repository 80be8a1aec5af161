import type { ApiResource } from './mapping.ts';

/** The parts of apidiscovery.k8s.io/v2 APIGroupDiscoveryList that are read here. */
export interface AggregatedDiscovery {
  readonly kind?: string;
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly DiscoveredResource[];
    }[];
  }[];
}
interface DiscoveredResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string; readonly group?: string; readonly version?: string };
  readonly scope?: string;
  readonly singularResource?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly subresources?: readonly { readonly subresource: string }[];
}

export const aggregatedDiscoveryType =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Reads `/api` or `/apis` in their aggregated form. A group's first version is its preferred one. */
export function readAggregated(document: AggregatedDiscovery): ApiResource[] {
  return (document.items ?? []).flatMap((group) => {
    const seen = new Set<string>();
    return (group.versions ?? []).flatMap((version) =>
      (version.resources ?? []).map((r): ApiResource => {
        const first = !seen.has(r.resource);
        seen.add(r.resource);
        return {
          group: group.metadata?.name ?? '',
          version: version.version,
          plural: r.resource,
          singular: r.singularResource ?? '',
          kind: r.responseKind?.kind ?? '',
          shortNames: r.shortNames ?? [],
          categories: r.categories ?? [],
          namespaced: r.scope === 'Namespaced',
          verbs: r.verbs ?? [],
          subresources: (r.subresources ?? []).map((s) => s.subresource),
          preferred: first,
        };
      }),
    );
  });
}

/** One APIResourceList of the older, unaggregated discovery. */
export interface LegacyResourceList {
  readonly groupVersion: string;
  readonly resources: readonly {
    readonly name: string;
    readonly singularName?: string;
    readonly namespaced: boolean;
    readonly kind: string;
    readonly verbs?: readonly string[];
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  }[];
}

export function readLegacy(lists: readonly LegacyResourceList[]): ApiResource[] {
  const seen = new Set<string>();
  return lists.flatMap(({ groupVersion, resources }) => {
    const slash = groupVersion.indexOf('/');
    const group = slash < 0 ? '' : groupVersion.slice(0, slash);
    const version = groupVersion.slice(slash + 1);
    return resources
      .filter((r) => !r.name.includes('/'))
      .map((r): ApiResource => {
        const preferred = !seen.has(`${group}/${r.name}`);
        seen.add(`${group}/${r.name}`);
        return {
          group,
          version,
          plural: r.name,
          singular: r.singularName ?? '',
          kind: r.kind,
          shortNames: r.shortNames ?? [],
          categories: r.categories ?? [],
          namespaced: r.namespaced,
          verbs: r.verbs ?? [],
          subresources: resources.flatMap((s) =>
            s.name.startsWith(`${r.name}/`) ? [s.name.slice(r.name.length + 1)] : [],
          ),
          preferred,
        };
      });
  });
}
