import { isPodReady, type Endpoint, type EndpointSlicePort, type Node, type Pod, type Service } from '@wherry/api';
import { hostnameFor, isHeadless, targetPort } from '../endpoints/endpoint-pods.ts';

export type AddressType = 'IPv4' | 'IPv6';

/** The address families that a service's slices are of. */
export function addressTypes(service: Service): AddressType[] {
  const families = service.spec.ipFamilies?.filter((family) => family === 'IPv4' || family === 'IPv6');
  return families === undefined || families.length === 0 ? ['IPv4'] : families;
}

/** Undefined when the pod has no address of that family. */
export function endpointOf(
  service: Service,
  pod: Pod,
  node: Node | undefined,
  type: AddressType,
): Endpoint | undefined {
  const addresses = (pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? '']).filter(
    (ip) => ip !== '' && ip.includes(':') === (type === 'IPv6'),
  );
  if (addresses.length === 0) return undefined;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    hostname: hostnameFor(pod, service),
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
    zone: node?.metadata.labels?.['topology.kubernetes.io/zone'],
  };
}

/** Undefined when there is no port to reach the pod by. A headless service needs none. */
export function portsOf(service: Service, pod: Pod): EndpointSlicePort[] | undefined {
  const ports = service.spec.ports ?? [];
  if (ports.length === 0) return isHeadless(service) ? [] : undefined;
  const found: EndpointSlicePort[] = [];
  for (const port of ports) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    // Upstream's type has a pointer here: a port without a name has the empty one.
    found.push({
      name: port.name ?? '',
      port: number,
      protocol: port.protocol ?? 'TCP',
      appProtocol: port.appProtocol,
    });
  }
  return found;
}

/** Which endpoint it is, whatever its state. */
export function endpointKey(endpoint: Endpoint): string {
  return JSON.stringify([endpoint.targetRef?.uid ?? '', endpoint.targetRef?.name ?? '', endpoint.addresses.toSorted()]);
}

/** The same for the same set of ports. */
export function portsKey(ports: readonly EndpointSlicePort[] | undefined): string {
  const keys = (ports ?? []).map(({ name, port, protocol, appProtocol }) =>
    JSON.stringify([name ?? '', port ?? 0, protocol ?? '', appProtocol ?? '']),
  );
  return keys.toSorted().join();
}
