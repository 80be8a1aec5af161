import { deepEqual, fieldInvalid, fieldRequired, isDns1123Subdomain } from '@wherry/apimachinery';
import type { IPAddress } from '../networking/ip-address.ts';
import type { ServiceCIDR } from '../networking/service-cidr.ts';
import { canonicalCidr, isCanonicalIp, parseCidr } from './cidr.ts';
import { ingress, ingressStatus, ingressUpdate } from './ingress.ts';
import { ingressClass, ingressClassUpdate } from './ingress-class.ts';
import type { Validator } from './validator.ts';
import { validateImmutable } from './metadata.ts';
import { networkPolicy } from './network-policy.ts';
import { pathSegment, requiredSegment } from './qualified-names.ts';
import { dnsSubdomain, type Findings } from './value-rules.ts';

function* ipAddress({ spec }: IPAddress): Findings {
  const field = 'spec.parentRef';
  const { group = '', resource, name, namespace = '' } = spec.parentRef;
  if (resource === '' && name === '' && group === '' && namespace === '') {
    yield fieldRequired(field);
    return;
  }
  if (group !== '') yield* dnsSubdomain(group, `${field}.group`);
  yield* requiredSegment(resource, `${field}.resource`);
  yield* requiredSegment(name, `${field}.name`);
  if (namespace !== '') yield* pathSegment(namespace, `${field}.namespace`);
}

function* ipAddressUpdate({ spec }: IPAddress, old: IPAddress): Findings {
  yield* validateImmutable(spec.parentRef, old.spec.parentRef, 'spec.parentRef');
}

function* serviceCidr({ spec }: ServiceCIDR): Findings {
  const field = 'spec.cidrs';
  const cidrs = spec.cidrs ?? [];
  if (cidrs.length === 0) yield fieldRequired(field, 'at least one CIDR required');
  else if (cidrs.length > 2) yield fieldInvalid(field, spec, 'may only hold up to 2 values');
  else {
    for (const [index, cidr] of cidrs.entries()) yield* canonicalCidr(cidr, `${field}[${index}]`);
    const [first, second] = cidrs.map(parseCidr);
    if (first !== undefined && second !== undefined && first.width === second.width) {
      const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
      yield fieldInvalid(field, cidrs, detail);
    }
  }
}

/** A second family may be added; nothing else changes. */
function* serviceCidrUpdate(object: ServiceCIDR, old: ServiceCIDR): Findings {
  const field = 'spec.cidrs';
  const [next, before] = [object.spec.cidrs ?? [], old.spec.cidrs ?? []];
  const immutable = 'field is immutable';
  const changed = before.findIndex((cidr, index) => cidr !== next[index]);
  if (next.length === before.length || (before.length === 1 && next.length === 2)) {
    if (changed >= 0) yield fieldInvalid(`${field}[${changed}]`, next[changed], immutable);
    if (next.length > before.length) yield* serviceCidr(object);
  } else if (!deepEqual(next, before)) yield fieldInvalid(field, next, immutable);
}

export const networkingValidators: Readonly<Record<string, Validator>> = {
  'networking.k8s.io/Ingress': {
    name: isDns1123Subdomain,
    create: ingress,
    update: ingressUpdate,
    status: ingressStatus,
  },
  'networking.k8s.io/IngressClass': { name: isDns1123Subdomain, create: ingressClass, update: ingressClassUpdate },
  'networking.k8s.io/NetworkPolicy': { name: isDns1123Subdomain, create: networkPolicy },
  'networking.k8s.io/IPAddress': { name: isCanonicalIp, create: ipAddress, update: ipAddressUpdate },
  'networking.k8s.io/ServiceCIDR': { name: isDns1123Subdomain, create: serviceCidr, update: serviceCidrUpdate },
};
