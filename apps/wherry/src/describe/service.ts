import type { EndpointSlice, Endpoints, Service } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { formatSelector, metadataLines, type Page } from './page.ts';

export function describeService(page: Page, object: Unstructured, slices: readonly EndpointSlice[]): void {
  const service = object as unknown as Service;
  const { spec } = service;
  metadataLines(page, object);
  page.line(0, `Selector:\t${formatSelector(spec.selector)}`);
  page.line(0, `Type:\t${spec.type ?? ''}`);
  if (spec.ipFamilyPolicy) page.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  page.line(0, `IP Families:\t${spec.ipFamilies?.join(',') || '<none>'}`);
  page.line(0, `IP:\t${spec.clusterIP ?? ''}`);
  page.line(0, `IPs:\t${spec.clusterIPs?.join(',') || '<none>'}`);
  if (spec.externalIPs?.length) page.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
  if (spec.loadBalancerIP) page.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
  if (spec.externalName) page.line(0, `External Name:\t${spec.externalName}`);
  const ingress = (service.status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? i.hostname ?? '');
  if (ingress.length > 0) page.line(0, `LoadBalancer Ingress:\t${ingress.join(', ')}`);
  for (const port of spec.ports ?? []) {
    const name = port.name || '<unset>';
    const protocol = port.protocol ?? 'TCP';
    page.line(0, `Port:\t${name}\t${port.port}/${protocol}`);
    page.line(0, `TargetPort:\t${port.targetPort ?? ''}/${protocol}`);
    if (port.nodePort) page.line(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`);
    page.line(0, `Endpoints:\t${formatEndpoints(slices, port.name ?? '')}`);
  }
  page.line(0, `Session Affinity:\t${spec.sessionAffinity ?? ''}`);
  if (spec.externalTrafficPolicy) page.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
  if (spec.internalTrafficPolicy) page.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
  if (spec.healthCheckNodePort) page.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
  if (spec.loadBalancerSourceRanges?.length) {
    page.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
  }
}

const maxShown = 3;

/** The ready addresses behind one port of a Service, the first three in full. */
export function formatEndpoints(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const all: string[] = [];
  for (const slice of slices) {
    for (const port of slice.ports ?? []) {
      if ((port.name ?? '') !== portName) continue;
      for (const endpoint of slice.endpoints ?? []) {
        if (endpoint.conditions?.ready === false) continue;
        for (const address of endpoint.addresses) all.push(join(address, port.port ?? 0));
      }
    }
  }
  const shown = all.slice(0, maxShown).join(',');
  return all.length > maxShown ? `${shown} + ${all.length - maxShown} more...` : shown;
}

function join(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

export function describeEndpoints(page: Page, object: Unstructured): void {
  const endpoints = object as unknown as Endpoints;
  metadataLines(page, object);
  page.line(0, 'Subsets:');
  for (const { addresses, notReadyAddresses, ports } of endpoints.subsets ?? []) {
    page.line(1, `Addresses:\t${addresses?.map((a) => a.ip).join(',') || '<none>'}`);
    page.line(1, `NotReadyAddresses:\t${notReadyAddresses?.map((a) => a.ip).join(',') || '<none>'}`);
    if (ports?.length) {
      page.line(1, 'Ports:');
      page.line(2, 'Name\tPort\tProtocol');
      page.line(2, '----\t----\t--------');
      for (const port of ports) page.line(2, `${port.name || '<unset>'}\t${port.port}\t${port.protocol ?? 'TCP'}`);
    }
    page.add('\n');
  }
}

export function describeEndpointSlice(page: Page, object: Unstructured): void {
  const slice = object as unknown as EndpointSlice;
  metadataLines(page, object);
  page.line(0, `AddressType:\t${slice.addressType}`);
  if (slice.ports?.length) {
    page.line(0, 'Ports:');
    page.line(1, 'Name\tPort\tProtocol');
    page.line(1, '----\t----\t--------');
    for (const port of slice.ports) {
      page.line(1, `${port.name || '<unset>'}\t${port.port ?? '<unset>'}\t${port.protocol ?? 'TCP'}`);
    }
  } else {
    page.line(0, 'Ports:\t<unset>');
  }
  if (!slice.endpoints?.length) {
    page.line(0, 'Endpoints:\t<none>');
    return;
  }
  page.line(0, 'Endpoints:');
  for (const endpoint of slice.endpoints) {
    page.line(1, `- Addresses:\t${endpoint.addresses.join(', ') || '<none>'}`);
    page.line(2, 'Conditions:');
    page.line(3, `Ready:\t${endpoint.conditions?.ready ?? '<unset>'}`);
    page.line(2, `Hostname:\t${endpoint.hostname ?? '<unset>'}`);
    if (endpoint.targetRef)
      page.line(2, `TargetRef:\t${endpoint.targetRef.kind ?? ''}/${endpoint.targetRef.name ?? ''}`);
    page.line(2, `NodeName:\t${endpoint.nodeName ?? '<unset>'}`);
    page.line(2, `Zone:\t${endpoint.zone ?? '<unset>'}`);
  }
}
