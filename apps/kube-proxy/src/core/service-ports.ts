import { isIPv4 } from 'node:net';
import type { Service } from '@wherry/api';
import type { PortProtocol } from '@wherry/node-iptables';

/** One port of one Service that has a cluster IP. */
export interface ProxiedPort {
  /** namespace/name:port, or namespace/name when the port has no name. */
  readonly title: string;
  /** The port's name in the Service and in its slices; '' when it has none. */
  readonly portName: string;
  readonly protocol: PortProtocol;
  readonly clusterIP: string;
  readonly port: number;
  readonly nodePort?: number | undefined;
  /** ClientIP affinity holds so long after a client's last new connection. */
  readonly affinitySeconds?: number | undefined;
  /** internalTrafficPolicy: Local */
  readonly internalLocal: boolean;
  /** externalTrafficPolicy: Local */
  readonly externalLocal: boolean;
}

const defaultAffinitySeconds = 10_800;

/** The ports to proxy: none of headless and ExternalName Services, nor of those for another proxy. */
export function proxiedPorts(service: Service): ProxiedPort[] {
  const spec = service.spec;
  const clusterIP = [spec?.clusterIP, ...(spec?.clusterIPs ?? [])].find((ip) => ip !== undefined && isIPv4(ip));
  if (spec === undefined || clusterIP === undefined || spec.type === 'ExternalName') return [];
  if (service.metadata?.labels?.['service.kubernetes.io/service-proxy-name'] !== undefined) return [];
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const ports: ProxiedPort[] = [];
  for (const port of spec.ports ?? []) {
    const protocol = toProtocol(port.protocol);
    if (protocol === undefined) continue;
    const name = `${service.metadata?.namespace ?? ''}/${service.metadata?.name ?? ''}`;
    ports.push({
      title: port.name === undefined || port.name === '' ? name : `${name}:${port.name}`,
      portName: port.name ?? '',
      protocol,
      clusterIP,
      port: port.port,
      nodePort: external && port.nodePort ? port.nodePort : undefined,
      affinitySeconds:
        spec.sessionAffinity === 'ClientIP'
          ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
          : undefined,
      internalLocal: spec.internalTrafficPolicy === 'Local',
      externalLocal: external && spec.externalTrafficPolicy === 'Local',
    });
  }
  return ports;
}

function toProtocol(protocol: string | undefined): PortProtocol | undefined {
  const lower = (protocol ?? 'TCP').toLowerCase();
  return lower === 'tcp' || lower === 'udp' || lower === 'sctp' ? lower : undefined;
}
