import {
  accept,
  diff,
  destination,
  destinationPort,
  destinationType,
  dnat,
  protocol,
  type Rule,
  inInterface,
  type Iptables,
  jump,
  masquerade,
  not,
  outInterface,
  returns,
  type Ownership,
  rule,
  type RuleSet,
  source,
  comment,
} from '@wherry/node-iptables';
import type { HostPort } from './network.ts';

export const bridgeName = 'wherry0';

/** A host port and the pod's address that it leads to. */
export interface PortMapping extends HostPort {
  readonly address: string;
}

const ownership: Ownership = { names: ['WHERRY-FORWARD', 'WHERRY-POSTROUTING', 'WHERRY-HOSTPORTS'], prefixes: [] };

/**
 * What pods need of the host's packet filter: to be forwarded even where another program (Docker) drops what it does
 * not know, and to leave the cluster under the node's address.
 */
export function podNetworkRules(podCidr: string, clusterCidr: string, ports: readonly PortMapping[]): RuleSet {
  return {
    filter: {
      chains: [
        {
          name: 'WHERRY-FORWARD',
          rules: [rule(inInterface(bridgeName), accept()), rule(outInterface(bridgeName), accept())],
        },
      ],
      jumps: [
        {
          chain: 'FORWARD',
          rule: rule(comment('wherry: traffic of pods'), jump('WHERRY-FORWARD')),
          place: 'last',
        },
      ],
    },
    nat: {
      chains: [
        {
          name: 'WHERRY-POSTROUTING',
          rules: [
            // A pod that asks for its own node's port must get the answer from there, so its address is hidden too.
            ...ports.map(({ address }) => rule(source(`${address}/32`), destination(`${address}/32`), masquerade())),
            rule(source(podCidr), destination(clusterCidr), returns()),
            rule(source(podCidr), not(destination('224.0.0.0/4')), masquerade()),
          ],
        },
        { name: 'WHERRY-HOSTPORTS', rules: ports.map(hostPortRule) },
      ],
      jumps: [
        ...(['PREROUTING', 'OUTPUT'] as const).map((chain) => ({
          chain,
          rule: rule(comment('wherry: host ports'), destinationType('LOCAL'), jump('WHERRY-HOSTPORTS')),
          place: 'last' as const,
        })),
        {
          chain: 'POSTROUTING',
          rule: rule(comment('wherry: pods leaving the cluster'), jump('WHERRY-POSTROUTING')),
          place: 'last',
        },
      ],
    },
  };
}

function hostPortRule({ protocol: name, hostPort, hostIp, containerPort, address }: PortMapping): Rule {
  const to = dnat(`${address}:${containerPort}`);
  const where = hostIp === undefined ? [] : [destination(`${hostIp}/32`)];
  return rule(...where, protocol(name), destinationPort(name, hostPort), to);
}

/** Writes the difference between what stands and what should, if any. */
export async function syncRules(iptables: Iptables, rules: RuleSet): Promise<void> {
  const observed = await iptables.save();
  const difference = diff(rules, observed, ownership);
  await iptables.restore(difference.input);
}
