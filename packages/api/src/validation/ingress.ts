import {
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDns1123Label,
  isDns1123Subdomain,
  isPortName,
  isPortNumber,
  isWildcardDns1123Subdomain,
} from '@wherry/apimachinery';
import type { TypedLocalObjectReference } from '../core/references.ts';
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressTLS } from '../networking/ingress.ts';
import { isIp, validIp } from './ip.ts';
import { requiredSegment } from './qualified-names.ts';
import { dnsSubdomain, matching, type Findings } from './value-rules.ts';

const classAnnotation = 'kubernetes.io/ingress.class';
const notAnIp = 'must be a DNS name, not an IP address';

export function* ingress(object: Ingress): Findings {
  yield* ingressSpec(object);
  const annotation = object.metadata.annotations?.[classAnnotation];
  const { ingressClassName } = object.spec;
  if (annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
    const detail = 'must match `ingressClassName` when both are specified';
    yield fieldInvalid(`annotations.${classAnnotation}`, annotation, detail);
  }
}

export const ingressUpdate = (object: Ingress): Findings => ingressSpec(object);

export function* ingressStatus({ status }: Ingress): Findings {
  for (const [index, item] of (status?.loadBalancer?.ingress ?? []).entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (item.ip) yield* validIp(item.ip, `${at}.ip`);
    if (!item.hostname) continue;
    yield* dnsSubdomain(item.hostname, `${at}.hostname`);
    if (isIp(item.hostname)) yield fieldInvalid(`${at}.hostname`, item.hostname, notAnIp);
  }
}

function* ingressSpec({ spec }: Ingress): Findings {
  const { defaultBackend, rules = [], tls = [], ingressClassName } = spec;
  if (rules.length === 0 && defaultBackend === undefined) {
    yield fieldInvalid('spec', spec.rules, 'either `defaultBackend` or `rules` must be specified');
  }
  if (defaultBackend !== undefined) yield* backend(defaultBackend, 'spec.defaultBackend');
  for (const [index, item] of rules.entries()) yield* rule(item, `spec.rules[${index}]`);
  for (const [index, item] of tls.entries()) yield* secured(item, `spec.tls[${index}]`);
  if (ingressClassName !== undefined) yield* dnsSubdomain(ingressClassName, 'spec.ingressClassName');
}

function* rule({ host = '', http }: IngressRule, field: string): Findings {
  if (host !== '') {
    if (isIp(host)) yield fieldInvalid(`${field}.host`, host, notAnIp);
    yield* hostRules(host, `${field}.host`);
  }
  if (http === undefined) return;
  const paths = `${field}.http.paths`;
  if (http.paths.length === 0) yield fieldRequired(paths);
  for (const [index, item] of http.paths.entries()) yield* path(item, `${paths}[${index}]`);
}

function hostRules(host: string, field: string): Findings {
  return matching(host.includes('*') ? isWildcardDns1123Subdomain(host) : isDns1123Subdomain(host), host, field);
}

function* secured({ hosts = [], secretName = '' }: IngressTLS, field: string): Findings {
  for (const [index, host] of hosts.entries()) yield* hostRules(host, `${field}.hosts[${index}]`);
  if (secretName !== '') yield* dnsSubdomain(secretName, `${field}.secretName`);
}

function* path(item: HTTPIngressPath, field: string): Findings {
  const { path: text = '', pathType } = item;
  if (pathType === '') {
    yield fieldRequired(`${field}.pathType`, 'pathType must be specified');
    return;
  }
  const at = `${field}.path`;
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) yield fieldInvalid(at, text, 'must be an absolute path');
    for (const sequence of ['//', '/./', '/../', '%2f', '%2F']) {
      if (text.includes(sequence)) yield fieldInvalid(at, text, `must not contain '${sequence}'`);
    }
    for (const suffix of ['/..', '/.']) {
      if (text.endsWith(suffix)) yield fieldInvalid(at, text, `cannot end with '${suffix}'`);
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (text !== '' && !text.startsWith('/')) yield fieldInvalid(at, text, 'must be an absolute path');
  } else {
    yield fieldNotSupported(`${field}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']);
  }
  yield* backend(item.backend, `${field}.backend`);
}

function* backend({ resource, service }: IngressBackend, field: string): Findings {
  if (resource !== undefined && service !== undefined) {
    yield fieldInvalid(field, '', 'cannot set both resource and service backends');
  } else if (resource !== undefined) {
    yield* typedReference(resource, `${field}.resource`);
  } else if (service !== undefined) {
    const { name: portName = '', number = 0 } = service.port ?? {};
    if (service.name === '') yield fieldRequired(`${field}.service.name`);
    else yield* matching(isDns1123Label(service.name), service.name, `${field}.service.name`);
    const port = `${field}.service.port`;
    if (portName !== '' && number !== 0) yield fieldInvalid(field, '', 'cannot set both port name & port number');
    else if (portName !== '') yield* matching(isPortName(portName), portName, `${port}.name`);
    else if (number !== 0) yield* matching(isPortNumber(number), number, `${port}.number`);
    else yield fieldRequired(field, 'port name or number is required');
  } else yield fieldInvalid(field, '', 'resource or service backend is required');
}

function* typedReference(reference: TypedLocalObjectReference, field: string): Findings {
  if (reference.apiGroup !== undefined) yield* dnsSubdomain(reference.apiGroup, `${field}.apiGroup`);
  yield* requiredSegment(reference.kind, `${field}.kind`);
  yield* requiredSegment(reference.name, `${field}.name`);
}
