import { execFileSync, spawnSync } from 'node:child_process';
import type { EndpointSlice, Service } from '@wherry/api';
import { Iptables } from '@wherry/node-iptables';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from './kube-proxy/network.ts';
import {
  cleanUp,
  neededSysctls,
  Proxier,
  UdpFlowCleaner,
  type ProxyConfig,
  type ServiceView,
} from '@wherry/kube-proxy';

/** Needs root, iptables (both backends), network namespaces; touches only namespaces of its own. */
const config: ProxyConfig = {
  nodeName: 'node1',
  clusterCidr: '10.244.0.0/16',
  masqueradeAll: false,
  masqueradeMark: 0x4000,
  localhostNodePorts: true,
};

const foreign = `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:MINE - [0:0]
-A FORWARD -j MINE
-A MINE -s 203.0.113.0/24 -j DROP
COMMIT
`;

const pods = { pod1: '10.244.0.5', pod2: '10.244.0.6' };
const clusterIP = '10.96.10.1';
const nodeIP = '192.168.77.1';
const hasConntrack = spawnSync('conntrack', ['--version']).error === undefined;

function web(
  spec: Partial<NonNullable<Service['spec']>>,
  endpoints: readonly (keyof typeof pods)[],
  more = {},
): ServiceView {
  const service = {
    metadata: { namespace: 'default', name: 'web' },
    spec: {
      type: 'NodePort',
      clusterIP,
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', nodePort: 30080 },
        { name: 'echo', port: 7, protocol: 'UDP', nodePort: 30007 },
      ],
      ...spec,
    },
  } as Service;
  const slice = {
    metadata: { namespace: 'default', name: 'web-1' },
    addressType: 'IPv4',
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      { name: 'echo', port: 7007, protocol: 'UDP' },
    ],
    endpoints: endpoints.map((pod) => ({
      addresses: [pods[pod]],
      nodeName: 'node1',
      conditions: { ready: true },
      ...more,
    })),
  } as EndpointSlice;
  return { service, slices: [slice] };
}

describe.each(['nft', 'legacy'] as const)('Services over iptables (%s)', (backend) => {
  const tag = `kp${process.pid % 10_000}${backend[0]}`;
  const prefix = ['ip', 'netns', 'exec', `${tag}-node`];
  let network: Network;
  let iptables: Iptables;
  let proxier: Proxier;
  let views: ServiceView[] = [];

  const sync = async (...next: ServiceView[]): Promise<void> => {
    views = next;
    await proxier.sync(false);
  };
  const rulesNow = (): string =>
    ['nat', 'filter']
      .map((table) => network.node.run(`iptables-${backend}-save`, '-t', table))
      .join('')
      .replace(/^#.*\n/gm, '')
      .replace(/\[\d+:\d+\]/g, '[0:0]');

  beforeAll(async () => {
    network = Network.create(tag);
    for (const { path, value } of neededSysctls(true))
      network.node.run('sh', '-c', `echo ${value} > /proc/sys/${path}`);
    execFileSync('ip', ['netns', 'exec', `${tag}-node`, `iptables-${backend}-restore`], { input: foreign });
    for (const [name, host] of [
      ['pod1', network.pod1],
      ['pod2', network.pod2],
    ] as const) {
      await host.serve('tcp', 8080, name);
      await host.serve('udp', 7007, name);
    }
    iptables = await Iptables.open({ prefix });
    proxier = new Proxier(iptables, config, () => views);
    await proxier.sync(true);
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
  });

  it('uses the backend in which rules stand already', () => {
    expect(iptables.backend.kind).toBe(backend);
  });

  it('refuses connections to a Service without endpoints, from everywhere', async () => {
    await sync(web({}, []));
    await expect(network.node.ask('tcp', clusterIP, 80)).rejects.toThrow('ECONNREFUSED');
    await expect(network.pod1.ask('tcp', clusterIP, 80)).rejects.toThrow('ECONNREFUSED');
    await expect(network.outside.ask('tcp', nodeIP, 30080)).rejects.toThrow('ECONNREFUSED');
    await expect(network.pod1.ask('udp', clusterIP, 7)).rejects.toThrow('ECONNREFUSED');
  });

  it('reaches the cluster IP from the host, masqueraded', async () => {
    await sync(web({}, ['pod2']));
    expect(await network.node.ask('tcp', clusterIP, 80)).toBe('pod2 10.244.0.1');
    expect(await network.node.ask('udp', clusterIP, 7)).toBe('pod2 10.244.0.1');
  });

  it('reaches the cluster IP from a pod, which keeps its address', async () => {
    expect(await network.pod1.ask('tcp', clusterIP, 80)).toBe('pod2 10.244.0.5');
    expect(await network.pod1.ask('udp', clusterIP, 7)).toBe('pod2 10.244.0.5');
  });

  it('reaches NodePorts from outside, from a pod, from the host and on localhost', async () => {
    expect(await network.outside.ask('tcp', nodeIP, 30080)).toBe('pod2 10.244.0.1');
    expect(await network.outside.ask('udp', nodeIP, 30007)).toBe('pod2 10.244.0.1');
    expect(await network.pod1.ask('tcp', nodeIP, 30080)).toMatch(/^pod2 /);
    expect(await network.node.ask('tcp', nodeIP, 30080)).toMatch(/^pod2 /);
    expect(await network.node.ask('tcp', '127.0.0.1', 30080)).toMatch(/^pod2 /);
  });

  it('lets a pod reach itself through its Service', async () => {
    await sync(web({}, ['pod1']));
    expect(await network.pod1.ask('tcp', clusterIP, 80)).toBe('pod1 10.244.0.1');
  });

  it('spreads connections over all endpoints', async () => {
    await sync(web({}, ['pod1', 'pod2']));
    const seen = await askRepeatedly(() => network.node.ask('tcp', clusterIP, 80), 40);
    // Each is missed by all 40 once in 2^40 runs.
    expect([...new Set(seen)].toSorted()).toEqual(['pod1', 'pod2']);
  });

  it('sends a client back to the same endpoint with affinity ClientIP', async () => {
    await sync(web({ sessionAffinity: 'ClientIP' }, ['pod1', 'pod2']));
    const seen = await askRepeatedly(() => network.outside.ask('tcp', nodeIP, 30080), 20);
    expect(new Set(seen).size).toBe(1);
    const other = seen[0] === 'pod1' ? 'pod2' : 'pod1';
    await sync(web({ sessionAffinity: 'ClientIP' }, [other]));
    expect(await network.outside.ask('tcp', nodeIP, 30080)).toContain(other);
  });

  it('keeps the address of a client from outside with externalTrafficPolicy Local, and drops without local endpoints', async () => {
    await sync(web({ externalTrafficPolicy: 'Local' }, ['pod2']));
    expect(await network.outside.ask('tcp', nodeIP, 30080)).toBe('pod2 192.168.77.2');
    await sync(web({ externalTrafficPolicy: 'Local' }, ['pod2'], { nodeName: 'node2' }));
    await expect(network.outside.ask('tcp', nodeIP, 30080, 300)).rejects.toThrow('timeout');
    expect(await network.node.ask('tcp', nodeIP, 30080)).toMatch(/^pod2 /);
  });

  it('uses endpoints that terminate but serve when no other is left', async () => {
    await sync(web({}, ['pod1'], { conditions: { ready: false, serving: true, terminating: true } }));
    expect(await network.pod2.ask('tcp', clusterIP, 80)).toBe('pod1 10.244.0.6');
  });

  // A plain iptables host has no conntrack program; kube-proxy then says so and goes on.
  it.skipIf(!hasConntrack)('moves a busy UDP client to another endpoint when its own is removed', async () => {
    const ask = (): Promise<string> => network.pod1.ask('udp', clusterIP, 7, 5_000, 5555);
    const cleaner = new UdpFlowCleaner(prefix, () => [nodeIP]);
    await sync(web({}, ['pod2']));
    expect(await ask()).toMatch(/^pod2 /);
    views = [web({}, ['pod1'])];
    const { udp } = await proxier.sync(false);
    expect(await ask()).toMatch(/^pod2 /);
    expect(await cleaner.clean(udp)).toBeGreaterThan(0);
    expect(await ask()).toMatch(/^pod1 /);
    expect(await cleaner.clean(udp)).toBe(0);
  });

  it('writes again what somebody removed, at the next full sync', async () => {
    await sync(web({}, ['pod2']));
    const before = rulesNow();
    network.node.run(`iptables-${backend}`, '-t', 'nat', '-F', 'KUBE-SERVICES');
    network.node.run(`iptables-${backend}`, '-t', 'nat', '-F', 'POSTROUTING');
    network.node.run(
      `iptables-${backend}`,
      '-t',
      'filter',
      '-D',
      'FORWARD',
      '-m',
      'comment',
      '--comment',
      'kubernetes forwarding rules',
      '-j',
      'KUBE-FORWARD',
    );
    await proxier.sync(true);
    expect(await network.outside.ask('tcp', nodeIP, 30080)).toBe('pod2 10.244.0.1');
    expect(sortedLines(rulesNow())).toEqual(sortedLines(before));
  });

  it('recovers by itself when its memory of the chains is wrong', async () => {
    network.node.run(`iptables-${backend}`, '-t', 'nat', '-F');
    network.node.run(`iptables-${backend}`, '-t', 'nat', '-X');
    execFileSync('ip', ['netns', 'exec', `${tag}-node`, `iptables-${backend}-restore`, '--noflush'], {
      input: foreign.slice(0, foreign.indexOf('*filter')),
    });
    views = [web({}, ['pod1'])];
    await proxier.sync(false).catch(() => proxier.sync(false));
    await proxier.sync(true);
    expect(await network.node.ask('tcp', clusterIP, 80)).toMatch(/^pod1 /);
  });

  it('removes the chains of a Service that is gone', async () => {
    await sync();
    expect(rulesNow()).not.toMatch(/KUBE-(SVC|SEP|EXT|SVL)-/);
    await expect(network.outside.ask('tcp', nodeIP, 30080)).rejects.toThrow('ECONNREFUSED');
  });

  it('cleans up everything of ours, and foreign rules stay', async () => {
    await sync(web({}, ['pod1']));
    expect(await cleanUp(prefix)).toBeGreaterThan(8);
    expect(sortedLines(rulesNow())).toEqual(sortedLines(foreign + builtins));
    expect(await cleanUp(prefix)).toBe(0);
  });
});

const builtins = `:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
`;

function sortedLines(text: string): string[] {
  return text.split('\n').filter(Boolean).toSorted();
}

/** The names of the servers that answered. */
async function askRepeatedly(ask: () => Promise<string>, times: number): Promise<string[]> {
  const names: string[] = [];
  for (let n = 0; n < times; n++) names.push((await ask()).split(' ')[0] ?? '');
  return names;
}
