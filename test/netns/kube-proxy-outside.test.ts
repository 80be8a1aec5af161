import type { EndpointSlice, Service } from '@wherry/api';
import { Proxier, type ProxyConfig, type ServiceView } from '@wherry/kube-proxy';
import { Iptables } from '@wherry/node-iptables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from './kube-proxy/network.ts';

/** Services by the addresses that others route to the nodes, and what must not come in. */
const config: ProxyConfig = {
  nodeName: 'node1',
  clusterCidr: '10.244.0.0/16',
  masqueradeAll: false,
  masqueradeMark: 0x4000,
  localhostNodePorts: true,
};
const clusterIP = '10.96.10.1';
const externalIP = '203.0.113.10';
const balancerIP = '192.0.2.10';
const closedMs = 500;

function web(spec: Partial<NonNullable<Service['spec']>>, node = 'node1'): ServiceView {
  const service = {
    metadata: { namespace: 'default', name: 'web' },
    spec: {
      type: 'LoadBalancer',
      clusterIP,
      externalIPs: [externalIP],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 }],
      ...spec,
    },
    status: { loadBalancer: { ingress: [{ ip: balancerIP, ipMode: 'VIP' }] } },
  } as Service;
  const slice = {
    metadata: { namespace: 'default', name: 'web-1' },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: node === '' ? [] : [{ addresses: ['10.244.0.6'], nodeName: node, conditions: { ready: true } }],
  } as EndpointSlice;
  return { service, slices: [slice] };
}

describe('Services by addresses from outside', () => {
  const tag = `kpo${process.pid % 10_000}`;
  let network: Network;
  let proxier: Proxier;
  let views: ServiceView[] = [];
  const sync = async (...next: ServiceView[]): Promise<void> => {
    views = next;
    await proxier.sync(true);
  };
  const fromOutside = (address: string, timeoutMs = 10_000): Promise<string> =>
    network.outside.ask('tcp', address, 80, timeoutMs);

  beforeAll(async () => {
    network = Network.create(tag);
    for (const address of [externalIP, balancerIP, clusterIP])
      network.outside.run('ip', 'route', 'add', address, 'via', '192.168.77.1');
    const on = ['net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1', 'net.ipv4.conf.all.route_localnet=1'];
    // The kernel sends a neighbour six refusals in a row, then one a second: this test asks more often.
    network.node.run('sysctl', '-q', '-w', ...on, 'net.ipv4.icmp_ratelimit=0');
    await network.pod2.serve('tcp', 8080, 'pod2');
    await network.node.serve('tcp', 7777, 'secret');
    // Another program's policy, as Docker sets it.
    network.node.run('iptables', '-P', 'FORWARD', 'DROP');
    network.node.run('iptables', '-A', 'FORWARD', '-o', 'cbr0', '-j', 'ACCEPT');
    network.node.run('iptables', '-A', 'FORWARD', '-i', 'cbr0', '-j', 'ACCEPT');
    const iptables = await Iptables.open({ prefix: ['ip', 'netns', 'exec', `${tag}-node`] });
    proxier = new Proxier(
      iptables,
      config,
      () => views,
      () => ({ serviceCidrs: ['10.96.0.0/16'] }),
    );
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
  });

  it('are reached from outside, from pods and from the node', async () => {
    await sync(web({}));
    for (const address of [externalIP, balancerIP]) {
      expect(await fromOutside(address)).toBe('pod2 10.244.0.1');
      expect(await network.pod1.ask('tcp', address, 80)).toMatch(/^pod2 /);
      expect(await network.node.ask('tcp', address, 80)).toMatch(/^pod2 /);
    }
  });

  it('keep the address of the client with externalTrafficPolicy Local, and drop where no endpoint is', async () => {
    await sync(web({ externalTrafficPolicy: 'Local' }));
    for (const address of [externalIP, balancerIP]) expect(await fromOutside(address)).toBe('pod2 192.168.77.2');
    await sync(web({ externalTrafficPolicy: 'Local' }, 'node2'));
    for (const address of [externalIP, balancerIP])
      await expect(fromOutside(address, closedMs)).rejects.toThrow('timeout');
    expect(await network.pod1.ask('tcp', balancerIP, 80)).toBe('pod2 10.244.0.5');
  });

  it('refuse when there are no endpoints at all', async () => {
    await sync(web({}, ''));
    for (const address of [externalIP, balancerIP]) {
      await expect(fromOutside(address)).rejects.toThrow('ECONNREFUSED');
      await expect(network.pod1.ask('tcp', address, 80)).rejects.toThrow('ECONNREFUSED');
    }
  });

  it('let in only clients of loadBalancerSourceRanges, by the address of the balancer', async () => {
    await sync(web({ loadBalancerSourceRanges: ['192.168.77.0/30'] }));
    expect(await fromOutside(balancerIP)).toBe('pod2 10.244.0.1');
    await sync(web({ loadBalancerSourceRanges: ['192.168.77.128/25'] }));
    await expect(fromOutside(balancerIP, closedMs)).rejects.toThrow('timeout');
    await expect(network.pod1.ask('tcp', balancerIP, 80, closedMs)).rejects.toThrow('timeout');
    expect(await fromOutside(externalIP)).toBe('pod2 10.244.0.1');
  });

  it('have no other port than theirs, and other cluster IPs nothing: both refuse at once', async () => {
    await sync(web({}));
    for (const from of [network.node, network.pod1, network.outside]) {
      expect(await from.ask('tcp', clusterIP, 80)).toMatch(/^pod2 /);
      await expect(from.ask('tcp', clusterIP, 81)).rejects.toThrow('ECONNREFUSED');
      await expect(from.ask('udp', clusterIP, 80)).rejects.toThrow('ECONNREFUSED');
    }
    await expect(network.pod1.ask('tcp', '10.96.99.99', 80)).rejects.toThrow('ECONNREFUSED');
    await expect(network.node.ask('tcp', '10.96.99.99', 80)).rejects.toThrow('ECONNREFUSED');
  });

  // CVE-2020-8558: last, as it takes the loopback of the neighbour away.
  it('a neighbour on the wire does not reach what listens on the loopback of the node', async () => {
    await sync(web({}));
    network.outside.run('ip', 'addr', 'del', '127.0.0.1/8', 'dev', 'lo');
    network.outside.run('ip', 'route', 'add', '127.0.0.1/32', 'via', '192.168.77.1', 'src', '192.168.77.2');
    network.outside.run('sysctl', '-q', '-w', 'net.ipv4.conf.all.route_localnet=1', 'net.ipv4.conf.all.rp_filter=0');
    const attack = (timeoutMs: number): Promise<string> => network.outside.ask('tcp', '127.0.0.1', 7777, timeoutMs);
    await expect(attack(closedMs)).rejects.toThrow('timeout');
    expect(await network.node.ask('tcp', '127.0.0.1', 7777)).toMatch(/^secret /);
    expect(await network.node.ask('tcp', '127.0.0.1', 30080)).toMatch(/^pod2 /);
    // The guard, and nothing else, keeps it out.
    network.node.run('iptables', '-F', 'KUBE-FIREWALL');
    expect(await attack(10_000)).toMatch(/^secret /);
  });
});
