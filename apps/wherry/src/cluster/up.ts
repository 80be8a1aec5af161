import { mkdirSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { ensureClusterPki, ensureEtcdPki, ensureLeaf } from '@wherry/pki';
import {
  API_SERVICE_IP,
  type ClusterSettings,
  type Component,
  DEFAULT_POD_CIDR,
  DEFAULT_SERVICE_CIDR,
  components,
} from './components.ts';
import { buildDnsImage, deployDns, dnsReady, realResolvConf } from './cluster-dns.ts';
import { controlPlanes, presentControlPlanes, wantedControlPlanes } from './control-plane.ts';
import { buildDemoImage, curlDemo, deployDemo } from './demo.ts';
import { DOCKER_ENDPOINT, docker, ensureEngine, ensurePrograms } from './docker-engine.ts';
import { formatId } from '../etcd/ids.ts';
import { ensureMember, promoteMember, storeStatus } from './join-store.ts';
import { healthy } from './health.ts';
import { mergeIntoUserKubeconfig, writeKubeconfigs } from './kubeconfigs.ts';
import { type Places, placesOf } from './places.ts';
import { commandLine, runningProcess, startProcess, stopProcess } from './processes.ts';
import { Progress } from './progress.ts';
import { rememberSysctls } from './sysctls.ts';
import { warmCompileCache } from './warm-cache.ts';
import { wherry } from './wherry.ts';

export interface UpOptions {
  home: string | undefined;
  demo: boolean;
  /** Undefined: as many as there are, and at first one. */
  controlPlanes: number | undefined;
}

/** A cluster on this host: what is missing is made or started, what is there and well is left alone. */
export async function up(options: UpOptions): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('wherry up needs root: it starts containers and writes iptables rules. Try: sudo scripts/up');
  const places = placesOf(options.home);
  const present = presentControlPlanes(places);
  const settings: ClusterSettings = {
    controlPlanes: wantedControlPlanes(options.controlPlanes, present),
    nodeName: hostname().toLowerCase(),
    nodeIp: hostAddress(),
    podCidr: DEFAULT_POD_CIDR,
    serviceCidr: DEFAULT_SERVICE_CIDR,
    dockerEndpoint: DOCKER_ENDPOINT,
    resolvConf: realResolvConf(),
  };
  const progress = new Progress();
  await progress.step('programs', ensurePrograms);
  await progress.step('Docker engine', () => ensureEngine(places));
  // Beside all that follows: it takes a second or two, and nobody needs it before there is a node.
  const dnsImage = settled(buildDnsImage(docker(), places));
  await progress.step('certificates and kubeconfigs', () => prepare(places, settings));
  const daemons = components(places, settings);
  await progress.step('compile cache', () => warmCompileCache(daemons));
  const planes = controlPlanes(settings.controlPlanes, settings.nodeName);
  // A kubeconfig is read once: who knows the servers that there were does not know one that comes.
  const grows = present > 0 && settings.controlPlanes > present;
  const readsServers = ({ args }: Component): boolean => grows && args.some((arg) => arg.startsWith('--kubeconfig='));
  const run = (component: Component): Promise<string> =>
    ensureRunning(places, commandLine(component), component.name, readsServers(component));
  // Members that are here already need one another: none of them is ready before most of them run.
  const ran = new Map<string, string>();
  for (const component of daemons.slice(0, present)) ran.set(component.name, await run(component));
  for (const component of daemons) {
    await progress.step(component.name, async () => {
      const plane = planes.find(({ name }) => name === component.name);
      // The others have to know of a member before it starts.
      const member = plane === undefined || plane === planes[0] ? undefined : await ensureMember(places, plane);
      const how = ran.get(component.name) ?? (await run(component));
      if (member?.isLearner === true) await promoteMember(places, member);
      await healthy(places, component);
      return member === undefined ? how : `${how}, member ${formatId(member.id)}`;
    });
  }
  if (planes.length > 1) await progress.step('store', () => storeStatus(places));
  await progress.step(`node ${settings.nodeName}`, async () => {
    await wherry(places, ['wait', '--for=condition=Ready', `node/${settings.nodeName}`, '--timeout=60s']);
    return 'Ready';
  });
  await progress.step('cluster DNS', async () => deployDns(places, await dnsImage()));
  const kubeconfig = mergeIntoUserKubeconfig(places);
  if (options.demo) await runDemo(progress, places, settings);
  await progress.step('cluster DNS answers', () => dnsReady(places));
  process.stdout.write(nextSteps(kubeconfig, options.demo));
}

/** What comes of a promise, asked for later: until then its failure is nobody's. */
function settled<T>(promise: Promise<T>): () => Promise<T> {
  const outcome = Promise.allSettled([promise]);
  return async () => {
    const [result] = await outcome;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  };
}

async function prepare(places: Places, settings: ClusterSettings): Promise<string> {
  const now = new Date();
  for (const folder of [places.state, places.config, places.run, places.log]) mkdirSync(folder, { recursive: true });
  rememberSysctls(places);
  const service = 'kubernetes.default.svc.cluster.local'.split('.');
  const { ca } = await ensureClusterPki({
    dir: places.pki,
    dnsNames: ['localhost', settings.nodeName, ...[1, 2, 3, 5].map((labels) => service.slice(0, labels).join('.'))],
    ipAddresses: ['127.0.0.1', API_SERVICE_IP, settings.nodeIp],
    now,
  });
  await ensureEtcdPki({
    dir: places.pki,
    commonName: settings.nodeName,
    dnsNames: [settings.nodeName],
    ipAddresses: [settings.nodeIp],
    now,
  });
  const node = { dnsNames: ['localhost', settings.nodeName], ipAddresses: ['127.0.0.1', settings.nodeIp] };
  const serving: [name: string, commonName: string][] = [
    ['kubelet', `system:node:${settings.nodeName}`],
    ['scheduler', 'system:kube-scheduler'],
    ['controller-manager', 'system:kube-controller-manager'],
  ];
  for (const [name, commonName] of serving) {
    await ensureLeaf(places.pki, name, ca, now, { commonName, ...node, usages: ['server'] });
  }
  const { nodeName } = settings;
  const servers = controlPlanes(settings.controlPlanes, nodeName).map(({ url }) => url);
  await writeKubeconfigs(places, { ca, nodeName, servers, now });
  return places.pki;
}

/** A daemon that runs with other flags than it should have now, or knows too little, is started anew. */
async function ensureRunning(places: Places, command: string[], name: string, renew: boolean): Promise<string> {
  const program = command[1]!;
  const running = runningProcess(places, name, program);
  if (running && !renew && JSON.stringify(running.command) === JSON.stringify(command)) return 'already running';
  if (running) await stopProcess(places, name, program);
  startProcess(places, name, command);
  return running ? 'restarted' : 'started';
}

async function runDemo(progress: Progress, places: Places, settings: ClusterSettings): Promise<void> {
  await progress.step('demo image', () => buildDemoImage(docker()));
  await progress.step('demo', () => deployDemo(places));
  await progress.step('demo answers', async () => {
    const { clusterUrl, nodeUrl, answer } = await curlDemo(places, settings.nodeIp);
    return `${clusterUrl} and ${nodeUrl} say "${answer}"`;
  });
}

/** This host's address as others see it: that of the first interface that is not the loopback or of containers. */
function hostAddress(): string {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (/^(lo|docker|br-|veth|wherry|wh)/.test(name)) continue;
    const found = addresses?.find((address) => address.family === 'IPv4' && !address.address.startsWith('169.254.'));
    if (found) return found.address;
  }
  throw new Error('this host has no IPv4 address but the loopback; give it one (a dummy interface will do)');
}

function nextSteps(kubeconfig: string, demo: boolean): string {
  const tries = [
    'kubectl get nodes,pods,services -A     # context "wherry" in ' + kubeconfig,
    'apps/wherry/bin/wherry get pods -A -w  # our own CLI: the same verbs and flags',
    ...(demo
      ? [
          'kubectl scale deployment demo --replicas=5 && kubectl rollout status deployment demo',
          'kubectl delete pod -l app=demo         # and see them come back',
          'kubectl logs -f deployment/demo',
        ]
      : ['scripts/up                             # again, with the demo']),
    'scripts/down                           # stops and removes everything; --keep-data keeps the state',
  ];
  return `\nThe cluster is up. Try:\n${tries.map((line) => `  ${line}\n`).join('')}`;
}
