import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { nodes, pods, type Pod, type PodSpec } from '@wherry/api';
import type { RestClient } from '@wherry/client';
import { startTestApiserver, type TestApiserver } from '../fixture/cluster-fixture.ts';

const run = promisify(execFile);
const netns = 'kubelet-test';
const hostAddress = '10.197.213.1';
const nodeAddress = '10.197.213.2';
const waitMs = 30_000;

/** A node in a network namespace of its own: a Docker engine, a kubelet as a process, and an apiserver outside. */
export interface KubeletNode {
  readonly client: RestClient;
  readonly image: string;
  docker(...args: string[]): Promise<string>;
  startKubelet(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  killKubelet(): Promise<void>;
  create(name: string, spec: Partial<PodSpec>, metadata?: object): Promise<Pod>;
  /** Resolves with the pod once it looks as asked; fails with its last status. */
  pod(name: string, until: (pod: Pod) => boolean): Promise<Pod>;
  gone(name: string): Promise<void>;
  logs(name: string, query?: string): Promise<string>;
  exec(name: string, command: string[]): Promise<{ output: string; status: { status: string; message?: string } }>;
  /** What the kubelet keeps of pods on this host: mounts, links, addresses, directories. */
  traces(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startKubeletNode(): Promise<KubeletNode> {
  // Whatever fails half-way takes along what was begun; `close` does the same, last things first.
  await using begun = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'kubelet-'));
  begun.defer(() => removeDirectory(dir));
  begun.defer(() => run('ip', ['netns', 'del', netns]).then(() => undefined));
  await makeNamespace();
  const engine = await startEngine(dir);
  begun.defer(() => ended(engine, 'SIGTERM'));
  const docker = async (...args: string[]): Promise<string> =>
    (await run('docker', ['-H', `unix://${dir}/docker.sock`, ...args])).stdout.trim();
  await eventually('the engine answers', () => docker('version'));
  const image = await importImage(dir, docker);
  const api = await startApi();
  begun.defer(() => api.close());
  const { client } = api;
  await writeKubeconfig(api, dir);
  begun.defer(async () => {
    const ids = (await docker('ps', '-aq')).split('\n').filter((id) => id !== '');
    if (ids.length > 0) await docker('rm', '-f', ...ids);
  });
  let kubelet: ChildProcess | undefined;

  const node: KubeletNode = {
    client,
    image,
    docker,
    async startKubelet() {
      kubelet = spawnKubelet(dir);
      const stored = await eventually('the node is registered', () => client.resource(nodes).get('node'));
      if (!stored.spec.podCIDR) {
        const spec = { podCIDR: '10.244.9.0/24', podCIDRs: ['10.244.9.0/24'] };
        await client.resource(nodes).patch('node', { spec }, { type: 'merge' });
      }
      await eventually('the node is ready', async () => {
        const { status } = await client.resource(nodes).get('node');
        if (status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True') throw new Error('not ready');
      });
    },
    async killKubelet() {
      if (kubelet !== undefined) await ended(kubelet, 'SIGKILL');
    },
    create: (name, spec, metadata = {}) =>
      client.resource(pods).create({
        metadata: { name, namespace: 'default', ...metadata },
        spec: {
          nodeName: 'node',
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'app', image, command: ['sleep', '1000'] }],
          ...spec,
        },
      }),
    pod: (name, until) =>
      eventually(`the pod ${name} is as expected`, async () => {
        const found = await client.resource(pods).get(name, { namespace: 'default' });
        if (!until(found)) throw new Error(JSON.stringify(found.status));
        return found;
      }),
    gone: (name) =>
      eventually(`the pod ${name} is gone`, async () => {
        const { items } = await client.resource(pods).list({ namespace: 'default' });
        const left = items.find((pod) => pod.metadata.name === name);
        if (left !== undefined) throw new Error(JSON.stringify(left.status));
      }),
    async logs(name, query = '') {
      const path = `/api/v1/namespaces/default/pods/${name}/log`;
      const { body } = await client.raw({ method: 'GET', path, query: Object.fromEntries(new URLSearchParams(query)) });
      return body.toString();
    },
    exec: (name, command) => exec(client, name, command),
    async traces() {
      const mounts = (await readFile('/proc/self/mounts', 'utf8'))
        .split('\n')
        .filter((line) => line.includes(`${dir}/root`));
      const links = (await run('ip', ['-n', netns, '-o', 'link'])).stdout.match(/\bwh[0-9a-f]{12}\b/g) ?? [];
      const addresses = await readdir(join(dir, 'root/network/addresses'));
      return [...mounts, ...links, ...addresses, ...(await readdir(join(dir, 'root/pods')))];
    },
    close: () => parts.disposeAsync(),
  };
  begun.defer(() => node.killKubelet());
  const parts = begun.move();
  return node;
}

/** Resolves when the process is gone, whether or not it had ended before. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

/** Unmounts what is below the directory, then removes it. */
async function removeDirectory(dir: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${dir}/`)).reverse()) await run('umount', [mount]);
  await rm(dir, { recursive: true, force: true });
}

/** Retries what throws, for a bounded time. */
export async function eventually<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`not in time: ${what}`, { cause: error });
      await sleep(50);
    }
  }
}

async function makeNamespace(): Promise<void> {
  await run('ip', ['netns', 'del', netns]).catch(() => undefined);
  const commands = [
    `netns add ${netns}`,
    `link add kubelettest0 type veth peer name eth0 netns ${netns}`,
    `addr add ${hostAddress}/30 dev kubelettest0`,
    'link set kubelettest0 up',
    `-n ${netns} addr add ${nodeAddress}/30 dev eth0`,
    `-n ${netns} link set lo up`,
    `-n ${netns} link set eth0 up`,
    `-n ${netns} route add default via ${hostAddress}`,
  ];
  for (const command of commands) await run('ip', command.split(' '));
}

async function startEngine(dir: string): Promise<ChildProcess> {
  await writeFile(join(dir, 'empty.json'), '{}');
  const places = ['--data-root', `${dir}/data`, '--exec-root', `${dir}/exec`, '--pidfile', `${dir}/pid`];
  const switches = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
  const args = [
    'dockerd',
    ...places,
    '-H',
    `unix://${dir}/docker.sock`,
    '--config-file',
    `${dir}/empty.json`,
    ...switches,
  ];
  const command = ['nsenter', `--net=/run/netns/${netns}`, ...args];
  // A test process that is killed takes its engine along.
  return spawn('setpriv', ['--pdeathsig=TERM', ...command], { stdio: 'ignore' });
}

/** A few of this host's programs with their libraries: no registry is asked. */
async function importImage(dir: string, docker: KubeletNode['docker']): Promise<string> {
  const programs = ['sh', 'cat', 'sleep', 'env', 'ls', 'tar', 'stty'].map((name) => `$(command -v ${name})`).join(' ');
  const libraries = `$(ldd ${programs} | grep -o '/[^ ]*' | grep -v ':$' | sort -u)`;
  const tar = `tar -C / -chf ${dir}/image.tar --absolute-names --transform='s,^/,,' ${programs} ${libraries}`;
  await run('sh', ['-c', `${tar} 2>/dev/null || [ -s ${dir}/image.tar ]`]);
  await docker('import', '-c', 'ENV PATH=/usr/bin:/bin', join(dir, 'image.tar'), 'kubelet-test:1');
  return 'kubelet-test:1';
}

async function startApi(): Promise<TestApiserver> {
  // Only a started server tells its client certificate; the kubelet's own certificate is not checked here.
  const first = await startTestApiserver();
  const { cert = '', key = '' } = first.config;
  await first.close();
  return startTestApiserver({ bindAddress: '0.0.0.0', kubelet: { cert, key } });
}

async function writeKubeconfig({ config, server }: TestApiserver, dir: string): Promise<void> {
  const base64 = (text = ''): string => Buffer.from(text).toString('base64');
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://${hostAddress}:${server.port}`,
          'tls-server-name': 'localhost',
          'certificate-authority-data': base64(config.ca),
        },
      },
    ],
    users: [
      {
        name: 'test',
        user: { 'client-certificate-data': base64(config.cert), 'client-key-data': base64(config.key) },
      },
    ],
  };
  await writeFile(join(dir, 'kubeconfig'), JSON.stringify(kubeconfig));
  await writeFile(join(dir, 'ca.crt'), config.ca ?? '');
}

function spawnKubelet(dir: string): ChildProcess {
  const flags = [
    `--kubeconfig=${dir}/kubeconfig`,
    '--hostname-override=node',
    `--node-ip=${nodeAddress}`,
    `--root-dir=${dir}/root`,
    `--client-ca-file=${dir}/ca.crt`,
    `--container-runtime-endpoint=unix://${dir}/docker.sock`,
  ];
  const main = new URL('../../apps/kubelet/src/main.ts', import.meta.url).pathname;
  const args = [`--net=/run/netns/${netns}`, process.execPath, main, ...flags];
  const child = spawn('setpriv', ['--pdeathsig=KILL', 'nsenter', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-20_000);
  });
  child.once('exit', (code) => {
    if (code !== null && code !== 0) process.stderr.write(`the kubelet ended with ${code}:\n${text}\n`);
  });
  return child;
}

async function exec(client: RestClient, name: string, command: string[]): ReturnType<KubeletNode['exec']> {
  const query = { command, stdout: 'true', stderr: 'true', container: 'app' };
  const path = `/api/v1/namespaces/default/pods/${name}/exec`;
  const socket = await client.webSocket(path, query, ['v5.channel.k8s.io']);
  let output = '';
  let status = '';
  socket.on('message', (data: Buffer) => {
    if (data[0] === 3) status += data.subarray(1).toString();
    else output += data.subarray(1).toString();
  });
  await once(socket, 'close');
  return { output, status: JSON.parse(status) as { status: string; message?: string } };
}
