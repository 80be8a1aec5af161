import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureClusterPki, ensureLeaf } from '@wherry/pki';
import { daemonEnvironment } from '../../apps/wherry/src/cluster/processes.ts';

const MAIN = fileURLToPath(new URL('../../apps/apiserver/src/main.ts', import.meta.url));
const PROBE = fileURLToPath(new URL('./loop-probe.ts', import.meta.url));
const ENVIRONMENT = daemonEnvironment([process.execPath, MAIN]);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a client needs to speak to the apiserver under test as its admin. */
export interface Identity {
  ca: string;
  cert: string;
  key: string;
  port: number;
}

export interface LoopProbe {
  p50: number;
  p99: number;
  max: number;
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
  files: number;
}

/** An apiserver of its own, as a process, with a store on the disk of /var/tmp. */
export class ApiserverProcess implements AsyncDisposable {
  readonly #folder: string;
  readonly identity: Identity;
  #child: ChildProcess | undefined;

  private constructor(folder: string, identity: Identity) {
    this.#folder = folder;
    this.identity = identity;
  }

  static async prepare(): Promise<ApiserverProcess> {
    const folder = await mkdtemp('/var/tmp/wherry-bench-');
    const now = new Date();
    const pki = join(folder, 'pki');
    const { ca } = await ensureClusterPki({ dir: pki, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], now });
    const admin = await ensureLeaf(pki, 'admin', ca, now, {
      commonName: 'admin',
      organizations: ['system:masters'],
      usages: ['client'],
    });
    return new ApiserverProcess(folder, { ca: ca.cert, ...admin, port: await freePort() });
  }

  get #probeFile(): string {
    return join(this.#folder, 'probe.json');
  }

  /** Starts it and returns how long it took from exec to the first 200 of /readyz, in ms. */
  async start(environment: NodeJS.ProcessEnv = {}): Promise<number> {
    const pki = (name: string): string => join(this.#folder, 'pki', name);
    const args = [
      MAIN,
      `--data-dir=${join(this.#folder, 'data')}`,
      `--secure-port=${this.identity.port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      `--kubelet-client-certificate=${pki('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${pki('apiserver-kubelet-client.key')}`,
      `--kubelet-certificate-authority=${pki('ca.crt')}`,
      '--service-cluster-ip-range=10.96.0.0/16',
    ];
    const log: string[] = [];
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...ENVIRONMENT, ...environment },
      cwd: ROOT,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => void (log.push(data.toString()) > 200 && log.shift()));
    this.#child = child;
    while (!(await isReady(this.identity))) {
      if (child.exitCode !== null) throw new Error(`the apiserver ended:\n${log.join('')}`);
      await sleep(2);
    }
    return performance.now() - started;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resident memory, bytes. */
  async residentBytes(): Promise<number> {
    return residentBytes(this.#child!.pid!);
  }

  /** The environment of a start whose event loop can be asked about. */
  probed(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `${ENVIRONMENT.NODE_OPTIONS} --import=${PROBE}`, LOOP_PROBE: this.#probeFile };
  }

  /** How late timers came since the last call, in ms, and the memory in bytes; of an apiserver started with `probed`. */
  async probe(): Promise<LoopProbe> {
    await rm(this.#probeFile, { force: true });
    this.#child!.kill('SIGUSR2');
    for (;;) {
      const text = await readFile(this.#probeFile, 'utf8').catch(() => '');
      if (text.endsWith('}')) return JSON.parse(text) as LoopProbe;
      await sleep(5);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
    this.#child = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** Writes what a load generator in another process needs. */
export async function writeIdentity(identity: Identity, path: string): Promise<void> {
  await writeFile(path, JSON.stringify(identity), { mode: 0o600 });
}

function isReady(identity: Identity): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({
      ...identity,
      host: '127.0.0.1',
      ALPNProtocols: ['http/1.1'],
      servername: 'localhost',
    });
    socket.on('secureConnect', () =>
      socket.write('GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'),
    );
    socket.once('data', (data: Buffer) => {
      resolve(data.toString().startsWith('HTTP/1.1 200'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
