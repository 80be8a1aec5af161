import { undashed } from './addresses.ts';
import type { EndpointSet, EndpointView, PortView, ServiceView, Snapshot } from './cluster-index.ts';
import type { ZoneConfig } from './zone.ts';

/** What a name in the zone stands for. */
export type Thing =
  | { readonly kind: 'none' }
  /** There are names below it, or records of types nobody asked for. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'external'; readonly target: string }
  | {
      readonly kind: 'addresses';
      readonly ips: readonly string[];
      readonly ports: readonly PortView[];
      readonly target: string;
    }
  | {
      readonly kind: 'endpoints';
      readonly v4: readonly EndpointView[];
      readonly v6: readonly EndpointView[];
      /** Which of their ports are meant; all when undefined. */
      readonly matches: ((port: PortView) => boolean) | undefined;
      readonly service: string;
    };

/** The version of the specification whose names are served here. */
const schemaVersion = '1.1.0';
const none: Thing = { kind: 'none' };
const empty: Thing = { kind: 'empty' };

/** @param rest the labels before the zone's */
export function findName(rest: readonly string[], snapshot: Snapshot, zone: ZoneConfig): Thing {
  const kind = rest.at(-1);
  if (kind === undefined) return empty;
  const namespace = rest.at(-2);
  if (kind === 'svc' || kind === 'pod') {
    if (namespace === undefined) return empty;
    if (rest.length === 2) return snapshot.hasNamespace(namespace) ? empty : none;
    return kind === 'svc' ? findService(rest, namespace, snapshot, zone) : findPod(rest, namespace, snapshot, zone);
  }
  if (rest.length === 1 && kind === 'dns-version') return { kind: 'text', text: schemaVersion };
  if (kind === 'dns' && rest.length === 1) return empty;
  if (kind === 'dns' && rest.length === 2 && namespace === 'ns') {
    return { kind: 'addresses', ips: zone.ownAddresses, ports: [], target: `ns.dns.${zone.domain}` };
  }
  return none;
}

function findPod(
  [label = '', ...others]: readonly string[],
  namespace: string,
  snapshot: Snapshot,
  zone: ZoneConfig,
): Thing {
  if (others.length !== 2 || zone.pods === 'disabled' || !snapshot.hasNamespace(namespace)) return none;
  const ip = undashed(label);
  if (ip === undefined || (zone.pods === 'verified' && !snapshot.hasPod(namespace, ip))) return none;
  return { kind: 'addresses', ips: [ip], ports: [], target: '' };
}

/** [_port, _protocol |endpoint,] name, namespace, svc */
function findService(rest: readonly string[], namespace: string, snapshot: Snapshot, zone: ZoneConfig): Thing {
  const name = rest.at(-3) ?? '';
  const below = rest.slice(0, -3);
  const service = snapshot.service(namespace, name);
  if (service === undefined || below.length > 2) return none;
  if (service.kind === 'external') return below.length === 0 ? service : none;
  const full = `${name}.${namespace}.svc.${zone.domain}`;
  const [first = '', second] = below;
  if (below.length === 1) {
    const endpoints = snapshot.endpoints(namespace, name);
    if (first.startsWith('_')) return protocolLevel(first, service, endpoints);
    const named = endpoints.byLabel.get(first) ?? [];
    const [v4, v6] = [named.filter(({ ip }) => !ip.includes(':')), named.filter(({ ip }) => ip.includes(':'))];
    return named.length === 0 ? none : { kind: 'endpoints', v4, v6, matches: undefined, service: full };
  }
  const matches = second === undefined ? undefined : portMatcher(first, second);
  if (service.kind === 'clusterIp') {
    const ports = matches === undefined ? service.ports : service.ports.filter(matches);
    if (matches !== undefined && ports.length === 0) return none;
    return { kind: 'addresses', ips: service.ips, ports, target: full };
  }
  const { v4, v6 } = snapshot.endpoints(namespace, name);
  const isMeant = ({ ports }: EndpointView): boolean => matches === undefined || ports.some(matches);
  return v4.some(isMeant) || v6.some(isMeant) ? { kind: 'endpoints', v4, v6, matches, service: full } : none;
}

/** `_tcp.name`: nothing itself, but there are names below it where there is such a port. */
function protocolLevel(label: string, service: ServiceView, { v4, v6 }: EndpointSet): Thing {
  const hasProtocol = ({ protocol }: PortView): boolean => `_${protocol}` === label;
  if (service.kind === 'clusterIp') return service.ports.some(hasProtocol) ? empty : none;
  return [v4, v6].some((list) => list.some(({ ports }) => ports.some(hasProtocol))) ? empty : none;
}

function portMatcher(port: string, protocol: string): (view: PortView) => boolean {
  const bare = (label: string): string => (label.startsWith('_') ? label.slice(1) : label);
  const [portName, protocolName] = [bare(port), bare(protocol)];
  return (view) => view.name === portName && view.protocol === protocolName;
}
