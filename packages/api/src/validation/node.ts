import { fieldDuplicate, fieldForbidden, fieldInvalid } from '@wherry/apimachinery';
import type { Node } from '../core/node.ts';
import { resourceAmount } from './container-resources.ts';
import { validCidr } from './ip.ts';
import { taints } from './placement.ts';
import { qualifiedName, type Findings } from './value-rules.ts';

export function* node(object: Node): Findings {
  yield* taints(object.spec.taints ?? [], 'spec.taints');
  yield* nodeStatus(object);
  const cidrs = object.spec.podCIDRs ?? [];
  for (const [index, cidr] of cidrs.entries()) yield* validCidr(cidr, `spec.podCIDRs[${index}]`);
  if (cidrs.length > 2)
    yield fieldInvalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family');
  if (new Set(cidrs).size !== cidrs.length) {
    yield* cidrs.flatMap((cidr, index) =>
      cidrs.indexOf(cidr) < index ? [fieldDuplicate(`spec.podCIDRs[${index}]`, cidr)] : [],
    );
  }
}

export function* nodeUpdate(next: Node, old: Node): Findings {
  yield* node(next);
  const before = old.spec.podCIDRs ?? [];
  const after = next.spec.podCIDRs ?? [];
  if (before.length > 0 && JSON.stringify(before) !== JSON.stringify(after)) {
    yield fieldForbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid');
  }
  if (old.spec.providerID && old.spec.providerID !== next.spec.providerID) {
    yield fieldForbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  }
  if ((next.spec.externalID ?? '') !== (old.spec.externalID ?? '')) {
    yield fieldForbidden('', 'node updates may only change labels, taints, or capacity');
  }
}

export function* nodeStatus({ status }: Node): Findings {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, amount] of Object.entries(status?.[list] ?? {})) {
      yield* qualifiedName(name, `status.${list}[${name}]`);
      yield* resourceAmount(name === 'pods' ? 'cpu' : name, amount, `status.${list}[${name}]`);
    }
  }
  const seen = new Set<string>();
  for (const [index, address] of (status?.addresses ?? []).entries()) {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) yield fieldDuplicate(`status.addresses[${index}]`, address);
    seen.add(key);
  }
}
