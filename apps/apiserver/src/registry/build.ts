import { apiVersionOf, ipAddresses, resources, type Pod, type Resource } from '@wherry/api';
import type { Storage } from '@wherry/store';
import { chooseAdmissionPlugins } from '../admission/plugins.ts';
import { Authenticator, type AuthenticationOptions } from '../auth/authenticator.ts';
import { createAuthorization, type AuthorizationMode } from '../authorization/build.ts';
import { createEncoding } from '../cache/entry.ts';
import { Hub } from '../cache/hub.ts';
import { WatchCache, type CacheIndex } from '../cache/watch-cache.ts';
import { ClusterIps } from './cluster-ips.ts';
import { autoscalingV1Conversion } from './autoscaler-conversion.ts';
import { definitionRules } from '../custom-resources/definition-rules.ts';
import { eventsV1Conversion } from './event-conversion.ts';
import { EventLeases } from './event-leases.ts';
import type { IpRange } from './ip-range.ts';
import type { Registry } from './registry.ts';
import type { Conversion } from './served.ts';
import { ServedResources } from './served-resources.ts';
import { ServiceAllocator, type PortRange } from './service-allocation.ts';
import { createStrategies } from './strategies.ts';

export interface RegistryOptions {
  storage: Storage;
  serviceIps: IpRange;
  nodePorts: PortRange;
  eventTtlSeconds: number;
  authentication: AuthenticationOptions;
  enableAdmissionPlugins: readonly string[];
  disableAdmissionPlugins: readonly string[];
  authorizationModes: readonly AuthorizationMode[];
  /** The caches lost the store; they try to get it back by themselves. */
  onTrouble(error: unknown): void;
}

/** The storage of Events is that of the core group, whichever group they come by. */
const eventStorage = { name: 'events', kind: 'Event', apiVersion: 'v1' };
const podsByNode: CacheIndex = { field: 'spec.nodeName', of: (object) => (object as Pod).spec.nodeName ?? '' };

/** What is stored in another group or version than the one it is served in. */
const conversions: Readonly<Record<string, Conversion>> = {
  'events.k8s.io/v1/Event': eventsV1Conversion,
  'autoscaling/v1/HorizontalPodAutoscaler': autoscalingV1Conversion,
};

export function buildRegistry(options: RegistryOptions): Registry {
  const hub = new Hub(options.storage, options.onTrouble);
  const caches = new Map<string, WatchCache>();
  const addresses = new ClusterIps(cacheOf(ipAddresses as Resource, hub, caches));
  const strategies = createStrategies({
    services: new ServiceAllocator(hub, options.serviceIps, addresses, options.nodePorts),
  });
  const served = new ServedResources();
  for (const each of resources as readonly Resource[]) {
    const resource = each.kind === 'CustomResourceDefinition' ? { ...each, rules: definitionRules } : each;
    const cache = cacheOf(resource, hub, caches);
    const conversion = conversions[`${resource.group}/${resource.version}/${resource.kind}`];
    const strategy = strategies.get(`${resource.group}/${resource.plural}`) ?? {};
    served.set(`${resource.group}/${resource.version}/${resource.plural}`, { resource, cache, strategy, conversion });
  }
  const eventLeases = new EventLeases(options.storage, options.eventTtlSeconds);
  const lookUpKey = (id: string, key: string) => served.get(id)?.cache.get(key)?.object;
  const authenticator = new Authenticator(options.authentication, lookUpKey);
  const authorization = createAuthorization(options.authorizationModes, served);
  return {
    hub,
    served,
    admission: chooseAdmissionPlugins(options),
    eventLeases,
    authenticator,
    ...authorization,
  };
}

/** The cache of what the resource stores, which several may share. */
function cacheOf(resource: Resource, hub: Hub, caches: Map<string, WatchCache>): WatchCache {
  const { name, kind, apiVersion } = storageOf(resource);
  const known = caches.get(name);
  if (known !== undefined) return known;
  const cache = new WatchCache(createEncoding(name, kind, apiVersion), name === 'pods' ? podsByNode : undefined);
  caches.set(name, cache);
  if (resource.stored !== false) hub.add(name, cache);
  return cache;
}

function storageOf(resource: Resource): { name: string; kind: string; apiVersion: string } {
  if (resource.kind === 'Event') return eventStorage;
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  return { name, kind: resource.kind, apiVersion: apiVersionOf(resource) };
}
