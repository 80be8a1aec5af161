import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { kubectlCommands } from '../commands/command-list.ts';
import { runProgram } from './program.ts';

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestCluster {
  readonly apiserver: TestApiserver;
  /** A directory of the test's own, with the kubeconfig in it. */
  readonly directory: string;
  /** Runs our command line in this process. */
  wherry(
    line: string | readonly string[],
    options?: { stdin?: string; signal?: AbortSignal; env?: Record<string, string>; onOutput?: (text: string) => void },
  ): Promise<Run>;
  /** Runs kubectl from PATH. */
  kubectl(line: string | readonly string[]): Promise<Run>;
  /** Stores a manifest through the command line; throws when it is refused. */
  create(manifest: string): Promise<void>;
  close(): Promise<void>;
}

export const kubectlOnPath = spawnSync('kubectl', ['version', '--client']).status === 0;

export async function startTestCluster(): Promise<TestCluster> {
  const apiserver = await startTestApiserver();
  const directory = mkdtempSync(join(tmpdir(), 'wherry-cli-'));
  const kubeconfig = join(directory, 'config');
  writeFileSync(kubeconfig, kubeconfigOf(apiserver));
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig };

  const cluster: TestCluster = {
    apiserver,
    directory,
    async wherry(line, options = {}) {
      const [out, err] = [collector(options.onOutput), collector()];
      const code = await runProgram(wordsOf(line), kubectlCommands, {
        stdin: Readable.from(options.stdin === undefined ? [] : [Buffer.from(options.stdin)]),
        stdout: out.stream,
        stderr: err.stream,
        env: { ...env, ...options.env },
        cwd: directory,
        signal: options.signal ?? new AbortController().signal,
        now: () => new Date(),
      });
      return { code, out: out.text(), err: err.text() };
    },
    kubectl(line) {
      // The apiserver lives in this process, so the process must not stand still meanwhile.
      return new Promise((resolve) => {
        execFile('kubectl', wordsOf(line), { env, cwd: directory, timeout: 20_000 }, (error, out, err) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
        });
      });
    },
    async create(manifest) {
      const run = await cluster.wherry('create -f -', { stdin: manifest });
      if (run.code !== 0) throw new Error(run.err);
    },
    async close() {
      await apiserver.close();
      rmSync(directory, { recursive: true });
    },
  };
  return cluster;
}

/** Splits at spaces outside of single quotes, which are enough for the lines of these tests. */
function wordsOf(line: string | readonly string[]): string[] {
  if (typeof line !== 'string') return [...line];
  return [...line.matchAll(/(?:[^\s']+|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));
}

function collector(onOutput?: (text: string) => void): { stream: Writable; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      onOutput?.(chunk.toString());
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

function kubeconfigOf({ config }: TestApiserver): string {
  const base64 = (text: string | undefined): string => Buffer.from(text ?? '').toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [
      { name: 'test', cluster: { server: config.servers[0], 'certificate-authority-data': base64(config.ca) } },
    ],
    users: [
      { name: 'test', user: { 'client-certificate-data': base64(config.cert), 'client-key-data': base64(config.key) } },
    ],
  });
}
