import {
  fieldDuplicate,
  fieldInvalid,
  fieldRequired,
  fieldTooMany,
  isDns1123Subdomain,
  isLabelValue,
  isPortNumber,
} from '@wherry/apimachinery';
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '../core/endpoints.ts';
import type { Endpoint, EndpointSlice, ForZone } from '../discovery/endpoint-slice.ts';
import { isIPv4, isIPv6 } from './ip-syntax.ts';
import { isIp, nonSpecialIp, validIp } from './ip.ts';
import { validateImmutable, validateLabels } from './metadata.ts';
import { dnsLabel, dnsSubdomain, matching, oneOf, protocols, qualifiedName, type Findings } from './value-rules.ts';

const maxEndpoints = 1000;
const maxAddresses = 100;
const maxPorts = 20000;
const maxTopologyLabels = 16;
const maxHints = 8;

export function* endpoints(object: Endpoints): Findings {
  for (const [index, subset] of (object.subsets ?? []).entries()) yield* subsetRules(subset, `subsets[${index}]`);
}

function* subsetRules(subset: EndpointSubset, field: string): Findings {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  if (addresses.length === 0 && notReadyAddresses.length === 0) {
    yield fieldRequired(field, 'must specify `addresses` or `notReadyAddresses`');
  }
  for (const [index, address] of addresses.entries()) yield* addressRules(address, `${field}.addresses[${index}]`);
  for (const [index, address] of notReadyAddresses.entries()) {
    yield* addressRules(address, `${field}.notReadyAddresses[${index}]`);
  }
  for (const [index, port] of ports.entries()) yield* portRules(port, ports.length > 1, `${field}.ports[${index}]`);
}

function* addressRules(address: EndpointAddress, field: string): Findings {
  yield* ipRules(address.ip, `${field}.ip`);
  if (address.hostname) yield* dnsLabel(address.hostname, `${field}.hostname`);
  if (address.nodeName !== undefined) yield* dnsSubdomain(address.nodeName, `${field}.nodeName`);
}

function ipRules(ip: string, field: string): Findings {
  return isIp(ip) ? nonSpecialIp(ip, field) : validIp(ip, field);
}

function* portRules(port: EndpointPort, needsName: boolean, field: string): Findings {
  if (needsName && !port.name) yield fieldRequired(`${field}.name`);
  else if (port.name) yield* dnsLabel(port.name, `${field}.name`);
  yield* matching(isPortNumber(port.port), port.port, `${field}.port`);
  yield* oneOf(port.protocol, protocols, `${field}.protocol`);
  if (port.appProtocol !== undefined) yield* qualifiedName(port.appProtocol, `${field}.appProtocol`);
}

export function* endpointSlice(slice: EndpointSlice): Findings {
  yield* oneOf(slice.addressType, ['FQDN', 'IPv4', 'IPv6'], 'addressType');
  const list = slice.endpoints ?? [];
  if (list.length > maxEndpoints) yield fieldTooMany('endpoints', list.length, maxEndpoints);
  for (const [index, endpoint] of list.entries()) {
    yield* sliceEndpoint(endpoint, slice.addressType, `endpoints[${index}]`);
  }
  yield* slicePorts(slice);
}

export function* endpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): Findings {
  yield* endpointSlice(slice);
  yield* validateImmutable(slice.addressType, old.addressType, 'addressType');
}

function* sliceEndpoint(endpoint: Endpoint, addressType: string, field: string): Findings {
  const { addresses } = endpoint;
  if (addresses.length === 0) yield fieldRequired(`${field}.addresses`, 'must contain at least 1 address');
  if (addresses.length > maxAddresses) yield fieldTooMany(`${field}.addresses`, addresses.length, maxAddresses);
  for (const [index, address] of addresses.entries()) {
    yield* sliceAddress(address, addressType, `${field}.addresses[${index}]`);
  }
  if (endpoint.hostname !== undefined) yield* dnsLabel(endpoint.hostname, `${field}.hostname`);
  if (endpoint.nodeName !== undefined) yield* dnsSubdomain(endpoint.nodeName, `${field}.nodeName`);
  const labels = Object.keys(endpoint.deprecatedTopology ?? {}).length;
  if (labels > maxTopologyLabels) yield fieldTooMany(`${field}.deprecatedTopology`, labels, maxTopologyLabels);
  yield* validateLabels(endpoint.deprecatedTopology, `${field}.deprecatedTopology`);
  yield* hintNames(endpoint.hints?.forZones ?? [], isLabelValue, `${field}.hints.forZones`);
  yield* hintNames(endpoint.hints?.forNodes ?? [], isDns1123Subdomain, `${field}.hints.forNodes`);
}

function* hintNames(hints: readonly ForZone[], check: (name: string) => string[], field: string): Findings {
  if (hints.length > maxHints) {
    yield fieldTooMany(field, hints.length, maxHints);
    return;
  }
  const names = new Set<string>();
  for (const [index, { name }] of hints.entries()) {
    if (names.has(name)) yield fieldDuplicate(`${field}[${index}].name`, name);
    names.add(name);
    yield* matching(check(name), name, `${field}[${index}].name`);
  }
}

function* sliceAddress(address: string, addressType: string, field: string): Findings {
  if (addressType === 'FQDN') {
    yield* dnsSubdomain(address, field);
    if (!address.includes('.'))
      yield fieldInvalid(field, address, 'should be a domain with at least two segments separated by dots');
    return;
  }
  const matches = addressType === 'IPv4' ? isIPv4(address) : addressType === 'IPv6' ? isIPv6(address) : true;
  if (!matches) yield fieldInvalid(field, address, `must be a valid ${addressType} address`);
  else if (isIp(address)) yield* nonSpecialIp(address, field);
}

function* slicePorts(slice: EndpointSlice): Findings {
  const ports = slice.ports ?? [];
  if (ports.length > maxPorts) yield fieldTooMany('ports', ports.length, maxPorts);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const field = `ports[${index}]`;
    const name = port.name ?? '';
    if (name !== '') yield* dnsLabel(name, `${field}.name`);
    if (names.has(name)) yield fieldDuplicate(`${field}.name`, name);
    names.add(name);
    yield* oneOf(port.protocol, protocols, `${field}.protocol`);
    if (port.port !== undefined) yield* matching(isPortNumber(port.port), port.port, `${field}.port`);
    if (port.appProtocol !== undefined) yield* qualifiedName(port.appProtocol, `${field}.appProtocol`);
  }
}
