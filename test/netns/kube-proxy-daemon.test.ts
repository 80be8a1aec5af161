import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@wherry/apimachinery';
import {
  endpointSlices,
  networkPolicies,
  nodes,
  pods,
  services,
  type EndpointSlice,
  type NetworkPolicy,
  type Node,
  type Pod,
  type Resource,
  type Service,
  type Taint,
} from '@wherry/api';
import type { ResourceClient } from '@wherry/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeconfigText, ReachableApiserver } from './kube-proxy/apiserver.ts';
import { Network } from './kube-proxy/network.ts';
import { Program, until } from './kube-proxy/processes.ts';

/** The daemon as a process on a node, against a real apiserver. */
const main = '../../../apps/kube-proxy/src/main.ts';

const web: Service = {
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    type: 'NodePort',
    clusterIP: '10.96.10.1',
    ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' }],
  },
};
const webSlice = (...addresses: string[]): EndpointSlice => ({
  metadata: {
    namespace: 'default',
    name: 'web-1',
    labels: { 'kubernetes.io/service-name': 'web' },
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': new Date().toISOString() },
  },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
});

const inDefault = { type: 'merge', namespace: 'default' } as const;
const policy = (podLabels: Record<string, string>): NetworkPolicy => ({
  metadata: { namespace: 'default', name: 'p' },
  spec: {
    podSelector: { matchLabels: podLabels },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: { role: 'client' } } }], ports: [{ port: 'web' }] }],
  },
});
const podOf = (name: string): Pod => ({
  metadata: { namespace: 'default', name, labels: { app: name } },
  spec: {
    nodeName: 'node1',
    containers: [{ name: 'c', image: 'none', ports: [{ name: 'web', containerPort: 8080 }] }],
  },
});
const running = (ip: string): Pick<Pod, 'status'> => ({ status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] } });

const withoutTimes = (text: string): string => text.replace(/^#.*\n/gm, '').replace(/\[\d+:\d+\]/g, '');

describe('kube-proxy as a daemon', () => {
  const tag = `kpd${process.pid % 10_000}`;
  const directory = mkdtempSync(join(tmpdir(), 'kube-proxy-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    '--hostname-override=node1',
    '--cluster-cidr=10.244.0.0/16',
    '--iptables-min-sync-period=0',
    '--iptables-sync-period=500ms',
    '--v=4',
  ];
  const parts = new AsyncDisposableStack();
  let network: Network;
  let api: ReachableApiserver;
  let proxy: Program;

  const resource = <T extends KubeObject>(of: Resource<T>): ResourceClient<T> => api.running.client.resource(of);
  const setTaints = (taints: Taint[]): Promise<Node> =>
    resource(nodes).patch('node1', { spec: { taints } }, { type: 'merge' });
  const get = (path: string, port = 10_256): string =>
    network.node.run('curl', '-s', '-w', ' %{http_code}', `http://127.0.0.1:${port}${path}`);
  const rules = (): string => network.node.run('iptables-save');

  beforeAll(async () => {
    network = parts.use(Network.create(tag));
    await network.pod1.serve('tcp', 8080, 'pod1');
    await network.pod2.serve('tcp', 8080, 'pod2');
    network.node.run('iptables', '-A', 'FORWARD', '-s', '203.0.113.0/24', '-j', 'DROP');
    api = parts.use(await ReachableApiserver.start(join(directory, 'apiserver.sock')));
    writeFileSync(
      kubeconfig,
      kubeconfigText('https://127.0.0.1:6443', await api.running.configFor('system:kube-proxy')),
    );
    const relay = parts.use(new Program(`${tag}-node`, './relay.ts', '6443', join(directory, 'apiserver.sock')));
    await relay.waitFor('listening');
    await resource(nodes).create({
      metadata: { name: 'node1' },
      spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
    });
    proxy = parts.use(new Program(`${tag}-node`, main, ...flags));
  });
  afterAll(async () => {
    await parts.disposeAsync();
    rmSync(directory, { recursive: true });
  });

  it('becomes healthy once its rules stand, and sets what the kernel needs', async () => {
    await until(
      () => get('/healthz'),
      (answer) => answer.endsWith(' 200'),
    );
    expect(JSON.parse(get('/healthz').replace(/ 200$/, ''))).toMatchObject({ nodeEligible: true });
    expect(rules()).toContain('-j KUBE-SERVICES');
    expect(network.node.run('cat', '/proc/sys/net/ipv4/ip_forward').trim()).toBe('1');
    expect(network.node.run('cat', '/proc/sys/net/bridge/bridge-nf-call-iptables').trim()).toBe('1');
  });

  it('follows a Service as it comes, gets endpoints, changes and goes', async () => {
    const ask = (): Promise<string> => network.outside.ask('tcp', '192.168.77.1', 30080, 1_000);
    await resource(services).create(web);
    await until(rules, (text) => text.includes('has no endpoints'));
    await resource(endpointSlices).create(webSlice('10.244.0.5'));
    await until(ask, (answer) => answer.startsWith('pod1'));
    await resource(endpointSlices).patch('web-1', webSlice('10.244.0.6'), { type: 'merge', namespace: 'default' });
    await until(ask, (answer) => answer.startsWith('pod2'));
    expect(await network.pod1.ask('tcp', '10.96.10.1', 80)).toBe('pod2 10.244.0.5');
    await resource(services).delete('web', { namespace: 'default' });
    await until(rules, (text) => !text.includes('default/web'));
    await resource(services).create(web);
    await until(ask, (answer) => answer.startsWith('pod2'));
  });

  it('answers the health check of a Service whose balancer must choose among the nodes', async () => {
    const balanced = { ...web.spec, type: 'LoadBalancer', clusterIP: '10.96.10.2', externalTrafficPolicy: 'Local' };
    const ports = [{ name: 'http', port: 80, nodePort: 30081, protocol: 'TCP' }];
    const named = { namespace: 'default', name: 'lb' };
    await resource(services).create({ metadata: named, spec: { ...balanced, ports, healthCheckNodePort: 30999 } });
    const slice = webSlice('10.244.0.5');
    const labels = { 'kubernetes.io/service-name': 'lb' };
    const url = 'http://192.168.77.1:30999/';
    const check = (): string => network.outside.run('sh', '-c', `curl -s -w ' %{http_code}' ${url} || true`);
    const none = await until(check, (answer) => answer.endsWith(' 503'));
    const service = { namespace: 'default', name: 'lb' };
    expect(JSON.parse(none.slice(0, -4))).toEqual({ service, localEndpoints: 0, serviceProxyHealthy: true });
    const endpoints = (slice.endpoints ?? []).map((endpoint) => ({ ...endpoint, nodeName: 'node1' }));
    await resource(endpointSlices).create({
      ...slice,
      metadata: { namespace: 'default', name: 'lb-1', labels },
      endpoints,
    });
    const some = await until(check, (answer) => answer.endsWith(' 200'));
    expect(JSON.parse(some.slice(0, -4))).toEqual({ service, localEndpoints: 1, serviceProxyHealthy: true });
    await resource(services).delete('lb', { namespace: 'default' });
    await until(check, (answer) => answer.endsWith(' 000'));
  });

  it('tells of it in its metrics, by the names of upstream', () => {
    const text = get('/metrics', 10_249);
    expect(text).toMatch(/^kubeproxy_sync_proxy_rules_duration_seconds_count [1-9]/m);
    expect(text).toMatch(/^kubeproxy_sync_proxy_rules_iptables_total{table="nat"} [1-9]/m);
    expect(text).toMatch(/^kubeproxy_network_programming_duration_seconds_count [1-9]/m);
    expect(text).toMatch(/^kubeproxy_sync_proxy_rules_iptables_restore_failures_total 0$/m);
    expect(text).toMatch(/^kubeproxy_sync_proxy_rules_service_changes_total [1-9]/m);
    expect(get('/proxyMode', 10_249)).toBe('iptables 200');
  });

  it('follows NetworkPolicies and the pods they are about', async () => {
    const reach = (): Promise<string> =>
      network.pod1.ask('tcp', '10.244.0.6', 8080, 400).catch((error: Error) => error.message);
    expect(await reach()).toMatch(/^pod2 /);
    await resource(networkPolicies).create(policy({ app: 'two' }));
    // Nobody knows yet whose address it is.
    await until(reach, (answer) => answer === 'timeout');
    for (const [name, ip] of [
      ['one', '10.244.0.5'],
      ['two', '10.244.0.6'],
    ] as const) {
      await resource(pods).create(podOf(name));
      await resource(pods).patch(name, running(ip), { type: 'merge', namespace: 'default', subresource: 'status' });
    }
    await until(rules, (text) => text.includes('-s 10.244.0.5/32') && text.includes('KUBE-NP-IN-'));
    expect(await reach()).toBe('timeout');
    await resource(pods).patch('one', { metadata: { labels: { role: 'client' } } }, inDefault);
    await until(reach, (answer) => answer.startsWith('pod2 '));
    await resource(pods).patch('one', { metadata: { labels: { role: null } } }, inDefault);
    await until(reach, (answer) => answer === 'timeout');
  });

  it('keeps doors closed while it is away, and until it knows the policies again', async () => {
    expect(await proxy.stop()).toBe(0);
    const before = withoutTimes(rules());
    await api.goAway();
    proxy = parts.use(new Program(`${tag}-node`, main, ...flags));
    await proxy.waitFor('list or watch failed');
    expect(withoutTimes(rules())).toBe(before);
    await api.comeBack();
    await until(
      () => get('/healthz'),
      (answer) => answer.endsWith(' 200'),
    );
    expect(rules()).toContain('KUBE-NP-IN-');
    await resource(networkPolicies).delete('p', { namespace: 'default' });
    await until(rules, (text) => !text.includes('KUBE-NP-'));
    expect(await network.pod1.ask('tcp', '10.244.0.6', 8080)).toMatch(/^pod2 /);
  });

  it('puts back what somebody else removed', async () => {
    network.node.run('iptables', '-t', 'nat', '-F', 'KUBE-SERVICES');
    await until(
      () => network.node.run('iptables', '-t', 'nat', '-S', 'KUBE-SERVICES'),
      (text) => text.includes('default/web:http cluster IP'),
    );
  });

  it('tells balancers to stay away from a node that is going, and stays alive', async () => {
    await setTaints([{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }]);
    expect(
      await until(
        () => get('/healthz'),
        (answer) => answer.endsWith(' 503'),
      ),
    ).toContain('"nodeEligible":false');
    expect(get('/livez')).toMatch(/ 200$/);
    await setTaints([]);
    await until(
      () => get('/healthz'),
      (answer) => answer.endsWith(' 200'),
    );
  });

  it('leaves its rules when it is stopped, also while the apiserver is away, and goes on with them', async () => {
    await api.goAway();
    expect(await network.outside.ask('tcp', '192.168.77.1', 30080)).toMatch(/^pod2/);
    expect(await proxy.stop()).toBe(0);
    const before = rules();
    expect(before).toContain('KUBE-SVC-');
    proxy = parts.use(new Program(`${tag}-node`, main, ...flags));
    await proxy.waitFor('list or watch failed');
    expect(await network.outside.ask('tcp', '192.168.77.1', 30080)).toMatch(/^pod2/);
    await api.comeBack();
    await resource(endpointSlices).patch('web-1', webSlice('10.244.0.5'), { type: 'merge', namespace: 'default' });
    await until(
      () => network.outside.ask('tcp', '192.168.77.1', 30080),
      (answer) => answer.startsWith('pod1'),
    );
  });

  it('removes its chains with --cleanup, and no other rule', async () => {
    expect(await proxy.stop()).toBe(0);
    const cleanup = new Program(`${tag}-node`, main, '--cleanup');
    expect(await cleanup.exited).toBe(0);
    expect(rules()).not.toContain('KUBE-');
    expect(rules()).toContain('-A FORWARD -s 203.0.113.0/24 -j DROP');
  });

  it.each([
    ['--cluster-cidr=10.244.0.0', 'invalid CIDR address: "10.244.0.0" in --cluster-cidr'],
    ['--iptables-min-sync-period=1m', '--iptables-min-sync-period must not be greater than --iptables-sync-period'],
    ['--healthz-bind-address=0.0.0.0:99999', '--healthz-bind-address: expected ADDRESS:PORT'],
    ['--kubeconfig=/nonexistent', '/nonexistent: no such file or directory'],
    ['--no-such-flag', "unknown option '--no-such-flag'"],
  ])('refuses to start with %s', async (flag, words) => {
    await using refused = new Program(`${tag}-node`, main, `--kubeconfig=${kubeconfig}`, flag);
    expect(await refused.exited).toBe(1);
    expect(refused.output.replaceAll('\\"', '"')).toContain(words);
    expect(rules()).not.toContain('KUBE-');
  });
});
