import * as r from '@wherry/node-iptables';
import type { Chain, Part, Rule } from '@wherry/node-iptables';
import { endpointChain, markMasqueradeChain, portChain } from './chain-names.ts';
import type { ProxyConfig } from './config.ts';
import type { ChosenEndpoints, ProxyEndpoint } from './endpoints.ts';
import type { ProxiedPort } from './service-ports.ts';
import type { UdpTarget } from './udp-flows.ts';

/** What one or several ports add to the shared chains, and the chains of their own (nat). */
export interface PortRules {
  readonly chains: readonly Chain[];
  /** nat KUBE-SERVICES */
  readonly services: readonly Rule[];
  /** nat KUBE-NODEPORTS */
  readonly nodePorts: readonly Rule[];
  /** filter KUBE-SERVICES */
  readonly refused: readonly Rule[];
  /** filter KUBE-EXTERNAL-SERVICES */
  readonly refusedExternally: readonly Rule[];
  /** filter KUBE-PROXY-FIREWALL */
  readonly keptOut: readonly Rule[];
  /** For a UDP port: where its traffic may go. */
  readonly udp?: UdpTarget | undefined;
}

/** All rules of one port. */
export function portRules(port: ProxiedPort, chosen: ChosenEndpoints, config: ProxyConfig): PortRules {
  const internal = port.internalLocal ? chosen.local : chosen.cluster;
  const external = port.externalLocal ? chosen.local : chosen.cluster;
  // Local endpoints are usable only if some are at all, so this says it for both.
  const reachable = chosen.cluster.length > 0;
  const isExternal = port.nodePort !== undefined || port.externalIPs.length > 0 || port.balancerIPs.length > 0;
  const usesExternal = isExternal && reachable;
  const internalChain = portChain(port.internalLocal ? 'SVL' : 'SVC', port.title, port.protocol);
  const externalChain = portChain('EXT', port.title, port.protocol);
  const limited = usesExternal && port.balancerIPs.length > 0 && port.sourceRanges !== undefined;
  const balancerChain = limited ? portChain('FW', port.title, port.protocol) : externalChain;

  const usesCluster = reachable && (!port.internalLocal || usesExternal);
  const usesLocal = (port.internalLocal || (usesExternal && port.externalLocal)) && chosen.local.length > 0;
  const chains: Chain[] = [];
  if (usesExternal) chains.push({ name: externalChain, rules: externalRules(port, external, config) });
  if (limited) chains.push({ name: balancerChain, rules: sourceRangeRules(port, externalChain) });
  if (usesCluster) chains.push(policyChain('SVC', chosen.cluster));
  if (usesLocal) chains.push(policyChain('SVL', chosen.local));
  const used = new Set([...(usesCluster ? chosen.cluster : []), ...(usesLocal ? chosen.local : [])]);
  for (const endpoint of used) chains.push(endpointRules(port, endpoint));

  return {
    chains,
    udp: port.protocol === 'udp' ? udpTarget(port, [...used]) : undefined,
    services: [
      ...(internal.length > 0 ? [r.rule(...toAddress(port, port.clusterIP, 'cluster IP'), r.jump(internalChain))] : []),
      ...(usesExternal ? externalEntries() : []),
    ],
    nodePorts:
      usesExternal && port.nodePort !== undefined
        ? [r.rule(r.comment(port.title), ...toNodePort(port), r.jump(externalChain))]
        : [],
    refused:
      internal.length > 0 ? [] : [r.rule(...toAddress(port, port.clusterIP, why(reachable)), verdict(reachable))],
    refusedExternally: external.length > 0 ? [] : refusedEntries(),
    keptOut: limited
      ? port.balancerIPs.map((ip) =>
          r.rule(...toAddress(port, ip, `traffic not accepted by ${balancerChain}`), r.drop()),
        )
      : [],
  };

  function externalEntries(): Rule[] {
    return [
      ...port.externalIPs.map((ip) => r.rule(...toAddress(port, ip, 'external IP'), r.jump(externalChain))),
      ...port.balancerIPs.map((ip) => r.rule(...toAddress(port, ip, 'loadbalancer IP'), r.jump(balancerChain))),
    ];
  }

  function refusedEntries(): Rule[] {
    const addresses = [...new Set([...port.externalIPs, ...port.balancerIPs])];
    const byAddress = addresses.map((ip) => r.rule(...toAddress(port, ip, why(reachable)), verdict(reachable)));
    if (port.nodePort === undefined) return byAddress;
    const words = r.comment(`${port.title} ${why(reachable)}`);
    return [...byAddress, r.rule(words, r.destinationType('LOCAL'), ...toNodePort(port), verdict(reachable))];
  }

  function policyChain(kind: 'SVC' | 'SVL', endpoints: readonly ProxyEndpoint[]): Chain {
    const name = portChain(kind, port.title, port.protocol);
    const masqueraded = name === internalChain ? clusterIPMasquerade(port, config) : [];
    return { name, rules: [...masqueraded, ...balance(port, endpoints)] };
  }
}

/** Clients that a load balancer may let in; those that fall through are dropped in the filter. */
function sourceRangeRules(port: ProxiedPort, externalChain: string): Rule[] {
  const words = r.comment(`${port.title} loadbalancer IP`);
  const own = port.balancerIPs;
  return [
    ...(port.sourceRanges ?? []).map((cidr) => r.rule(words, r.source(cidr), r.jump(externalChain))),
    // A node that asks for an address of its own asks from that address.
    ...own.map((ip) => r.rule(words, r.source(`${ip}/32`), r.sourceType('LOCAL'), r.jump(externalChain))),
  ];
}

/** Traffic from outside: masqueraded, unless the policy Local keeps the client's address. */
function externalRules(port: ProxiedPort, external: readonly ProxyEndpoint[], config: ProxyConfig): Rule[] {
  const all = r.jump(portChain('SVC', port.title, port.protocol));
  if (!port.externalLocal) {
    return [
      r.rule(r.comment(`masquerade traffic for ${port.title} external destinations`), r.jump(markMasqueradeChain)),
      r.rule(all),
    ];
  }
  const rules: Rule[] = [];
  // Pods and this node itself reach every endpoint: the policy is for traffic from outside the cluster.
  if (config.clusterCidr !== undefined) {
    const words = `pod traffic for ${port.title} external destinations`;
    rules.push(r.rule(r.comment(words), r.source(config.clusterCidr), all));
  }
  const local = r.sourceType('LOCAL');
  rules.push(
    r.rule(
      r.comment(`masquerade LOCAL traffic for ${port.title} external destinations`),
      local,
      r.jump(markMasqueradeChain),
    ),
    r.rule(r.comment(`route LOCAL traffic for ${port.title} external destinations`), local, all),
  );
  if (external.length > 0) rules.push(r.rule(r.jump(portChain('SVL', port.title, port.protocol))));
  return rules;
}

/** Clients that are no pods are masqueraded, so that the answer comes back through this node. */
function clusterIPMasquerade(port: ProxiedPort, config: ProxyConfig): Rule[] {
  const to = toAddress(port, port.clusterIP, 'cluster IP');
  if (config.masqueradeAll) return [r.rule(...to, r.jump(markMasqueradeChain))];
  if (config.clusterCidr === undefined) return [];
  return [r.rule(...to, r.not(r.source(config.clusterCidr)), r.jump(markMasqueradeChain))];
}

/** Remembered clients first; the others by chance: 1/n of all, 1/(n-1) of the rest, and so on. */
function balance(port: ProxiedPort, endpoints: readonly ProxyEndpoint[]): Rule[] {
  const chainOf = (endpoint: ProxyEndpoint): string => endpointChain(port.title, port.protocol, textOf(endpoint));
  const { affinitySeconds } = port;
  const sticky =
    affinitySeconds === undefined
      ? []
      : endpoints.map((endpoint) => {
          const chain = chainOf(endpoint);
          return r.rule(r.comment(port.title), r.recentlySeen(chain, affinitySeconds), r.jump(chain));
        });
  const random = endpoints.map((endpoint, index) => {
    const left = endpoints.length - index;
    const share = left > 1 ? [r.randomly(1 / left)] : [];
    return r.rule(r.comment(`${port.title} -> ${textOf(endpoint)}`), ...share, r.jump(chainOf(endpoint)));
  });
  return [...sticky, ...random];
}

function endpointRules(port: ProxiedPort, endpoint: ProxyEndpoint): Chain {
  const name = endpointChain(port.title, port.protocol, textOf(endpoint));
  const remembered = port.affinitySeconds === undefined ? [] : [r.remember(name)];
  return {
    name,
    rules: [
      // A pod that reaches itself through its Service must not see its own address as the client's.
      r.rule(r.comment(port.title), r.source(`${endpoint.address}/32`), r.jump(markMasqueradeChain)),
      r.rule(r.comment(port.title), ...remembered, r.protocol(port.protocol), r.dnat(textOf(endpoint))),
    ],
  };
}

function udpTarget(port: ProxiedPort, endpoints: readonly ProxyEndpoint[]): UdpTarget {
  const { clusterIP, externalIPs, balancerIPs, port: number, nodePort } = port;
  const addresses = [clusterIP, ...externalIPs, ...balancerIPs];
  return { addresses, port: number, nodePort, endpoints: endpoints.map(({ address }) => address) };
}

function toAddress(port: ProxiedPort, address: string, words: string): Part[] {
  return [
    r.comment(`${port.title} ${words}`),
    r.protocol(port.protocol),
    r.destination(`${address}/32`),
    r.destinationPort(port.protocol, port.port),
  ];
}

function toNodePort(port: ProxiedPort): Part[] {
  return [r.protocol(port.protocol), r.destinationPort(port.protocol, port.nodePort ?? 0)];
}

/** A Service without endpoints refuses; one with endpoints elsewhere drops, for a balancer will try another node. */
function verdict(reachable: boolean): Part {
  return reachable ? r.drop() : r.reject();
}

function why(reachable: boolean): string {
  return reachable ? 'has no local endpoints' : 'has no endpoints';
}

function textOf(endpoint: ProxyEndpoint): string {
  return `${endpoint.address}:${endpoint.port}`;
}
