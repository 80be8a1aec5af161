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
    'KUBE-PROXY-FIREWALL',
    'KUBE-PROXY-CANARY',
  ],
  prefixes: ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-SEP-', 'KUBE-EXT-', 'KUBE-FW-'],
};

/** SVC: all endpoints; SVL: those on this node; EXT: traffic from outside; names as upstream makes them. */
export function portChain(kind: 'SVC' | 'SVL' | 'EXT', port: string, protocol: string): string {
  return `KUBE-${kind}-${hash(port + protocol)}`;
}

/** The chain of one endpoint of one port; `endpoint` is address:port. */
export function endpointChain(port: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${hash(port + protocol + endpoint)}`;
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
