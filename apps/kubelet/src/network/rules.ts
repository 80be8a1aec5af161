import {
  accept,
  diff,
  destination,
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
import { bridgeName } from './bridge.ts';

export const ownership: Ownership = { names: ['WHERRY-FORWARD', 'WHERRY-POSTROUTING'], prefixes: [] };

/**
 * What pods need of the host's packet filter: to be forwarded even where another program (Docker) drops what it does
 * not know, and to leave the cluster under the node's address.
 */
export function podNetworkRules(podCidr: string, clusterCidr: string): RuleSet {
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
            rule(source(podCidr), destination(clusterCidr), returns()),
            rule(source(podCidr), not(destination('224.0.0.0/4')), masquerade()),
          ],
        },
      ],
      jumps: [
        {
          chain: 'POSTROUTING',
          rule: rule(comment('wherry: pods leaving the cluster'), jump('WHERRY-POSTROUTING')),
          place: 'last',
        },
      ],
    },
  };
}

/** Writes the difference between what stands and what should, if any. */
export async function syncRules(iptables: Iptables, rules: RuleSet): Promise<void> {
  const observed = await iptables.save();
  const difference = diff(rules, observed, ownership);
  await iptables.restore(difference.input);
}
