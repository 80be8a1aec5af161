import type { LabelSelector } from '@wherry/apimachinery';
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, Pod } from '@wherry/api';
import type { RuleSet } from '@wherry/node-iptables';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passesPolicies } from '../packet-walk.ts';
import { addressNumber } from './addresses.ts';
import { type Cluster, type Connection, isAllowed } from './policy-oracle.ts';
import { policyRules } from './policy-rules.ts';
import { policyPodOf, type PolicyView, slimPod } from './policy-view.ts';

const podCidrs = { node1: '10.244.1.0/24', node2: '10.244.2.0/24' };

function viewOf(cluster: Cluster, podCidr: string): PolicyView {
  return {
    policies: cluster.policies,
    pods: cluster.pods.map((pod) => policyPodOf(slimPod(pod))).filter((pod) => pod !== undefined),
    namespaceLabels: new Map(Object.entries(cluster.namespaceLabels)),
    podCidr,
  };
}

const rulesOf = new WeakMap<Cluster, readonly (readonly [string, RuleSet])[]>();

/** As the packet meets the rules of each node on its way that has one of the two. */
function passes(cluster: Cluster, connection: Connection): boolean {
  const nodes =
    rulesOf.get(cluster) ??
    Object.entries(podCidrs).map(
      ([node, podCidr]) => [podCidr.slice(0, 9), { mangle: policyRules(viewOf(cluster, podCidr), node) }] as const,
    );
  rulesOf.set(cluster, nodes);
  const packet = { ...connection, protocol: connection.protocol.toLowerCase(), fromHost: false };
  return nodes
    .filter(([range]) => connection.source.startsWith(range) || connection.destination.startsWith(range))
    .every(([, rules]) => passesPolicies(rules, packet));
}

interface PodShape {
  readonly namespace?: string;
  readonly ip?: string;
  readonly labels?: Record<string, string>;
  readonly ports?: readonly { name: string; containerPort: number; protocol: string }[];
  readonly phase?: string;
  readonly hostNetwork?: boolean;
}

function pod({ namespace = 'a', ip = '10.244.1.5', labels = {}, ports = [], phase, hostNetwork }: PodShape): Pod {
  return {
    metadata: { namespace, name: `p-${ip}`, labels },
    spec: {
      nodeName: ip.startsWith('10.244.1.') ? 'node1' : 'node2',
      hostNetwork,
      containers: [{ name: 'c', ports: [...ports] }],
    },
    status: { phase: phase ?? 'Running', podIP: ip, podIPs: [{ ip }] },
  };
}

function policy(spec: NetworkPolicy['spec'], name = 'p', namespace = 'a'): NetworkPolicy {
  return { metadata: { namespace, name }, spec: { podSelector: {}, ...spec } };
}

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('x', 'y'), { maxKeys: 2 });
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  labels.map((matchLabels) => ({ matchLabels })),
  fc
    .record({
      key: fc.constantFrom('app', 'tier'),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.subarray(['x', 'y'], { minLength: 1 }),
    })
    .map((one) => ({ matchExpressions: [one] })),
);
const ipBlock = fc
  .record({
    cidr: fc.constantFrom('0.0.0.0/0', '10.244.0.0/16', '10.244.1.0/29', '203.0.113.0/24', '10.244.2.4/30'),
    except: fc.subarray(['10.244.1.5/32', '10.244.2.0/24', '203.0.113.128/25']),
  })
  .map((block) => ({ ipBlock: block }));
const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  ipBlock,
);
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const, 'SCTP' as const);
const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  protocol.map((one) => ({ protocol: one })),
  fc.record({ protocol, port: fc.oneof(fc.integer({ min: 79, max: 83 }), fc.constantFrom('web', 'dns', 'none')) }),
  fc.record({ port: fc.integer({ min: 79, max: 81 }), endPort: fc.integer({ min: 80, max: 83 }) }),
);
const list = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { maxLength: 3 });
const policies = fc.array(
  fc.record({
    namespace: fc.constantFrom('a', 'b'),
    podSelector: selector,
    ingress: list(fc.record({ from: list(peer), ports: list(port) })),
    egress: list(fc.record({ to: list(peer), ports: list(port) })),
    policyTypes: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
  }),
  { minLength: 1, maxLength: 5 },
);
const namedPorts = fc.subarray([
  { name: 'web', containerPort: 80, protocol: 'TCP' },
  { name: 'web', containerPort: 82, protocol: 'UDP' },
  { name: 'dns', containerPort: 81, protocol: 'UDP' },
  { name: 'admin', containerPort: 83, protocol: 'TCP' },
]);
const otherNamedPorts = fc.subarray([
  { name: 'web', containerPort: 81, protocol: 'TCP' },
  { name: 'dns', containerPort: 81, protocol: 'SCTP' },
]);
const addresses = ['10.244.1.4', '10.244.1.5', '10.244.1.40', '10.244.2.5', '10.244.2.6', '10.244.2.200'];
const cluster = fc
  .record({
    shapes: fc.array(
      fc.record({ namespace: fc.constantFrom('a', 'b', 'c'), labels, ports: fc.oneof(namedPorts, otherNamedPorts) }),
      { minLength: addresses.length, maxLength: addresses.length },
    ),
    namespaceLabels: fc.record({ a: labels, b: labels, c: labels }),
    policies,
  })
  .map(({ shapes, namespaceLabels, policies: specs }) => ({
    pods: shapes.map((shape, index) => pod({ ...shape, ip: addresses[index] as string })),
    namespaceLabels,
    policies: specs.map(({ namespace, ...spec }, index) => policy(spec, `p${index}`, namespace)),
  }));

it('lets through exactly what the policies of any cluster allow', () => {
  const place = fc.constantFrom(...addresses, '203.0.113.9', '203.0.113.200');
  const connection = fc.record({
    source: place,
    destination: fc.constantFrom(...addresses),
    protocol,
    port: fc.integer({ min: 78, max: 84 }),
  });
  let refused = 0;
  fc.assert(
    fc.property(cluster, fc.array(connection, { minLength: 10, maxLength: 10 }), (of, connections) => {
      for (const one of connections) {
        const allowed = isAllowed(of, one);
        if (!allowed) refused++;
        expect(passes(of, one), JSON.stringify(one)).toBe(allowed);
      }
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(300);
});

describe('an address of this node that no known pod has', () => {
  const web: Connection = { source: '203.0.113.9', destination: '10.244.1.5', protocol: 'TCP', port: 80 };
  const outwards = { ...web, source: web.destination, destination: web.source };
  const elsewhere = policy({ policyTypes: ['Ingress'] }, 'p', 'somewhere-else');
  const of = (pods: readonly Pod[], ...some: NetworkPolicy[]): Cluster => ({
    policies: some,
    pods,
    namespaceLabels: {},
  });

  it('is closed both ways as soon as there is any policy, whoever else is known', () => {
    for (const pods of [[], [pod({ ip: '10.244.1.6' })], [pod({ ip: '10.244.1.90' })]])
      for (const way of [web, outwards]) expect(passes(of(pods, elsewhere), way)).toBe(false);
  });

  it('opens once its pod is known and no policy is against it', () => {
    for (const way of [web, outwards]) expect(passes(of([pod({})], elsewhere), way)).toBe(true);
  });

  it('is open while there is no policy: no rule is written at all', () => {
    expect(policyRules(viewOf(of([pod({})]), podCidrs.node1), 'node1')).toEqual({ chains: [], jumps: [] });
  });

  it('closes again when its pod has finished, as the next pod may get it', () => {
    for (const phase of ['Succeeded', 'Failed']) expect(passes(of([pod({ phase })], elsewhere), web)).toBe(false);
  });

  it('does not concern pods of other nodes, nor addresses outside the range of pods', () => {
    expect(passes(of([], elsewhere), { ...web, destination: '192.168.1.9' })).toBe(true);
    const mangle = policyRules(viewOf(of([], elsewhere), podCidrs.node1), 'node1');
    expect(passesPolicies({ mangle }, { ...web, protocol: 'tcp', destination: '10.244.2.7', fromHost: false })).toBe(
      true,
    );
  });

  it('is not known as long as the node has no range of its own', () => {
    const view = { ...viewOf(of([], elsewhere), ''), podCidr: undefined };
    expect(passesPolicies({ mangle: policyRules(view, 'node1') }, { ...web, protocol: 'tcp', fromHost: false })).toBe(
      true,
    );
  });
});

describe('what cannot be meant matches nothing, and never breaks the rules', () => {
  const source = '10.244.2.5';
  const connection: Connection = { source, destination: '10.244.1.5', protocol: 'TCP', port: 80 };
  const open = (ingress: NonNullable<NetworkPolicy['spec']['ingress']>): boolean =>
    passes(
      {
        policies: [policy({ policyTypes: ['Ingress'], ingress })],
        pods: [pod({}), pod({ ip: source })],
        namespaceLabels: {},
      },
      connection,
    );

  it.each<[string, NetworkPolicyPort]>([
    ['a range that ends before it begins', { port: 90, endPort: 80 }],
    ['a range without a begin', { endPort: 90 }],
    ['a range that begins with a name', { port: 'web', endPort: 90 }],
    ['a name that no pod has', { port: 'web' }],
    ['port 0', { port: 0, endPort: 90 }],
    ['a port beyond the last', { port: 70, endPort: 65_536 }],
    ['a protocol without ports', { protocol: 'ICMP' }],
  ])('%s', (_name, one) => {
    expect(open([{ ports: [one] }])).toBe(false);
  });

  it.each<[string, NetworkPolicyPeer]>([
    ['a block of the other family', { ipBlock: { cidr: '::/0' } }],
    ['a block that is none', { ipBlock: { cidr: '10.244.2.5' } }],
    ['a block with an exception that is none', { ipBlock: { cidr: '0.0.0.0/0', except: ['x'] } }],
    ['a peer that names nobody', {}],
    [
      'an operator that there is not',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] } },
    ],
  ])('%s', (_name, one) => {
    expect(open([{ from: [one] }])).toBe(false);
  });

  it('while the same with a meaning does', () => {
    expect(open([{ ports: [{ port: 70, endPort: 80 }] }])).toBe(true);
    expect(open([{ from: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.244.1.0/24'] } }] }])).toBe(true);
    expect(open([{ from: [{ podSelector: {} }] }])).toBe(true);
  });
});

describe('the rules of a node', () => {
  const many = Array.from({ length: 1000 }, (_, n) =>
    pod({ ip: `10.244.${1 + (n >> 8)}.${n & 255}`, labels: { app: `app${n % 5}` } }),
  );
  const deny = policy({ policyTypes: ['Ingress'] }, 'deny');
  const fromApp = policy({ policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] }, 'same-namespace');
  const of = (pods: readonly Pod[]): PolicyView =>
    viewOf({ policies: [deny, fromApp], pods, namespaceLabels: {} }, podCidrs.node1);

  it('are few, though a thousand pods are peers, and pods with the same policies share a chain', () => {
    const { chains } = policyRules(of(many), 'node1');
    expect(chains.filter(({ name }) => name.startsWith('KUBE-NP-IN-'))).toHaveLength(1);
    const longest = Math.max(...chains.map(({ rules }) => rules.length));
    expect(longest).toBeLessThan(70);
  });

  it('are for its own pods alone', () => {
    const { chains } = policyRules(of(many.filter((one) => one.spec?.nodeName === 'node2')), 'node1');
    expect(chains.map(({ name }) => name)).toEqual(['KUBE-NETWORK-POLICY']);
  });

  it('have names that the kernel takes', () => {
    const { chains } = policyRules(
      { ...of([]), pods: [{ ...policyPodOf(pod({}))!, address: addressNumber('255.255.255.254') }] },
      'node1',
    );
    for (const { name } of chains) expect(name.length).toBeLessThanOrEqual(28);
  });

  it('restrict egress without policyTypes only when there are rules for it', () => {
    const view = of([pod({})]);
    const sets = (spec: NetworkPolicy['spec']): string[] =>
      policyRules({ ...view, policies: [policy(spec)] }, 'node1')
        .chains.map(({ name }) => /^KUBE-NP-(IN|OUT)-/.exec(name)?.[1] ?? '')
        .filter(Boolean);
    expect(sets({})).toEqual(['IN']);
    expect(sets({ egress: [{}] })).toEqual(['IN', 'OUT']);
  });

  it('leave pods of the host network out', () => {
    const { chains } = policyRules(of([pod({ hostNetwork: true })]), 'node1');
    expect(chains).toHaveLength(1);
  });
});
