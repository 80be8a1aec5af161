import type { Pod } from '@wherry/api';
import type { HostPort } from '../network/network.ts';

/** The ports of its node that a pod asks for. */
export function hostPorts(pod: Pod): HostPort[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  return containers.flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => port.hostPort !== undefined && port.hostPort > 0)
      .map((port) => ({
        protocol: (port.protocol ?? 'TCP').toLowerCase() as HostPort['protocol'],
        hostPort: port.hostPort ?? 0,
        hostIp: port.hostIP === undefined || port.hostIP === '' || port.hostIP === '0.0.0.0' ? undefined : port.hostIP,
        containerPort: port.containerPort,
      })),
  );
}
