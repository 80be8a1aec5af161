import type { EndpointSubset, Endpoints } from '../core/endpoints.ts';
import type { EndpointSlice } from '../discovery/endpoint-slice.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';

/** A cell names this many, and says how many more there are. */
const shown = 3;

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  {
    name: 'Endpoints',
    type: 'string',
    description: 'The ready addresses with their ports.',
    priority: 0,
    cell: (object) => formatEndpoints(object.subsets ?? []),
  },
  ageColumn,
];

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  {
    name: 'AddressType',
    type: 'string',
    description: 'IPv4, IPv6 or FQDN.',
    priority: 0,
    cell: (slice) => slice.addressType,
  },
  {
    name: 'Ports',
    type: 'string',
    description: 'The ports of every endpoint here.',
    priority: 0,
    cell: slicePorts,
  },
  {
    name: 'Endpoints',
    type: 'string',
    description: 'The addresses, ready or not.',
    priority: 0,
    cell: sliceEndpoints,
  },
  ageColumn,
];

/** `a:80,b:80 + 2 more...` */
function formatEndpoints(subsets: readonly EndpointSubset[]): string {
  if (subsets.length === 0) return '<none>';
  const all: string[] = [];
  let count = 0;
  const take = (text: string): void => {
    if (all.length < shown) all.push(text);
    count++;
  };
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0) for (const address of addresses) take(address.ip);
    for (const port of ports) for (const address of addresses) take(hostPort(address.ip, port.port));
  }
  return more(all, count);
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function slicePorts(slice: EndpointSlice): string {
  const texts = (slice.ports ?? []).map((port) => (port.port === undefined ? port.name || '*' : `${port.port}`));
  return more(texts.slice(0, shown), texts.length) || '<unset>';
}

function sliceEndpoints(slice: EndpointSlice): string {
  const addresses = (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  return more(addresses.slice(0, shown), addresses.length) || '<unset>';
}

function more(texts: readonly string[], count: number): string {
  const text = texts.join(',');
  return count > shown ? `${text} + ${count - shown} more...` : text;
}
