import type { EndpointSlice, Ingress, Service } from '@wherry/api';
import type { Unstructured } from '../resources/unstructured.ts';
import { annotationLines, labelLines, type Page } from './page.ts';
import { formatEndpoints } from './service.ts';

type Spec = NonNullable<Ingress['spec']>;
type Backend = NonNullable<Spec['defaultBackend']>;

export function describeIngress(
  page: Page,
  object: Unstructured,
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): void {
  const { metadata, spec, status } = object as unknown as Ingress;
  page.line(0, `Name:\t${metadata.name}`);
  labelLines(page, 'Labels', metadata.labels);
  page.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || (hostname ?? ''));
  page.line(0, `Address:\t${addresses.join(',')}`);
  page.line(0, `Ingress Class:\t${spec?.ingressClassName ?? '<none>'}`);
  const described = (backend: Backend): string => describeBackend(backend, services, slices);
  page.line(0, `Default backend:\t${spec?.defaultBackend ? described(spec.defaultBackend) : '<default>'}`);
  if (spec?.tls?.length) {
    page.line(0, 'TLS:');
    for (const { hosts = [], secretName } of spec.tls) {
      page.line(1, `${secretName ?? 'SNI routes'} terminates ${hosts.join(',')}`);
    }
  }
  page.line(0, 'Rules:');
  page.line(1, 'Host\tPath\tBackends');
  page.line(1, '----\t----\t--------');
  const rules = spec?.rules ?? [];
  for (const { host, http } of rules) {
    page.line(1, `${host || '*'}\t`);
    for (const { path = '', backend } of http?.paths ?? []) page.line(1, `  \t${path} \t${described(backend)}`);
  }
  if (rules.length === 0) page.line(1, `*\t*\t${spec?.defaultBackend ? described(spec.defaultBackend) : '<default>'}`);
  annotationLines(page, 'Annotations', metadata.annotations);
}

function describeBackend(
  { service, resource }: Backend,
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): string {
  if (!service) {
    return `APIGroup: ${resource?.apiGroup ?? '<none>'}, Kind: ${resource?.kind ?? ''}, Name: ${resource?.name ?? ''}`;
  }
  const { name, port } = service;
  const wanted = port?.name || String(port?.number ?? '');
  const found = services.find((s) => s.metadata.name === name);
  if (!found) return `${name}:${wanted} (<error: services ${JSON.stringify(name)} not found>)`;
  const known = found.spec?.ports?.find((p) => p.name === wanted || String(p.port) === wanted);
  const own = slices.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name);
  return `${name}:${wanted} (${formatEndpoints(own, known?.name ?? '')})`;
}
