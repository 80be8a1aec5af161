import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import type { EndpointSlice, NetworkPolicy, Service } from '@wherry/api';
import { policyPodOf, Proxier, type PolicyView, type ProxyConfig, type ServiceView } from '@wherry/kube-proxy';
import { type Difference, Iptables } from '@wherry/node-iptables';
import { milliseconds, quantile, table } from './report.ts';

const changes = 20;
const netns = `bench-proxy-${process.pid}`;
const config: ProxyConfig = {
  nodeName: 'node1',
  clusterCidr: '10.128.0.0/9',
  masqueradeAll: false,
  masqueradeMark: 0x4000,
  localhostNodePorts: true,
};

/** kube-proxy's rules in a network namespace of their own: everything at first, then one change after another. */
export async function proxySync(): Promise<string> {
  const rows: string[][] = [];
  for (const count of [1_000, 10_000]) rows.push(await services(count));
  rows.push(await policies(1_000));
  const load = loadavg().map((value) => value.toFixed(1));
  return [
    table(['', 'first sync', 'bytes', 'one change, p50', 'p99', 'bytes'], rows),
    '',
    `From the informers' objects to the kernel's rules; aim: one change in 50 ms. Load averages of the machine meanwhile: ${load.join(', ')}.`,
  ].join('\n');
}

/** Services with two endpoints each, of which one is replaced at a time. */
async function services(count: number): Promise<string[]> {
  const views = Array.from({ length: count }, (_, index) => serviceView(index, 0));
  return measure(
    `${count} Services of two endpoints`,
    () => ({ views, policies: undefined }),
    (round) => {
      views[(round * 37) % count] = serviceView((round * 37) % count, round);
    },
  );
}

/** A policy for each of ten apps, of which the node runs a hundred pods; labels of one pod elsewhere change at a time. */
async function policies(count: number): Promise<string[]> {
  const apps = Array.from({ length: 10 }, (_, index) => `app${index}`);
  const list = apps.map((app, index): NetworkPolicy => {
    const from = [{ podSelector: { matchLabels: { app: apps[(index + 1) % 10] ?? '' } } }];
    const spec = {
      podSelector: { matchLabels: { app } },
      policyTypes: ['Ingress'],
      ingress: [{ from, ports: [{ port: 80 }] }],
    };
    return { metadata: { namespace: 'default', name: app }, spec };
  });
  const pods = Array.from({ length: count }, (_, index) => policyPod(index, apps[index % 10] ?? ''));
  const view = (): PolicyView => ({
    policies: list,
    pods: pods.flatMap((pod) => pod ?? []),
    namespaceLabels: new Map([['default', {}]]),
    podCidr: '10.200.0.0/24',
  });
  return measure(
    `${count} pods under ten NetworkPolicies, a hundred of them here`,
    () => ({ views: [], policies: view() }),
    (round) => {
      pods[100 + round * 17] = policyPod(100 + round * 17, apps[(round * 3) % 10] ?? '');
    },
  );
}

async function measure(
  name: string,
  state: () => { readonly views: readonly ServiceView[]; readonly policies: PolicyView | undefined },
  change: (round: number) => void,
): Promise<string[]> {
  execFileSync('ip', ['netns', 'add', netns]);
  try {
    const iptables = await Iptables.open({ prefix: ['nsenter', `--net=/run/netns/${netns}`] });
    const proxier = new Proxier(
      iptables,
      config,
      () => state().views,
      () => ({ policies: state().policies }),
    );
    const startMs = performance.now();
    const first = await proxier.sync(true);
    const firstMs = performance.now() - startMs;
    const samples: number[] = [];
    let bytes = 0;
    for (let round = 1; round <= changes; round++) {
      change(round);
      const fromMs = performance.now();
      const written = await proxier.sync(false);
      samples.push(performance.now() - fromMs);
      bytes += bytesOf(written);
    }
    const [median, worst] = [0.5, 0.99].map((share) => milliseconds(quantile(samples, share)));
    return [
      name,
      milliseconds(firstMs),
      thousands(bytesOf(first)),
      median ?? '',
      worst ?? '',
      thousands(bytes / changes),
    ];
  } finally {
    execFileSync('ip', ['netns', 'del', netns]);
  }
}

function serviceView(index: number, round: number): ServiceView {
  const name = `service-${index}`;
  const clusterIP = `10.${96 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
  const address = (part: number): string => `10.${200 + part}.${(index >> 8) & 255}.${index & 255}`;
  const service: Service = {
    metadata: { namespace: 'default', name },
    spec: { clusterIP, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
  };
  const slice: EndpointSlice = {
    metadata: { namespace: 'default', name: `${name}-x` },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [0, round + 1].map((part) => ({ addresses: [address(part)], conditions: { ready: true } })),
  };
  return { service, slices: [slice] };
}

function policyPod(index: number, app: string): ReturnType<typeof policyPodOf> {
  const ip = `10.200.${Math.floor(index / 100)}.${2 + (index % 100)}`;
  return policyPodOf({
    metadata: { namespace: 'default', name: `pod-${index}`, labels: { app } },
    spec: { nodeName: index < 100 ? 'node1' : 'node2', containers: [] },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
  });
}

function bytesOf({ preparations, input }: Pick<Difference, 'preparations' | 'input'>): number {
  return preparations.join('').length + input.length;
}

function thousands(bytes: number): string {
  return Math.round(bytes).toLocaleString('en-US');
}
