import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A real etcd: from the folder of other people's clients ($WHERRY_CLIENTS), else from PATH. For tests. */
export function findEtcd(): string | undefined {
  const { WHERRY_CLIENTS: clients, PATH = '' } = process.env;
  const candidates = PATH.split(delimiter).map((folder) => join(folder, 'etcd'));
  if (clients !== undefined) candidates.unshift(join(clients, 'etcd-3.4'));
  return candidates.find((file) => existsSync(file));
}

/** One etcd, a cluster of its own, on free ports and a folder of its own. */
export class EtcdProcess implements AsyncDisposable {
  readonly url: string;
  readonly #program: string;
  readonly #args: string[];
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(program: string, folder: string, url: string, args: string[]) {
    this.#program = program;
    this.#folder = folder;
    this.url = url;
    this.#args = args;
  }

  /** `more` are flags; `scheme` https needs those of TLS among them. */
  static async start(program: string, more: string[] = [], scheme: 'http' | 'https' = 'http'): Promise<EtcdProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'wherry-etcd-'));
    const [client, peer] = [await freePort(), await freePort()];
    const url = `${scheme}://127.0.0.1:${client}`;
    const etcd = new EtcdProcess(program, folder, url, [
      `--data-dir=${join(folder, 'data')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=default=http://127.0.0.1:${peer}`,
      '--log-level=error',
      '--logger=zap',
      ...more,
    ]);
    etcd.run();
    return etcd;
  }

  /** Again, on the data that is there. It need not be ready yet. */
  run(): void {
    this.#child = spawn(this.#program, this.#args, { stdio: 'ignore' });
  }

  /** Resolves when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  }

  /** SIGSTOP or SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
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
