import { isIPv4 } from 'node:net';
import type { EndpointSlice } from '@wherry/api';
import type { ProxiedPort } from './service-ports.ts';

/** One address that may serve a port. */
export interface ProxyEndpoint {
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** It runs on this node. */
  readonly local: boolean;
}

/** The endpoints that take traffic: for the whole cluster's policy, and for the policy Local. */
export interface ChosenEndpoints {
  readonly cluster: readonly ProxyEndpoint[];
  readonly local: readonly ProxyEndpoint[];
}

/** The endpoints of one port in a Service's slices, without repetition, in the order of address and port. */
export function endpointsOf(port: ProxiedPort, slices: readonly EndpointSlice[], nodeName: string): ProxyEndpoint[] {
  const found = new Map<string, ProxyEndpoint>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    for (const slicePort of slice.ports ?? []) {
      const sameProtocol = (slicePort.protocol ?? 'TCP').toLowerCase() === port.protocol;
      if ((slicePort.name ?? '') !== port.portName || !sameProtocol || !slicePort.port) continue;
      for (const { addresses, conditions, nodeName: node } of slice.endpoints ?? []) {
        // The API lets consumers use the first address only.
        const address = addresses[0];
        if (address === undefined || !isIPv4(address)) continue;
        const ready = conditions?.ready ?? true;
        const endpoint: ProxyEndpoint = {
          address,
          port: slicePort.port,
          ready,
          serving: conditions?.serving ?? ready,
          terminating: conditions?.terminating ?? false,
          local: node !== undefined && node === nodeName,
        };
        const key = `${address}:${slicePort.port}`;
        const other = found.get(key);
        // A pod moving between slices may stand in two of them for a moment: the ready one counts.
        if (other === undefined || (!other.ready && endpoint.ready)) found.set(key, endpoint);
      }
    }
  }
  return [...found.values()].toSorted((a, b) => compareAddresses(a.address, b.address) || a.port - b.port);
}

/**
 * Ready endpoints; when there is none, those that terminate but still serve (KEP-1669). Hints and traffic distribution
 * would narrow the cluster's choice here.
 */
export function chooseEndpoints(endpoints: readonly ProxyEndpoint[]): ChosenEndpoints {
  return { cluster: usable(endpoints), local: usable(endpoints.filter((endpoint) => endpoint.local)) };
}

function usable(endpoints: readonly ProxyEndpoint[]): readonly ProxyEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.serving && endpoint.terminating);
}

function compareAddresses(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < 4; i++) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}
