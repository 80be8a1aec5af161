import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kvService, maintenanceService } from '@wherry/store/etcd-proto';
import { commandLine, daemonEnvironment } from '../../apps/wherry/src/cluster/processes.ts';
import { freePort } from './apiserver-process.ts';
import { GrpcConnection } from './grpc-connection.ts';

const SERVER = fileURLToPath(new URL('./store-server.ts', import.meta.url));
const READY_MS = 60_000;
/** What an apiserver, in which the store lives, runs with. */
const ENVIRONMENT = daemonEnvironment(commandLine({ name: 'apiserver', args: [], health: { url: '', path: '' } }));

export interface LoadResult {
  requests: number;
  seconds: number;
  latenciesMs: number[];
}

/** One or three members, of a real etcd if its program is given, else of our store; each a process. */
export class EtcdMembers implements AsyncDisposable {
  readonly #folder: string;
  readonly #commands: string[][];
  readonly addresses: string[];
  #children: ChildProcess[] = [];

  private constructor(folder: string, commands: string[][], addresses: string[]) {
    this.#folder = folder;
    this.#commands = commands;
    this.addresses = addresses;
  }

  static async start(size: number, etcd: string | undefined): Promise<EtcdMembers> {
    // Beside the apiserver's data in the other benchmarks: /tmp may be memory.
    const folder = await mkdtemp('/var/tmp/wherry-bench-');
    const ports: [client: number, peer: number][] = [];
    for (let n = 0; n < size; n++) ports.push([await freePort(), await freePort()]);
    const cluster = ports.map(([, peer], n) => `m${n}=http://127.0.0.1:${peer}`).join(',');
    const commands = ports.map(([client, peer], n) => {
      const shared = [`--name=m${n}`, `--data-dir=${join(folder, `m${n}`)}`, `--initial-cluster=${cluster}`];
      if (etcd === undefined)
        return [process.execPath, SERVER, ...shared, `--client-port=${client}`, `--peer-port=${peer}`];
      return [
        etcd,
        ...shared,
        `--listen-client-urls=http://127.0.0.1:${client}`,
        `--advertise-client-urls=http://127.0.0.1:${client}`,
        `--listen-peer-urls=http://127.0.0.1:${peer}`,
        `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
        '--logger=zap',
        '--log-level=error',
      ];
    });
    const addresses = ports.map(([client]) => `127.0.0.1:${client}`);
    const members = new EtcdMembers(folder, commands, addresses);
    await members.run();
    if (etcd === undefined) {
      // As `wherry up` does: what Node has compiled is kept, and the compiler is not in a daemon's memory.
      await members.stop();
      await members.run();
    }
    return members;
  }

  /** Starts all; ms until the first answers a linearizable read. */
  async run(): Promise<number> {
    const started = performance.now();
    this.#children = this.#commands.map(([program, ...args]) =>
      spawn(program!, args, {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: { NODE_COMPILE_CACHE: join(this.#folder, 'compiled'), ...process.env, ...ENVIRONMENT },
      }),
    );
    for (const deadline = started + READY_MS; ; ) {
      try {
        using connection = new GrpcConnection(this.addresses[0]!);
        await connection.call(kvService.range, { key: 'ready' });
        return performance.now() - started;
      } catch (error) {
        const dead = this.#children.find((child) => child.exitCode !== null);
        if (dead !== undefined || performance.now() > deadline) throw error;
        await sleep(5);
      }
    }
  }

  async stop(): Promise<void> {
    const ended = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
    const running = this.#children.filter((child) => !ended(child));
    const exits = running.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(exits);
  }

  /** Where the leader is. */
  async leader(): Promise<number> {
    for (const [index, address] of this.addresses.entries()) {
      using connection = new GrpcConnection(address);
      const { leader, header } = await connection.call(maintenanceService.status, {});
      if (String(leader) === String(header?.memberId)) return index;
    }
    throw new Error('no member leads');
  }

  /** The member writes to itself. Of our store alone. */
  async writeInProcess(member: number, clients: number, seconds: number): Promise<LoadResult> {
    const child = this.#children[member]!;
    const answer = new Promise<LoadResult>((resolve) => child.once('message', (value) => resolve(value as LoadResult)));
    child.send({ clients, seconds });
    return answer;
  }

  get pids(): number[] {
    return this.#children.map((child) => child.pid!);
  }

  /** Of the first member: resident memory, and how much of it is files, in bytes. */
  async resident(): Promise<{ all: number; files: number }> {
    const status = await readFile(`/proc/${this.#children[0]!.pid}/status`, 'utf8');
    const bytesOf = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
    return { all: bytesOf('VmRSS'), files: bytesOf('RssFile') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
