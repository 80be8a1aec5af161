import {
  isPodReady,
  type EndpointAddress,
  type EndpointPort,
  type EndpointSubset,
  type Pod,
  type Service,
} from '@wherry/api';
import { hostnameFor, isHeadless, mayServe, targetPort } from './endpoint-pods.ts';

interface Entry {
  readonly address: EndpointAddress;
  readonly port: EndpointPort | undefined;
  readonly ready: boolean;
}

/** The pods as addresses and ports: ports with the same addresses share a subset, as upstream's RepackSubsets. */
export function endpointSubsets(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const tolerant = service.spec.publishNotReadyAddresses === true;
  const entries: Entry[] = [];
  for (const pod of pods) {
    if (!mayServe(pod, tolerant)) continue;
    const address = addressOf(service, pod);
    if (address === undefined) continue;
    const ready = tolerant || isPodReady(pod);
    for (const port of portsOf(service, pod)) entries.push({ address, port, ready });
  }
  return repack(entries);
}

/** Upstream's limit of one Endpoints object; the first of the ready are kept. @returns whether any were left out */
export function truncate(
  subsets: readonly EndpointSubset[],
  limit: number,
): { subsets: EndpointSubset[]; over: boolean } {
  const total = subsets.reduce(
    (sum, { addresses, notReadyAddresses }) => sum + count(addresses) + count(notReadyAddresses),
    0,
  );
  if (total <= limit) return { subsets: [...subsets], over: false };
  const ready = subsets.reduce((sum, subset) => sum + count(subset.addresses), 0);
  let readyLeft = Math.min(ready, limit);
  let notReadyLeft = limit - readyLeft;
  const kept: EndpointSubset[] = [];
  for (const { addresses = [], notReadyAddresses = [], ports } of subsets) {
    const some = addresses.slice(0, readyLeft);
    const others = notReadyAddresses.slice(0, notReadyLeft);
    readyLeft -= some.length;
    notReadyLeft -= others.length;
    if (some.length + others.length > 0) kept.push(subset(some, others, ports));
  }
  return { subsets: kept, over: true };
}

function count(addresses: readonly EndpointAddress[] | undefined): number {
  return addresses?.length ?? 0;
}

/** Endpoints are of one family, the service's first. */
function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const wantsV6 = service.spec.ipFamilies?.[0] === 'IPv6';
  const ips = pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP ?? ''];
  const ip = ips.find((one) => one.includes(':') === wantsV6);
  if (ip === undefined || ip === '') return undefined;
  const { namespace, name, uid } = pod.metadata;
  return {
    ip,
    hostname: hostnameFor(pod, service),
    nodeName: pod.spec.nodeName,
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

function portsOf(service: Service, pod: Pod): (EndpointPort | undefined)[] {
  const ports = service.spec.ports ?? [];
  if (ports.length === 0) return isHeadless(service) ? [undefined] : [];
  const found: EndpointPort[] = [];
  for (const port of ports) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    found.push({ name: port.name, port: number, protocol: port.protocol ?? 'TCP', appProtocol: port.appProtocol });
  }
  return found;
}

function repack(entries: readonly Entry[]): EndpointSubset[] {
  const byPort = new Map<string, Entry[]>();
  for (const entry of entries) push(byPort, JSON.stringify(entry.port ?? null), entry);
  const byAddresses = new Map<string, Entry[][]>();
  for (const group of byPort.values()) {
    const sorted = group.toSorted((a, b) => compare(addressKey(a), addressKey(b)));
    push(byAddresses, sorted.map(addressKey).join('\n'), sorted);
  }
  const subsets = [...byAddresses.values()].map((groups) => {
    const addresses = groups[0] ?? [];
    const ports = groups.flatMap((group) => group[0]?.port ?? []).toSorted((a, b) => compare(portKey(a), portKey(b)));
    return subset(
      addresses.filter((entry) => entry.ready).map((entry) => entry.address),
      addresses.filter((entry) => !entry.ready).map((entry) => entry.address),
      ports,
    );
  });
  return subsets.toSorted((a, b) => compare(JSON.stringify(a.ports ?? []), JSON.stringify(b.ports ?? [])));
}

function subset(
  addresses: EndpointAddress[],
  notReadyAddresses: EndpointAddress[],
  ports: EndpointPort[] | undefined,
): EndpointSubset {
  return {
    addresses: addresses.length === 0 ? undefined : addresses,
    notReadyAddresses: notReadyAddresses.length === 0 ? undefined : notReadyAddresses,
    ports: ports === undefined || ports.length === 0 ? undefined : ports,
  };
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function addressKey({ address, ready }: Entry): string {
  return `${address.ip} ${address.targetRef?.uid ?? ''} ${ready ? '+' : '-'}`;
}
function portKey({ name = '', port, protocol = '' }: EndpointPort): string {
  return `${name} ${String(port).padStart(5, '0')} ${protocol}`;
}
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
