import { execFileSync } from 'node:child_process';
import type { NetworkPolicy, Pod } from '@wherry/api';
import {
  policyPodOf,
  type PolicyView,
  Proxier,
  type ProxyConfig,
  slimPod,
  type Surroundings,
} from '@wherry/kube-proxy';
import { Iptables } from '@wherry/node-iptables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, isAllowed } from '../../apps/kube-proxy/src/core/policy/policy-oracle.ts';
import { type NodePlace, NodesNetwork, type PodPlace } from './kube-proxy/nodes.ts';
import { policyCases } from './kube-proxy/policy-cases.ts';

/** Nine pods of three namespaces on three nodes, whose connections are compared with what the API says of policies. */
const namespaceLabels = { x: { ns: 'x' }, y: { ns: 'y' }, z: { ns: 'z' } };

/** A closed door swallows packets; an open one answers at once, however busy the machine, so that only it needs patience. */
const closedMs = 700;
const openMs = 15_000;

/** Each namespace has a pod on every node: x/a, y/b, z/c on the first, x/b, y/c, z/a on the second, and so on. */
function podObject(place: PodPlace, index: number): Pod {
  const namespace = 'xyz'[index % 3] as string;
  const name = 'abc'[(index + Math.floor(index / 3)) % 3] as string;
  const web = name === 'b' ? 81 : 80;
  return {
    metadata: { namespace, name, labels: { pod: name } },
    spec: {
      nodeName: place.node,
      containers: [{ name: 'c', ports: [{ name: 'web', containerPort: web, protocol: 'TCP' }] }],
    },
    status: { phase: 'Running', podIP: place.address, podIPs: [{ ip: place.address }] },
  };
}

describe('NetworkPolicies, with real packets between three nodes', () => {
  const tag = `kpn${process.pid % 10_000}`;
  let network: NodesNetwork;
  let pods: readonly Pod[];
  let proxiers: readonly Proxier[];
  let policies: readonly NetworkPolicy[] = [];
  let known: readonly Pod[];

  const view = (node: NodePlace): PolicyView => ({
    policies,
    pods: known.flatMap((pod) => policyPodOf(slimPod(pod)) ?? []),
    namespaceLabels: new Map(Object.entries(namespaceLabels)),
    podCidr: node.podCidr,
  });
  const apply = async (some: readonly NetworkPolicy[]): Promise<void> => {
    policies = some;
    await Promise.all(proxiers.map((proxier) => proxier.sync(false)));
  };
  const place = (address: string): PodPlace => network.pods.find((pod) => pod.address === address) as PodPlace;
  const connects = async ({ source, destination, protocol, port }: Connection, timeoutMs: number): Promise<boolean> => {
    const client = source === '192.168.78.9' ? network.outside : place(source).host;
    try {
      await client.ask(protocol === 'TCP' ? 'tcp' : 'udp', destination, port, timeoutMs);
      return true;
    } catch (error) {
      if ((error as Error).message === 'timeout') return false;
      throw error;
    }
  };

  beforeAll(async () => {
    network = new NodesNetwork(tag);
    pods = network.pods.map(podObject);
    known = pods;
    proxiers = await Promise.all(
      network.nodes.map(async (node) => {
        const prefix = ['ip', 'netns', 'exec', node.netns];
        const iptables = await Iptables.open({ prefix });
        const config: ProxyConfig = {
          nodeName: node.name,
          clusterCidr: '10.244.0.0/16',
          masqueradeAll: false,
          masqueradeMark: 0x4000,
          localhostNodePorts: true,
        };
        const surroundings = (): Surroundings => ({ policies: view(node) });
        return new Proxier(iptables, config, () => [], surroundings);
      }),
    );
    await Promise.all(proxiers.map((proxier) => proxier.sync(true)));
    for (const { host, address } of network.pods) {
      await host.serve('tcp', 80, address);
      await host.serve('tcp', 81, address);
      await host.serve('udp', 81, address);
    }
  });
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
  });

  it.each(policyCases)('$name', async ({ policies: some }) => {
    await apply(some);
    const sources = [...network.pods.map(({ address }) => address), '192.168.78.9'];
    const doors = [
      { protocol: 'TCP', port: 80 },
      { protocol: 'TCP', port: 81 },
      { protocol: 'UDP', port: 81 },
    ] as const;
    const connections = sources.flatMap((source) =>
      network.pods.flatMap(({ address }) =>
        doors.map((door): Connection => ({ source, destination: address, ...door })),
      ),
    );
    const expected = connections.map((connection) => isAllowed({ policies: some, pods, namespaceLabels }, connection));
    const seen = await Promise.all(connections.map((one, index) => connects(one, expected[index] ? openMs : closedMs)));
    const wrong = connections.filter((_, index) => seen[index] !== expected[index]);
    expect(wrong.map((one) => `${one.source} -> ${one.destination} ${one.protocol} ${one.port}`)).toEqual([]);
    expect(expected.includes(false)).toBe(some.length > 0);
  });

  it('never keep the own node of a pod from it', async () => {
    await apply(policyCases.find(({ name }) => name === 'both directions are denied')?.policies ?? []);
    const { netns } = network.nodes[0] as NodePlace;
    const script = "require('net').connect(80,'10.244.1.11').on('data',(d)=>{process.stdout.write(d);process.exit()})";
    const answer = execFileSync('ip', ['netns', 'exec', netns, process.execPath, '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(answer).toBe('10.244.1.11 10.244.1.1');
  });

  it('close a new pod until it is known, and open it to what is allowed then', async () => {
    const first = { source: '10.244.2.12', destination: '10.244.1.12', protocol: 'TCP', port: 80 } as const;
    const out = { ...first, source: first.destination, destination: first.source };
    // Of another namespace than the pod: it is not against it, but one that is may come any moment.
    const elsewhere = policyCases[1]?.policies ?? [];
    known = pods.filter((pod) => pod.status?.podIP !== first.destination);
    await apply(elsewhere);
    expect(await connects(first, closedMs)).toBe(false);
    expect(await connects(out, closedMs)).toBe(false);
    known = pods;
    await apply(elsewhere);
    expect(await connects(first, openMs)).toBe(true);
    expect(await connects(out, openMs)).toBe(true);
  });

  it('leave no rule once there is none', async () => {
    await apply([]);
    for (const { netns } of network.nodes) {
      expect(
        execFileSync('ip', ['netns', 'exec', netns, 'iptables-save', '-t', 'mangle'], { encoding: 'utf8' }),
      ).not.toContain('KUBE-N');
    }
  });
});
