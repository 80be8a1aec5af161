import type { RestClient } from '@wherry/client';
import {
  aggregatedDiscoveryType,
  readAggregated,
  readLegacy,
  type AggregatedDiscovery,
  type LegacyResourceList,
} from '../resources/discovery.ts';
import type { ApiResource } from '../resources/mapping.ts';

/** Everything that the server has: the core group first, then the groups in the server's order. */
export async function discover(client: RestClient, signal: AbortSignal): Promise<readonly ApiResource[]> {
  const ask = async <T>(path: string, accept?: string): Promise<T> =>
    await client.request<T>({ method: 'GET', path, signal, ...(accept ? { accept } : {}) });
  const [core, groups] = await Promise.all([
    ask<AggregatedDiscovery & { versions?: string[] }>('/api', aggregatedDiscoveryType),
    ask<AggregatedDiscovery & LegacyGroups>('/apis', aggregatedDiscoveryType),
  ]);
  if (core.kind === 'APIGroupDiscoveryList' && groups.kind === 'APIGroupDiscoveryList') {
    return [...readAggregated(core), ...readAggregated(groups)];
  }
  const paths = [
    ...(core.versions ?? ['v1']).map((v) => `/api/${v}`),
    ...(groups.groups ?? []).flatMap((g) => g.versions.map((v) => `/apis/${v.groupVersion}`)),
  ];
  return readLegacy(await Promise.all(paths.map((path) => ask<LegacyResourceList>(path))));
}

interface LegacyGroups {
  readonly groups?: readonly { readonly versions: readonly { readonly groupVersion: string }[] }[];
}
