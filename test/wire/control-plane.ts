import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureClusterPki, ensureLeaf, type KeyPair } from '@wherry/pki';
import { EtcdProcess, findEtcd } from '@wherry/store/etcd-process';
import { ROOT, eventually, run, wherry, type Result } from '../e2e/run.ts';

/** An apiserver and a controller-manager, each a process of its own, and nothing else: no node will ever come. */
export interface ControlPlane {
  /** The administrator's. */
  readonly kubeconfig: string;
  readonly dir: string;
  readonly url: string;
  /** A kubeconfig of somebody else. */
  kubeconfigFor(user: string, groups?: string[]): Promise<string>;
  kubectl(program: string, args: string[], input?: string): Promise<Result>;
  /** Ends the apiserver, and starts it again with the same flags; resolves when it is ready. */
  restartApiserver(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  stop(): Promise<void>;
}

const STOP_MS = 10_000;

/** With WHERRY_WIRE_STORE=etcd, and unless the flags name one, on a real etcd of its own. */
export async function startControlPlane(flags: string[] = []): Promise<ControlPlane> {
  const isElsewhere = flags.some((flag) => flag.startsWith('--etcd-servers='));
  const etcd = process.env['WHERRY_WIRE_STORE'] === 'etcd' && !isElsewhere ? await startEtcd() : undefined;
  const dir = mkdtempSync(join(tmpdir(), 'wherry-wire-'));
  const pkiDir = join(dir, 'pki');
  const now = new Date();
  const { ca } = await ensureClusterPki({
    dir: pkiDir,
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ipAddresses: ['127.0.0.1', '10.96.0.1'],
    now,
  });
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const kubeconfigFor = async (user: string, groups: string[] = []): Promise<string> => {
    const name = `client-${user.replaceAll(/[^a-z0-9-]/g, '-')}`;
    const pair = await ensureLeaf(pkiDir, name, ca, now, {
      commonName: user,
      organizations: groups,
      usages: ['client'],
    });
    const file = join(dir, `${name}.kubeconfig`);
    writeFileSync(file, kubeconfigText(url, ca, pair), { mode: 0o600 });
    return file;
  };
  const kubeconfig = await kubeconfigFor('kubernetes-admin', ['system:masters']);
  const pki = (name: string): string => join(pkiDir, name);
  const apiserverFlags = [
    ...(etcd ? [`--etcd-servers=${etcd.url}`] : []),
    `--data-dir=${join(dir, 'data')}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--advertise-address=192.0.2.1',
    `--tls-cert-file=${pki('apiserver.crt')}`,
    `--tls-private-key-file=${pki('apiserver.key')}`,
    `--client-ca-file=${pki('ca.crt')}`,
    `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
    ...flags,
  ];
  let apiserver = daemon(dir, 'apiserver', apiserverFlags);
  let manager: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    if (manager) await end(manager);
    await end(apiserver);
    await etcd?.[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  };
  const kubectl = (program: string, args: string[], input?: string): Promise<Result> =>
    run(program, args, {
      // Nothing of the user's own: no kubeconfig, no cache of another server's discovery.
      env: { KUBECONFIG: kubeconfig, HOME: dir, KUBECACHEDIR: join(dir, 'cache') },
      ...(input === undefined ? {} : { input }),
    });
  const ready = async (): Promise<void> => {
    await eventually('the apiserver is ready, or has ended', async () => {
      return apiserver.exitCode !== null || (await kubectl(wherry, ['get', '--raw', '/readyz'])).code === 0;
    });
    if (apiserver.exitCode !== null) throw new Error(readFileSync(join(dir, 'apiserver.log'), 'utf8'));
  };
  const restartApiserver = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await end(apiserver, signal);
    apiserver = daemon(dir, 'apiserver', apiserverFlags);
    await ready();
  };
  try {
    await ready();
    const kubeconfigOfManager = await kubeconfigFor('system:kube-controller-manager');
    manager = daemon(dir, 'controller-manager', [
      `--kubeconfig=${kubeconfigOfManager}`,
      `--root-ca-file=${pki('ca.crt')}`,
      '--cluster-cidr=10.244.0.0/16',
      '--leader-elect=false',
      '--secure-port=0',
    ]);
    await eventually('the default service account is there', async () => {
      return (await kubectl(wherry, ['get', 'serviceaccount', 'default', '-n', 'default'])).code === 0;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, dir, url, kubeconfigFor, kubectl, restartApiserver, stop };
}

function daemon(dir: string, name: string, args: string[]): ChildProcess {
  mkdirSync(dir, { recursive: true });
  const log = openSync(join(dir, `${name}.log`), 'a');
  const node = process.execPath;
  return spawn(node, [join(ROOT, 'apps', name, 'src/main.ts'), ...args], { stdio: ['ignore', log, log], cwd: dir });
}

function startEtcd(): Promise<EtcdProcess> {
  const program = findEtcd();
  if (program === undefined) throw new Error('no etcd: run scripts/wire, or set $WHERRY_CLIENTS');
  return EtcdProcess.start(program);
}

function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function kubeconfigText(server: string, ca: KeyPair, pair: KeyPair): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'wire', cluster: { server, 'certificate-authority-data': base64(ca.cert) } }],
    users: [
      { name: 'wire', user: { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key) } },
    ],
    contexts: [{ name: 'wire', context: { cluster: 'wire', user: 'wire' } }],
    'current-context': 'wire',
  });
}
