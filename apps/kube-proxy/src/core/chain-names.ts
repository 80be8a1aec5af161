import { createHash } from 'node:crypto';
import type { Ownership } from '@wherry/node-iptables';

/** Chains with upstream's names, so that whoever knows a cluster's iptables finds the way here too. */
export const servicesChain = 'KUBE-SERVICES';
export const externalServicesChain = 'KUBE-EXTERNAL-SERVICES';
export const nodePortsChain = 'KUBE-NODEPORTS';
export const postroutingChain = 'KUBE-POSTROUTING';
export const forwardChain = 'KUBE-FORWARD';
export const firewallChain = 'KUBE-FIREWALL';
export const markMasqueradeChain = 'KUBE-MARK-MASQ';
export const sourceRangesChain = 'KUBE-PROXY-FIREWALL';
/** Where NetworkPolicies begin (mangle); upstream's proxy has no such chains. */
export const policyChain = 'KUBE-NETWORK-POLICY';

/** What kube-proxy (upstream's too) writes; KUBE-KUBELET-CANARY and KUBE-IPTABLES-HINT are a kubelet's. */
export const ownership: Ownership = {
  names: [
    servicesChain,
    externalServicesChain,
    nodePortsChain,
    postroutingChain,
    forwardChain,
    firewallChain,
    markMasqueradeChain,
    sourceRangesChain,
    policyChain,
    'KUBE-PROXY-CANARY',
  ],
  prefixes: ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-SEP-', 'KUBE-EXT-', 'KUBE-FW-', 'KUBE-NP-'],
};

/** SVC: all endpoints; SVL: those on this node; EXT: traffic from outside; FW: that which may come in only from some addresses; names as upstream makes them. */
export function portChain(kind: 'SVC' | 'SVL' | 'EXT' | 'FW', port: string, protocol: string): string {
  return `KUBE-${kind}-${hash(port + protocol)}`;
}

/** The chain of one endpoint of one port; `endpoint` is address:port. */
export function endpointChain(port: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${hash(port + protocol + endpoint)}`;
}

/** What pods with this set of policies may receive (IN) or send (OUT). */
export function policySetChain(direction: 'IN' | 'OUT', set: string): string {
  return `KUBE-NP-${direction}-${hash(set)}`;
}

/** Which pods of a block of addresses send (FROM) or receive (TO); 28 characters at most, like every name. */
export function policyBlockChain(direction: 'FROM' | 'TO', firstAddress: string): string {
  return `KUBE-NP-${direction}-${firstAddress}`;
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first 16 characters of the base32 of the SHA-256: 80 bits. */
function hash(text: string): string {
  const digest = createHash('sha256').update(text).digest();
  let bits = BigInt(`0x${digest.subarray(0, 10).toString('hex')}`);
  let name = '';
  for (let i = 0; i < 16; i++) {
    name = base32.charAt(Number(bits & 31n)) + name;
    bits >>= 5n;
  }
  return name;
}
