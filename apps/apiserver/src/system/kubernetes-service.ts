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
import { formatIp, type IpRange } from '../registry/ip-range.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { updateObject } from '../registry/update.ts';

export interface KubernetesServiceOptions {
  advertiseAddress: string;
  port: number;
  serviceIps: IpRange;
}

const NAMESPACE = 'default';
const NAME = 'kubernetes';
const port = { name: 'https', protocol: 'TCP' } as const;

/** Keeps Service default/kubernetes and its endpoints as they must be: made when missing, put right when changed. */
export async function reconcileKubernetesService(
  registry: Registry,
  options: KubernetesServiceOptions,
  now: Date,
): Promise<void> {
  const { service, addresses, slice } = kubernetesObjects(options);
  await ensure(registry, services as Resource, service, now, (found) => {
    const next = found as Service;
    next.spec.ports = service.spec.ports;
    next.spec.type = 'ClusterIP';
    delete next.spec.selector;
  });
  // Loopback is no address to the pods, and is not valid in endpoints.
  if (isLoopback(options.advertiseAddress)) return;
  await ensure(registry, endpoints as Resource, addresses, now, (found) => {
    (found as Endpoints).subsets = addresses.subsets;
  });
  await ensure(registry, endpointSlices as Resource, slice, now, (found) => {
    const next = found as EndpointSlice;
    next.endpoints = slice.endpoints;
    next.ports = slice.ports;
    next.metadata.labels = { ...next.metadata.labels, ...slice.metadata.labels };
  });
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Pure: what is wanted. The Service has the first address of the range. */
export function kubernetesObjects(options: KubernetesServiceOptions): {
  service: Service;
  addresses: Endpoints;
  slice: EndpointSlice;
} {
  const clusterIP = formatIp(options.serviceIps.base + 1);
  const component = { component: 'apiserver', provider: 'kubernetes' };
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
        ports: [{ ...port, port: 443, targetPort: options.port }],
      },
    },
    addresses: {
      kind: 'Endpoints',
      apiVersion: 'v1',
      // The slice is kept by us too: no mirroring.
      metadata: { name: NAME, namespace: NAMESPACE, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
      subsets: [{ addresses: [{ ip: options.advertiseAddress }], ports: [{ ...port, port: options.port }] }],
    },
    slice: {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { name: NAME, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': NAME } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [options.advertiseAddress], conditions: { ready: true } }],
      ports: [{ ...port, port: options.port }],
    },
  };
}

async function ensure(
  registry: Registry,
  resource: Resource,
  wanted: KubeObject,
  now: Date,
  change: (object: KubeObject) => void,
): Promise<void> {
  const served = findServed(registry, resource.group, resource.version, resource.plural)!;
  const options = { user: serverUser, now, dryRun: false, subresource: '' };
  const settle = (found: KubeObject): KubeObject => {
    const object = clone(found);
    change(object);
    applyDefaults(resource, object);
    return object;
  };
  try {
    const present = served.cache.get(`${NAMESPACE}/${NAME}`)?.object;
    if (present === undefined) {
      applyDefaults(resource, wanted);
      await createObject(registry, served, wanted, NAMESPACE, options);
    } else if (!deepEqual(settle(present), present)) {
      await updateObject(registry, served, `${NAMESPACE}/${NAME}`, NAME, options, settle);
    }
  } catch (error) {
    // Someone else changed it meanwhile: the next round looks again.
    if (!isAlreadyExists(error) && !isConflict(error) && !isNotFound(error)) throw error;
  }
}
