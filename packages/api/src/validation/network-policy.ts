import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isPortName,
  isPortNumber,
} from '@wherry/apimachinery';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../networking/network-policy.ts';
import { isStrictSubset, parseCidr } from './cidr.ts';
import { validCidr } from './ip.ts';
import { labelSelector } from './label-selector.ts';
import { matching, type Findings } from './value-rules.ts';

export function* networkPolicy({ spec }: NetworkPolicy): Findings {
  yield* labelSelector(spec?.podSelector, 'spec.podSelector');
  for (const [index, rule] of (spec?.ingress ?? []).entries()) {
    yield* ruleParts(rule.ports, rule.from, `spec.ingress[${index}]`, 'from');
  }
  for (const [index, rule] of (spec?.egress ?? []).entries()) {
    yield* ruleParts(rule.ports, rule.to, `spec.egress[${index}]`, 'to');
  }
  const types = spec?.policyTypes ?? [];
  if (types.length > 2) yield fieldInvalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  else {
    for (const [index, type] of types.entries()) {
      if (type === 'Ingress' || type === 'Egress') continue;
      yield fieldNotSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']);
    }
  }
}

function* ruleParts(
  ports: readonly NetworkPolicyPort[] | undefined,
  peers: readonly NetworkPolicyPeer[] | undefined,
  field: string,
  direction: 'from' | 'to',
): Findings {
  for (const [index, item] of (ports ?? []).entries()) yield* port(item, `${field}.ports[${index}]`);
  for (const [index, item] of (peers ?? []).entries()) yield* peer(item, `${field}.${direction}[${index}]`);
}

function* port({ protocol, port: value, endPort }: NetworkPolicyPort, field: string): Findings {
  if (protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(protocol)) {
    yield fieldNotSupported(`${field}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  }
  const end = `${field}.endPort`;
  if (value === undefined) {
    if (endPort !== undefined) yield fieldInvalid(end, endPort, 'may not be specified when `port` is not specified');
  } else if (typeof value === 'string') {
    if (endPort !== undefined) yield fieldInvalid(end, endPort, 'may not be specified when `port` is non-numeric');
    yield* matching(isPortName(value), value, `${field}.port`);
  } else {
    yield* matching(isPortNumber(value), value, `${field}.port`);
    if (endPort === undefined) return;
    if (endPort < value) yield fieldInvalid(end, endPort, 'must be greater than or equal to `port`');
    yield* matching(isPortNumber(endPort), endPort, end);
  }
}

function* peer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, field: string): Findings {
  yield* labelSelector(podSelector, `${field}.podSelector`);
  yield* labelSelector(namespaceSelector, `${field}.namespaceSelector`);
  if (ipBlock !== undefined) yield* block(ipBlock, `${field}.ipBlock`);
  const selects = podSelector !== undefined || namespaceSelector !== undefined;
  if (!selects && ipBlock === undefined) yield fieldRequired(field, 'must specify a peer');
  else if (selects && ipBlock !== undefined) {
    yield fieldForbidden(field, 'may not specify both ipBlock and another peer');
  }
}

function* block({ cidr, except = [] }: IPBlock, field: string): Findings {
  if (cidr === '') {
    yield fieldRequired(`${field}.cidr`);
    return;
  }
  yield* validCidr(cidr, `${field}.cidr`);
  const outer = parseCidr(cidr);
  if (outer === undefined) return;
  for (const [index, text] of except.entries()) {
    const at = `${field}.except[${index}]`;
    yield* validCidr(text, at);
    const inner = parseCidr(text);
    if (inner !== undefined && !isStrictSubset(inner, outer)) {
      yield fieldInvalid(at, text, 'must be a strict subset of `cidr`');
    }
  }
}
