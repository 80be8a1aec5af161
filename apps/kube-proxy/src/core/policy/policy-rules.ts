import type { NetworkPolicy } from '@wherry/api';
import * as r from '@wherry/node-iptables';
import type { Chain, DesiredTable, Jump, Part, Rule } from '@wherry/node-iptables';
import * as names from '../chain-names.ts';
import {
  type Addresses,
  addressText,
  cidrAddresses,
  common,
  everyAddress,
  toCidrs,
  unionOf,
  without,
} from './addresses.ts';
import type { PolicyPod, PolicyView } from './policy-view.ts';
import { type PortRange, portMatches, portsOf, type Ports } from './ports.ts';
import { Selection, testOf } from './selection.ts';

/**
 * The mangle table: what NetworkPolicies forbid is dropped in FORWARD there, before any filter rule of anybody can accept
 * it; what they allow goes on to the filter. Empty while the cluster has no policy.
 */
export function policyRules(view: PolicyView, nodeName: string): DesiredTable {
  if (view.policies.length === 0) return { chains: [], jumps: [] };
  const selection = new Selection(view);
  const sets = new PolicySets(view, selection);
  const blocks = Map.groupBy(
    view.pods
      .filter((pod) => pod.node === nodeName)
      .toSorted((a, b) => a.address - b.address || (a.name < b.name ? -1 : 1)),
    (pod) => Math.floor(pod.address / blockSize) * blockSize,
  );
  const own = (view.podCidr === undefined ? undefined : cidrAddresses(view.podCidr)) ?? [];
  const chains = [...blocks].flatMap(([first, pods]) =>
    directions.map((direction) => blockChain(direction, first, pods, own, sets)),
  );
  const ranges = [...blocks.keys()].map((first) => ({ first, last: first + blockSize - 1 }));
  const empty = without(own, unionOf(ranges.map((range) => [range])));
  return {
    chains: [{ name: names.policyChain, rules: entryRules([...blocks.keys()], empty) }, ...chains, ...sets.chains()],
    jumps,
  };
}

/** Addresses whose pods share a chain, so that a packet is not compared with every pod of the node. */
const blockSize = 32;

interface Direction {
  readonly block: 'FROM' | 'TO';
  readonly set: 'OUT' | 'IN';
  readonly type: 'Egress' | 'Ingress';
  /** The header that the pod of this direction is in, and that of the other end. */
  readonly pod: (cidr: string) => Part;
  readonly peer: (cidr: string) => Part;
}

const egress: Direction = { block: 'FROM', set: 'OUT', type: 'Egress', pod: r.source, peer: r.destination };
const ingress: Direction = { block: 'TO', set: 'IN', type: 'Ingress', pod: r.destination, peer: r.source };
const directions = [egress, ingress];

const jumps: readonly Jump[] = [
  {
    chain: 'FORWARD',
    place: 'first',
    rule: r.rule(r.comment('kubernetes network policies'), r.jump(names.policyChain)),
  },
];

function entryRules(blocks: readonly number[], empty: Addresses): Rule[] {
  return [
    // A policy is about who may open a connection; answers follow.
    r.rule(r.conntrackState('RELATED', 'ESTABLISHED'), r.returns()),
    ...directions.flatMap((direction) => [
      ...blocks.map((first) =>
        r.rule(
          direction.pod(`${addressText(first)}/${32 - Math.log2(blockSize)}`),
          r.jump(names.policyBlockChain(direction.block, addressText(first))),
        ),
      ),
      ...dropUnseen(direction, empty),
    ]),
  ];
}

/** Sends each pod through the chain of its policies; an address of this node that no known pod has stays closed. */
function blockChain(
  direction: Direction,
  first: number,
  pods: readonly PolicyPod[],
  own: Addresses,
  sets: PolicySets,
): Chain {
  const rules = [...Map.groupBy(pods, (pod) => pod.address)].flatMap(([address, sharing]) => {
    const cidr = `${addressText(address)}/32`;
    const chains = sharing.map((pod) => sets.chainOf(direction, pod)).filter((chain) => chain !== undefined);
    return [
      // No policy keeps a pod from itself.
      ...[...new Set(chains)].map((chain) => r.rule(direction.pod(cidr), r.not(direction.peer(cidr)), r.jump(chain))),
      r.rule(direction.pod(cidr), r.returns()),
    ];
  });
  const block = [{ first, last: first + blockSize - 1 }];
  return {
    name: names.policyBlockChain(direction.block, addressText(first)),
    rules: [...rules, ...dropUnseen(direction, common(block, own))],
  };
}

function dropUnseen(direction: Direction, addresses: Addresses): Rule[] {
  return toCidrs(addresses).map((cidr) =>
    r.rule(r.comment('no pod of this node is known to have the address'), direction.pod(cidr), r.drop()),
  );
}

/** Chains of policies, one for each different set of them: pods of one Deployment share theirs. */
class PolicySets {
  readonly #selection: Selection;
  readonly #policies: ReadonlyMap<string, readonly CompiledPolicy[]>;
  readonly #chains = new Map<string, Chain>();

  constructor(view: PolicyView, selection: Selection) {
    this.#selection = selection;
    const compiled = view.policies
      .toSorted((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1))
      .map((policy) => ({ policy, title: titleOf(policy), selects: testOf(policy.spec.podSelector) }));
    this.#policies = Map.groupBy(compiled, ({ policy }) => policy.metadata.namespace ?? '');
  }

  /** The chain for this pod; undefined when no policy restricts it in this direction. */
  chainOf(direction: Direction, pod: PolicyPod): string | undefined {
    const policies = (this.#policies.get(pod.namespace) ?? []).filter(
      ({ policy, selects }) => restricts(policy, direction) && selects(pod.labels),
    );
    if (policies.length === 0) return undefined;
    const ports = direction === ingress ? namedPortsOf(policies, pod) : '';
    const name = names.policySetChain(direction.set, `${policies.map(({ title }) => title).join(' ')} ${ports}`);
    if (!this.#chains.has(name)) {
      const allowed = policies.flatMap(({ policy, title }) => this.#allowances(direction, policy, title, pod));
      const words = `not allowed by the policies of ${pod.namespace}`;
      this.#chains.set(name, { name, rules: [...allowed, r.rule(r.comment(words), r.drop())] });
    }
    return name;
  }

  chains(): Chain[] {
    return [...this.#chains.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #allowances(direction: Direction, { metadata, spec }: NetworkPolicy, title: string, pod: PolicyPod): Rule[] {
    const namespace = metadata.namespace ?? '';
    const rules =
      direction === ingress
        ? (spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports: portsOf(ports) }))
        : (spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports: portsOf(ports) }));
    return rules.flatMap(({ peers, ports }) => {
      const addresses = this.#selection.addresses(peers, namespace);
      const resolved =
        direction === ingress ? portsOfPod(ports, pod, addresses) : portsOfPeers(ports, addresses, this.#selection);
      return resolved.flatMap((one) => allow(direction, title, one));
    });
  }
}

interface CompiledPolicy {
  readonly policy: NetworkPolicy;
  readonly title: string;
  readonly selects: (labels: PolicyPod['labels']) => boolean;
}

/** Who may be talked to, and at which ports; every one, ICMP too, when these are undefined. */
interface Allowance {
  readonly addresses: Addresses;
  readonly ports: readonly PortRange[] | undefined;
}

/** Ingress: a named port is the number that the pod itself gives it. */
function portsOfPod(ports: Ports | undefined, pod: PolicyPod, addresses: Addresses): Allowance[] {
  if (ports === undefined) return [{ addresses, ports }];
  const named = ports.named.flatMap(({ protocol, name }) => {
    const number = pod.ports.get(`${protocol}/${name}`);
    return number === undefined ? [] : [{ protocol, first: number, last: number }];
  });
  return [{ addresses, ports: [...ports.ranges, ...named] }];
}

/** Egress: a named port is a number of its own at each pod. */
function portsOfPeers(ports: Ports | undefined, addresses: Addresses, selection: Selection): Allowance[] {
  if (ports === undefined) return [{ addresses, ports }];
  const named = ports.named.flatMap((port) =>
    [...selection.byNamedPort(port, addresses)].map(([number, pods]) => ({
      addresses: pods,
      ports: [{ protocol: port.protocol, first: number, last: number }],
    })),
  );
  return [{ addresses, ports: ports.ranges }, ...named];
}

function allow(direction: Direction, title: string, { addresses, ports }: Allowance): Rule[] {
  const words = r.comment(title);
  const peers = addresses === everyAddress ? [[]] : toCidrs(addresses).map((cidr) => [direction.peer(cidr)]);
  const matches = ports === undefined ? [[]] : portMatches(ports);
  return peers.flatMap((peer) => matches.map((match) => r.rule(words, ...peer, ...match, r.returns())));
}

/** The numbers of the named ports that these policies speak of: pods that differ in them need chains of their own. */
function namedPortsOf(policies: readonly CompiledPolicy[], pod: PolicyPod): string {
  const keys = policies.flatMap(({ policy }) =>
    (policy.spec.ingress ?? []).flatMap(({ ports }) =>
      (portsOf(ports)?.named ?? []).map(({ protocol, name }) => `${protocol}/${name}`),
    ),
  );
  return [...new Set(keys)]
    .toSorted()
    .map((key) => `${key}=${pod.ports.get(key) ?? ''}`)
    .join(' ');
}

/** Without policyTypes (the server fills them in): ingress always, egress when there are rules for it. */
function restricts({ spec }: NetworkPolicy, { type }: Direction): boolean {
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0) return spec.policyTypes.includes(type);
  return type === 'Ingress' || (spec.egress ?? []).length > 0;
}

function titleOf({ metadata }: NetworkPolicy): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
}
