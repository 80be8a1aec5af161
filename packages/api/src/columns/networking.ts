import { formatLabelSelector } from '@wherry/apimachinery';
import type { IngressClass } from '../networking/ingress-class.ts';
import type { Ingress } from '../networking/ingress.ts';
import type { IPAddress } from '../networking/ip-address.ts';
import type { NetworkPolicy } from '../networking/network-policy.ts';
import type { ServiceCIDR } from '../networking/service-cidr.ts';
import type { Column } from '../resource.ts';
import { ageColumn, nameColumn } from './age.ts';
import { column } from './text-column.ts';

const shownHosts = 3;

export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  column('Class', 'The class that takes care of it.', ({ spec }) => spec?.ingressClassName ?? '<none>'),
  column('Hosts', 'The hosts it answers for.', hosts),
  column('Address', 'Where it is reached.', address),
  column('Ports', 'The ports it listens on.', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  ageColumn,
];

function hosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const named = rules.map((rule) => rule.host ?? '').filter((host) => host !== '');
  const shown = named.slice(0, shownHosts);
  if (shown.length === 0) return '*';
  const last = rules.findIndex((rule) => rule.host === shown.at(-1));
  const more = shown.length === shownHosts && rules.length > last + 1;
  return more ? `${shown.join(',')} + ${rules.length - shownHosts} more...` : shown.join(',');
}

function address({ status }: Ingress): string {
  const texts = (status?.loadBalancer?.ingress ?? []).map((item) => item.ip || item.hostname || '');
  return [...new Set(texts.filter((text) => text !== ''))].toSorted().join(',');
}

export const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn,
  column('Controller', 'The controller that serves it.', ({ spec }) => spec?.controller ?? ''),
  column('Parameters', 'What configures the controller for it.', ({ spec }) => {
    const parameters = spec?.parameters;
    if (parameters === undefined) return '<none>';
    const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return `${parameters.kind}${group}/${parameters.name}`;
  }),
  ageColumn,
];

export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  column('Pod-Selector', 'Which pods it is about.', ({ spec }) => formatLabelSelector(spec?.podSelector)),
  ageColumn,
];

export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn,
  column('ParentRef', 'The object that uses it.', ({ spec }) => {
    const { group = '', resource, namespace = '', name } = spec.parentRef;
    const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
    return [kind, ...(namespace === '' ? [] : [namespace]), name].join('/');
  }),
  ageColumn,
];

export const serviceCidrColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  column('CIDRs', 'The ranges that cluster IPs are taken from.', ({ spec }) => (spec?.cidrs ?? []).join(',')),
  ageColumn,
];
