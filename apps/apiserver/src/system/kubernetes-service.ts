import {
  endpoints,
  endpointSlices,
  services,
  type Endpoints,
  type EndpointSlice,
  type Resource,
  type Service,
} from '@wherry/api';
import { clone, deepEqual, isAlreadyExists, isConflict, isNotFound, type KubeObject } from '@wherry/apimachinery';
import { applyDefaults } from '@wherry/api/defaults';
import { createObject } from '../registry/create.ts';
import { deleteObject } from '../registry/delete.ts';
import { formatIp, type IpRange } from '../registry/ip-range.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { updateObject } from '../registry/update.ts';
import type { ApiserverAddress } from './live-apiservers.ts';

export interface KubernetesServiceOptions {
  /** By port. */
  apiservers: readonly ApiserverAddress[];
  serviceIps: IpRange;
}

const NAMESPACE = 'default';
const NAME = 'kubernetes';
const port = { name: 'https', protocol: 'TCP' } as const;
const DEFAULT_PORT = 6_443;
const OWN_SLICE = /^kubernetes-\d{1,5}$/;

/** Keeps Service default/kubernetes and its endpoints as they must be: made when missing, put right when changed. */
export async function reconcileKubernetesService(
  registry: Registry,
  options: KubernetesServiceOptions,
  now: Date,
): Promise<void> {
  const { service, addresses, slices } = kubernetesObjects(options);
  await ensure(registry, services as Resource, service, now, (found) => {
    const next = found as Service;
    // With nobody in sight, as they are.
    if (options.apiservers.length > 0) next.spec.ports = service.spec.ports;
    next.spec.type = 'ClusterIP';
    delete next.spec.selector;
  });
  if (slices.length === 0) return;
  await ensure(registry, endpoints as Resource, addresses, now, (found) => {
    (found as Endpoints).subsets = addresses.subsets;
  });
  for (const slice of slices) {
    await ensure(registry, endpointSlices as Resource, slice, now, (found) => {
      const next = found as EndpointSlice;
      next.endpoints = slice.endpoints;
      next.ports = slice.ports;
      next.metadata.labels = { ...next.metadata.labels, ...slice.metadata.labels };
    });
  }
  await removeOtherSlices(registry, new Set(slices.map(({ metadata }) => metadata.name)), now);
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/**
 * Pure: what is wanted. The Service has the first address of the range. A slice has one set of ports: apiservers that
 * share a host, and so differ in their port, have a slice for each port.
 */
export function kubernetesObjects({ apiservers, serviceIps }: KubernetesServiceOptions): {
  service: Service;
  addresses: Endpoints;
  slices: EndpointSlice[];
} {
  const clusterIP = formatIp(serviceIps.base + 1);
  const component = { component: 'apiserver', provider: 'kubernetes' };
  // Loopback is no address to the pods, and is not valid in endpoints.
  const reachable = apiservers.filter(({ ip }) => !isLoopback(ip));
  const byPort = [...Map.groupBy(reachable, (apiserver) => apiserver.port)];
  return {
    service: {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name: NAME, namespace: NAMESPACE, labels: component },
      spec: {
        type: 'ClusterIP',
        clusterIP,
        clusterIPs: [clusterIP],
        sessionAffinity: 'None',
        ports: [{ ...port, port: 443, targetPort: apiservers[0]?.port ?? DEFAULT_PORT }],
      },
    },
    addresses: {
      kind: 'Endpoints',
      apiVersion: 'v1',
      // The slice is kept by us too: no mirroring.
      metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: byPort.map(([number, group]) => ({
        addresses: group.map(({ ip }) => ({ ip })),
        ports: [{ ...port, port: number }],
      })),
    },
    slices: byPort.map(([number, group], i) => ({
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: {
        name: i === 0 ? NAME : `${NAME}-${number}`,
        namespace: NAMESPACE,
        labels: { 'kubernetes.io/service-name': NAME },
      },
      addressType: 'IPv4',
      endpoints: group.map(({ ip }) => ({ addresses: [ip], conditions: { ready: true } })),
      ports: [{ ...port, port: number }],
    })),
  };
}

/** Of apiservers that are gone: those with names as we give them. */
async function removeOtherSlices(registry: Registry, wanted: ReadonlySet<string>, now: Date): Promise<void> {
  const { group, version, plural } = endpointSlices as Resource;
  const served = findServed(registry, group, version, plural)!;
  for (const { object } of served.cache.list(NAMESPACE)) {
    const { name, labels } = (object as EndpointSlice).metadata;
    if (wanted.has(name) || !OWN_SLICE.test(name) || labels?.['kubernetes.io/service-name'] !== NAME) continue;
    try {
      await deleteObject(registry, served, `${NAMESPACE}/${name}`, name, {}, { user: serverUser, now });
    } catch (error) {
      // Another apiserver was quicker.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}

async function ensure(
  registry: Registry,
  resource: Resource,
  wanted: KubeObject,
  now: Date,
  change: (object: KubeObject) => void,
): Promise<void> {
  const served = findServed(registry, resource.group, resource.version, resource.plural)!;
  const { name } = wanted.metadata;
  const key = `${NAMESPACE}/${name}`;
  const options = { user: serverUser, now, dryRun: false, subresource: '' };
  const settle = (found: KubeObject): KubeObject => {
    const object = clone(found);
    change(object);
    applyDefaults(resource, object);
    return object;
  };
  try {
    const present = served.cache.get(key)?.object;
    if (present === undefined) {
      applyDefaults(resource, wanted);
      await createObject(registry, served, wanted, NAMESPACE, options);
    } else if (!deepEqual(settle(present), present)) {
      await updateObject(registry, served, key, name, options, settle);
    }
  } catch (error) {
    // Someone else changed it meanwhile: the next round looks again.
    if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
  }
}
