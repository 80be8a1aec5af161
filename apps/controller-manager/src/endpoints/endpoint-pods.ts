import { isPodTerminal, type Pod, type Service, type ServicePort } from '@wherry/api';

/** A pod that has an address and is not finished. */
export function mayServe(pod: Pod, terminatingToo: boolean): boolean {
  if (isPodTerminal(pod) || (pod.status?.podIP ?? '') === '') return false;
  return terminatingToo || pod.metadata.deletionTimestamp === undefined;
}

/** The number behind a service port in this pod; undefined when a name is not found there. */
export function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const protocol = port.protocol ?? 'TCP';
  const sidecars = pod.spec.initContainers?.filter((container) => container.restartPolicy === 'Always') ?? [];
  for (const container of [...pod.spec.containers, ...sidecars]) {
    for (const own of container.ports ?? []) {
      if (own.name === target && (own.protocol ?? 'TCP') === protocol) return own.containerPort;
    }
  }
  return undefined;
}

/** The pod's own name in DNS, when its subdomain is the service. */
export function hostnameFor(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  const named = hostname !== undefined && hostname !== '' && subdomain === service.metadata.name;
  return named && pod.metadata.namespace === service.metadata.namespace ? hostname : undefined;
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === 'None';
}

/** Those without are somebody else's business. */
export function hasSelector(service: Service): boolean {
  return service.spec.selector !== undefined && service.spec.type !== 'ExternalName';
}
