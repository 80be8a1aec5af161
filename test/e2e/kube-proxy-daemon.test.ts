import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from './kube-proxy/network.ts';
import { Program, until } from './kube-proxy/processes.ts';

/** The daemon as a process on a node, with an apiserver's list and watch on another machine. */
const servicesPath = '/api/v1/services';
const slicesPath = '/apis/discovery.k8s.io/v1/endpointslices';
const nodesPath = '/api/v1/nodes';
const main = '../../../apps/kube-proxy/src/main.ts';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'default', name: 'web' },
  spec: {
    type: 'NodePort',
    clusterIP: '10.96.10.1',
    ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'TCP' }],
  },
};
const slice = (...addresses: string[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
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
const node = (taints: { key: string; effect: string }[]) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node1' },
  spec: { taints },
});

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
  let network: Network;
  let api: Program;
  let proxy: Program;

  const change = (path: string, type: string, object: object): void => api.write({ path, type, object });
  const get = (path: string, port = 10_256): string =>
    network.node.run('curl', '-s', '-w', ' %{http_code}', `http://127.0.0.1:${port}${path}`);
  const rules = (): string => network.node.run('iptables-save');

  beforeAll(async () => {
    network = Network.create(tag);
    await network.pod1.serve('tcp', 8080, 'pod1');
    await network.pod2.serve('tcp', 8080, 'pod2');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: 'http://192.168.77.2:8001' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        users: [{ name: 'u', user: {} }],
      }),
    );
    network.node.run('iptables', '-A', 'FORWARD', '-s', '203.0.113.0/24', '-j', 'DROP');
    api = new Program(`${tag}-out`, './list-watch.ts', '8001');
    await api.waitFor('listening');
    change(nodesPath, 'ADDED', node([]));
    proxy = new Program(`${tag}-node`, main, ...flags);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
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

  it('asks the apiserver for nothing but lists and watches of three kinds', () => {
    const asked = new Set(
      api.output
        .split('\n')
        .filter((line) => / \//.test(line))
        .map((line) => line.split('?')[0]),
    );
    expect(asked).toEqual(new Set([`GET ${nodesPath}`, `GET ${servicesPath}`, `GET ${slicesPath}`]));
  });

  it('follows a Service as it comes, gets endpoints, changes and goes', async () => {
    const ask = (): Promise<string> => network.outside.ask('tcp', '192.168.77.1', 30080, 1_000);
    change(servicesPath, 'ADDED', service);
    await until(rules, (text) => text.includes('has no endpoints'));
    change(slicesPath, 'ADDED', slice('10.244.0.5'));
    await until(ask, (answer) => answer.startsWith('pod1'));
    change(slicesPath, 'MODIFIED', slice('10.244.0.6'));
    await until(ask, (answer) => answer.startsWith('pod2'));
    expect(await network.pod1.ask('tcp', '10.96.10.1', 80)).toBe('pod2 10.244.0.5');
    change(servicesPath, 'DELETED', service);
    await until(rules, (text) => !text.includes('KUBE-SVC-'));
    change(servicesPath, 'ADDED', service);
    await until(ask, (answer) => answer.startsWith('pod2'));
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

  it('puts back what somebody else removed', async () => {
    network.node.run('iptables', '-t', 'nat', '-F', 'KUBE-SERVICES');
    await until(
      () => network.node.run('iptables', '-t', 'nat', '-S', 'KUBE-SERVICES'),
      (text) => text.includes('default/web:http cluster IP'),
    );
  });

  it('tells balancers to stay away from a node that is going, and stays alive', async () => {
    change(nodesPath, 'MODIFIED', node([{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }]));
    expect(
      await until(
        () => get('/healthz'),
        (answer) => answer.endsWith(' 503'),
      ),
    ).toContain('"nodeEligible":false');
    expect(get('/livez')).toMatch(/ 200$/);
    change(nodesPath, 'MODIFIED', node([]));
    await until(
      () => get('/healthz'),
      (answer) => answer.endsWith(' 200'),
    );
  });

  it('leaves its rules when it is stopped, also while the apiserver is away, and goes on with them', async () => {
    await api.stop('SIGKILL');
    expect(await network.outside.ask('tcp', '192.168.77.1', 30080)).toMatch(/^pod2/);
    expect(await proxy.stop()).toBe(0);
    const before = rules();
    expect(before).toContain('KUBE-SVC-');
    proxy = new Program(`${tag}-node`, main, ...flags);
    await proxy.waitFor('list or watch failed');
    expect(await network.outside.ask('tcp', '192.168.77.1', 30080)).toMatch(/^pod2/);
    api = new Program(`${tag}-out`, './list-watch.ts', '8001');
    await api.waitFor('listening');
    change(servicesPath, 'ADDED', service);
    change(slicesPath, 'ADDED', slice('10.244.0.5'));
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
