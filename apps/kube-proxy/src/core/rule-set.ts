import type { EndpointSlice, Service } from '@wherry/api';
import * as r from '@wherry/node-iptables';
import type { BuiltinChain, Chain, DesiredTable, Jump, Part, Rule, RuleSet } from '@wherry/node-iptables';
import * as names from './chain-names.ts';
import type { ProxyConfig } from './config.ts';
import { chooseEndpoints, endpointsOf } from './endpoints.ts';
import { policyRules } from './policy/policy-rules.ts';
import type { PolicyView } from './policy/policy-view.ts';
import { portRules, type PortRules } from './port-rules.ts';
import { proxiedPorts } from './service-ports.ts';
import { udpTargets, type UdpTarget } from './udp-flows.ts';

/** One Service with the EndpointSlices that carry its name; objects are shared and never changed. */
export interface ServiceView {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
}

/** Everything that must stand for these Services, sorted, so that equal input gives equal output. */
export interface Plan {
  readonly rules: RuleSet;
  readonly udp: readonly UdpTarget[];
}

/** What the rules follow besides Services. */
export interface Surroundings {
  /** Undefined while not known: then what stands of policies must be left standing. */
  readonly policies?: PolicyView | undefined;
  /** IPv4 ranges of cluster IPs: an address or a port there that no Service has is refused. */
  readonly serviceCidrs?: readonly string[] | undefined;
}

export type Planner = (views: readonly ServiceView[], surroundings?: Surroundings) => Plan;

/**
 * A pure function with a memory: a Service whose objects are the very same as at the last call costs nothing, and keeps
 * its very same chains, which diff() then skips.
 */
export function planner(config: ProxyConfig): Planner {
  let known = new Map<string, { readonly view: ServiceView; readonly rules: readonly PortRules[] }>();
  const shared = sharedChains(config);
  let policies: { readonly view: PolicyView | undefined; readonly table: DesiredTable | undefined } | undefined;
  return (views, surroundings = {}) => {
    const view = surroundings.policies;
    if (policies === undefined || policies.view !== view)
      policies = { view, table: view === undefined ? undefined : policyRules(view, config.nodeName) };
    const next: typeof known = new Map();
    for (const view of views) {
      const key = `${view.service.metadata?.namespace ?? ''}/${view.service.metadata?.name ?? ''}`;
      const old = known.get(key);
      const same = old !== undefined && sameView(old.view, view);
      next.set(key, same ? old : { view, rules: serviceRules(view, config) });
    }
    known = next;
    const keys = [...next.keys()].toSorted((a, b) => (a < b ? -1 : 1));
    const ports = keys.flatMap((key) => next.get(key)?.rules ?? []);
    return { rules: assemble(ports, shared, policies.table, surroundings.serviceCidrs ?? []), udp: udpTargets(ports) };
  };
}

/** The rules of each port of one Service. */
export function serviceRules(view: ServiceView, config: ProxyConfig): PortRules[] {
  return proxiedPorts(view.service).map((port) =>
    portRules(port, chooseEndpoints(endpointsOf(port, view.slices, config.nodeName)), config),
  );
}

function sameView(a: ServiceView, b: ServiceView): boolean {
  return (
    a.service === b.service &&
    a.slices.length === b.slices.length &&
    a.slices.every((slice, index) => slice === b.slices[index])
  );
}

function assemble(
  ports: readonly PortRules[],
  shared: SharedChains,
  policies: DesiredTable | undefined,
  serviceCidrs: readonly string[],
): RuleSet {
  const gather = (pick: (rules: PortRules) => readonly Rule[]): Rule[] => ports.flatMap(pick);
  return {
    mangle: policies,
    nat: {
      chains: [
        { name: names.servicesChain, rules: [...gather((p) => p.services), ...shared.toNodePorts] },
        { name: names.nodePortsChain, rules: gather((p) => p.nodePorts) },
        ...shared.nat,
        ...uniqueChains(ports),
      ],
      jumps: natJumps,
    },
    filter: {
      chains: [
        { name: names.servicesChain, rules: [...gather((p) => p.refused), ...serviceCidrs.map(refuseRest)] },
        { name: names.externalServicesChain, rules: gather((p) => p.refusedExternally) },
        { name: names.sourceRangesChain, rules: gather((p) => p.keptOut) },
        ...shared.filter,
      ],
      jumps: filterJumps,
    },
  };
}

/** What Services have was sent on before it comes here: the rest would leave by the default route. */
function refuseRest(cidr: string): Rule {
  return r.rule(r.comment('no service has this address and port'), r.destination(cidr), r.reject());
}

/** Two ports cannot share a chain unless their names do, which the API forbids; should they, the first one counts. */
function uniqueChains(ports: readonly PortRules[]): Chain[] {
  const chains = new Map<string, Chain>();
  for (const port of ports) for (const chain of port.chains) if (!chains.has(chain.name)) chains.set(chain.name, chain);
  return [...chains.values()];
}

interface SharedChains {
  readonly nat: readonly Chain[];
  readonly filter: readonly Chain[];
  readonly toNodePorts: readonly Rule[];
}

function sharedChains(config: ProxyConfig): SharedChains {
  const mark = config.masqueradeMark;
  const firewall: Chain = {
    name: names.firewallChain,
    // route_localnet opens 127.0.0.0/8 to neighbours on the wire (CVE-2020-8558); this closes it again. Upstream's
    // kubelet writes the very same chain.
    rules: [
      r.rule(
        r.comment('block incoming localnet connections'),
        r.destination('127.0.0.0/8'),
        r.not(r.source('127.0.0.0/8')),
        r.not(r.conntrackState('RELATED', 'ESTABLISHED', 'DNAT')),
        r.drop(),
      ),
    ],
  };
  return {
    nat: [
      { name: names.markMasqueradeChain, rules: [r.rule(r.setMarkBits(mark))] },
      {
        name: names.postroutingChain,
        rules: [
          r.rule(r.not(r.markIs(mark)), r.returns()),
          // Off again, lest the packet be masqueraded twice when it passes once more (IPsec, overlays).
          r.rule(r.flipMarkBits(mark)),
          r.rule(r.comment('kubernetes service traffic requiring SNAT'), r.masquerade()),
        ],
      },
    ],
    filter: [
      {
        name: names.forwardChain,
        rules: [
          // A packet that conntrack cannot place would pass without being translated back, and end the connection.
          r.rule(r.conntrackState('INVALID'), r.drop()),
          r.rule(r.comment('kubernetes forwarding rules'), r.markIs(mark), r.accept()),
          r.rule(
            r.comment('kubernetes forwarding conntrack rule'),
            r.conntrackState('RELATED', 'ESTABLISHED'),
            r.accept(),
          ),
        ],
      },
      firewall,
    ],
    toNodePorts: nodePortEntries(config),
  };
}

/** These stand last in KUBE-SERVICES: a cluster IP must win over a NodePort. */
function nodePortEntries(config: ProxyConfig): Rule[] {
  const words = r.comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');
  const to = r.jump(names.nodePortsChain);
  if (config.nodePortAddresses !== undefined)
    return config.nodePortAddresses.map((address) => r.rule(words, r.destination(`${address}/32`), to));
  const notLocalhost = config.localhostNodePorts ? [] : [r.not(r.destination('127.0.0.0/8'))];
  return [r.rule(words, ...notLocalhost, r.destinationType('LOCAL'), to)];
}

function entry(chain: BuiltinChain, to: string, ...parts: readonly Part[]): Jump {
  return { chain, place: 'first', rule: r.rule(...parts, r.jump(to)) };
}

const balancers = r.comment('kubernetes load balancer firewall');
const portals = r.comment('kubernetes service portals');
const visible = r.comment('kubernetes externally-visible service portals');
const opening = r.conntrackState('NEW');

const natJumps: readonly Jump[] = [
  entry('PREROUTING', names.servicesChain, portals),
  entry('OUTPUT', names.servicesChain, portals),
  entry('POSTROUTING', names.postroutingChain, r.comment('kubernetes postrouting rules')),
];

const filterJumps: readonly Jump[] = [
  entry('INPUT', names.externalServicesChain, opening, visible),
  entry('FORWARD', names.forwardChain, r.comment('kubernetes forwarding rules')),
  entry('FORWARD', names.servicesChain, opening, portals),
  entry('FORWARD', names.externalServicesChain, opening, visible),
  entry('OUTPUT', names.servicesChain, opening, portals),
  entry('INPUT', names.sourceRangesChain, opening, balancers),
  entry('FORWARD', names.sourceRangesChain, opening, balancers),
  entry('OUTPUT', names.sourceRangesChain, opening, balancers),
  entry('INPUT', names.firewallChain),
  entry('OUTPUT', names.firewallChain),
];
