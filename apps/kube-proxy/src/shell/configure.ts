import { hostname, networkInterfaces } from 'node:os';
import type { Node } from '@wherry/api';
import type { ProxyConfig } from '../core/config.ts';
import { primaryAddress } from '../core/node.ts';
import { nodePortAddresses } from '../core/nodeport-addresses.ts';
import { clusterCidrOf, type ProxyFlags } from '../flags.ts';

/** The node's name as kubelet makes it: the host's, in lower case. */
export function nodeNameOf(flags: ProxyFlags): string {
  return (flags.hostnameOverride ?? hostname()).trim().toLowerCase();
}

/** Everything the rules depend on besides Services; `node` is needed for --nodeport-addresses=primary only. */
export function configure(flags: ProxyFlags, node: Node | undefined): ProxyConfig {
  const primary = flags.bindAddress === '0.0.0.0' ? primaryAddress(node) : flags.bindAddress;
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);
  const addresses = nodePortAddresses(flags.nodeportAddresses, own, primary);
  return {
    nodeName: nodeNameOf(flags),
    clusterCidr: clusterCidrOf(flags),
    masqueradeAll: flags.masqueradeAll,
    masqueradeMark: 2 ** flags.iptablesMasqueradeBit,
    localhostNodePorts: flags.iptablesLocalhostNodeports,
    nodePortAddresses: addresses,
  };
}
