import { isIPv4 } from 'node:net';
import type { Service } from '@wherry/api';
import type { PortProtocol } from '@wherry/node-iptables';
import { cidrAddresses } from './policy/addresses.ts';

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
  /** Addresses that others route to the nodes. */
  readonly externalIPs: readonly string[];
  /** Addresses of its load balancer whose packets reach the nodes unchanged (ipMode VIP). */
  readonly balancerIPs: readonly string[];
  /** CIDRs of the clients that may come in by balancerIPs; all when undefined. */
  readonly sourceRanges?: readonly string[] | undefined;
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
  const externalIPs = distinct((spec.externalIPs ?? []).filter(isIPv4));
  const ingress = spec.type === 'LoadBalancer' ? (service.status?.loadBalancer?.ingress ?? []) : [];
  const vips = ingress.flatMap(({ ip, ipMode }) => (ip !== undefined && ipMode !== 'Proxy' ? [ip] : []));
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
      externalIPs,
      balancerIPs: distinct(vips.filter(isIPv4)),
      sourceRanges: spec.type === 'LoadBalancer' ? sourceRanges(spec.loadBalancerSourceRanges) : undefined,
      affinitySeconds:
        spec.sessionAffinity === 'ClientIP'
          ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
          : undefined,
      internalLocal: spec.internalTrafficPolicy === 'Local',
      externalLocal: (external || externalIPs.length > 0) && spec.externalTrafficPolicy === 'Local',
    });
  }
  return ports;
}

/** Ranges of the other family let nobody in here; an empty list lets in everybody. */
function sourceRanges(ranges: readonly string[] | undefined): readonly string[] | undefined {
  if (ranges === undefined || ranges.length === 0) return undefined;
  const cidrs = distinct(ranges.map((range) => range.trim()).filter((range) => cidrAddresses(range) !== undefined));
  return cidrs.some((cidr) => cidr.endsWith('/0')) ? undefined : cidrs;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function toProtocol(protocol: string | undefined): PortProtocol | undefined {
  const lower = (protocol ?? 'TCP').toLowerCase();
  return lower === 'tcp' || lower === 'udp' || lower === 'sctp' ? lower : undefined;
}
