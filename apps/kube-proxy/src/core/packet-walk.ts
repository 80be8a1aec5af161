import { BlockList } from 'node:net';
import type { Match, Option, Rule, RuleSet } from '@wherry/node-iptables';

/** For tests: the first packet of a connection, as it meets the rules on this node. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  readonly port: number;
  /** Made on this node itself. */
  readonly fromHost: boolean;
}

export interface Fate {
  /** address:port it was sent on to. */
  readonly sentTo?: string | undefined;
  /** Its source becomes the node's address. */
  readonly masqueraded: boolean;
  /** What the filter says when it was not sent on. */
  readonly verdict: 'ACCEPT' | 'REJECT' | 'DROP';
}

/** Whether NetworkPolicies let a packet through that this node forwards; its destination is that of the pod. */
export function passesPolicies(rules: RuleSet, packet: Packet): boolean {
  return walker(rules, packet, [], () => 0).run('FORWARD', 'mangle') !== 'DROP';
}

/** Walks a packet through the rules as the kernel would; `own` are the node's addresses, `random` gives 0..1. */
export function walk(rules: RuleSet, packet: Packet, own: readonly string[], random: () => number): Fate {
  const { state, run } = walker(rules, packet, own, random);
  run(packet.fromHost ? 'OUTPUT' : 'PREROUTING', 'nat');
  let verdict: Fate['verdict'] = 'ACCEPT';
  if (state.sentTo === undefined) {
    const hooks = own.includes(packet.destination) ? ['INPUT'] : packet.fromHost ? ['OUTPUT'] : ['FORWARD'];
    for (const hook of hooks) {
      const end = run(hook, 'filter');
      if (end === 'REJECT' || end === 'DROP') verdict = end;
    }
  }
  return { sentTo: state.sentTo, masqueraded: run('POSTROUTING', 'nat') === 'MASQUERADE', verdict };
}

type Table = 'nat' | 'filter' | 'mangle';

interface Walker {
  readonly state: { mark: number; sentTo: string | undefined };
  /** The target that ended the packet's way through a built-in chain. */
  run(chain: string, table: Table): string;
}

function walker(rules: RuleSet, packet: Packet, own: readonly string[], random: () => number): Walker {
  const state: Walker['state'] = { mark: 0, sentTo: undefined };
  return { state, run };

  function run(chain: string, table: Table): string {
    const jumps = rules[table]?.jumps.filter((jump) => jump.chain === chain).map((jump) => jump.rule) ?? [];
    return through(jumps, table) ?? 'ACCEPT';
  }

  /** The target that ended it, or undefined when the chain was left at its end. */
  function through(list: readonly Rule[], table: Table): string | undefined {
    for (const rule of list) {
      if (!rule.header.every(headerHolds) || !rule.matches.every(matchHolds)) continue;
      const { name = '', options = [] } = rule.target ?? {};
      if (name === 'RETURN') return undefined;
      if (name === 'MARK') setMark(options[0]?.values[0] ?? '');
      else if (name === 'DNAT') state.sentTo = options[0]?.values[0];
      const chain = rules[table]?.chains.find((candidate) => candidate.name === name);
      const end = chain === undefined ? (name === 'MARK' ? undefined : name) : through(chain.rules, table);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  function setMark(text: string): void {
    const [value = 0, mask = 0] = text.split('/').map(Number);
    state.mark = (state.mark & ~mask) ^ value;
  }

  function headerHolds({ name, values, negated }: Option): boolean {
    const value = values[0] ?? '';
    const holds =
      name === '-p' ? value === packet.protocol : inCidr(name === '-s' ? packet.source : packet.destination, value);
    return holds !== negated;
  }

  function matchHolds({ name, options }: Match): boolean {
    return options.every((option) => optionHolds(name, option) !== option.negated);
  }

  function optionHolds(match: string, { name, values }: Option): boolean {
    const value = values[0] ?? '';
    switch (name) {
      case '--dport':
        return match === packet.protocol && inPorts(packet.port, value);
      case '--dports':
        return value.split(',').some((ports) => inPorts(packet.port, ports));
      case '--dst-type':
        return own.includes(packet.destination);
      case '--src-type':
        return own.includes(packet.source);
      case '--probability':
        return random() < Number(value);
      case '--ctstate':
        return value.split(',').includes('NEW');
      case '--mark':
        return (state.mark & Number(value.split('/')[1])) === Number(value.split('/')[0]);
      case '--rcheck':
        return false;
      default:
        return true;
    }
  }
}

function inCidr(address: string, cidr: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(bits));
  return list.check(address);
}

function inPorts(port: number, ports: string): boolean {
  const [first, last = first] = ports.split(':').map(Number);
  return port >= (first ?? 0) && port <= (last ?? 0);
}
