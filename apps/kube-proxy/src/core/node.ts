import { isIPv4 } from 'node:net';
import type { Node } from '@wherry/api';

/** Set by the cluster autoscaler on a node that is about to go. */
const goingTaint = 'ToBeDeletedByClusterAutoscaler';

/** Load balancers may send new connections here: the node is not being removed. An unknown node may. */
export function isNodeEligible(node: Node | undefined): boolean {
  if (node === undefined) return true;
  if (node.metadata.deletionTimestamp !== undefined) return false;
  return !(node.spec?.taints ?? []).some((taint) => taint.key === goingTaint);
}

/** The IPv4 address by which the cluster knows the node: internal before external. */
export function primaryAddress(node: Node | undefined): string | undefined {
  const addresses = node?.status?.addresses ?? [];
  for (const type of ['InternalIP', 'ExternalIP']) {
    const found = addresses.find((address) => address.type === type && isIPv4(address.address));
    if (found !== undefined) return found.address;
  }
  return undefined;
}

/** The IPv4 range from which the node's pods have their addresses. */
export function podCidrOf(node: Node): string | undefined {
  const ranges = [...(node.spec?.podCIDRs ?? []), node.spec?.podCIDR];
  return ranges.find((range) => range !== undefined && isIPv4(range.split('/')[0] ?? ''));
}
