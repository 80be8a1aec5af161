import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import https from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiserverProcess, type Identity, writeIdentity } from './apiserver-process.ts';
import { mebibytes, milliseconds, quantile, table } from './report.ts';

const run = promisify(execFile);
const GENERATOR = fileURLToPath(new URL('./load-generator.ts', import.meta.url));
const SECONDS = 8;
const LISTS = 20;
const PODS = 5_000;
/** Upstream's apiserver with etcd on such a machine, its load generator on the same two cores: fixed references. */
const UPSTREAM = { create: { 1: 455, 16: 1_475, 64: 2_270 }, get: { 1: 843, 16: 3_500, 64: 4_930 } } as const;

/** ConfigMap creates and gets per second over TLS, load generator on the same cores, and LIST of many pods. */
export async function apiserverLoad(): Promise<string> {
  await using apiserver = await ApiserverProcess.prepare();
  await apiserver.start();
  const folder = await mkdtemp('/tmp/wherry-bench-');
  const identityFile = join(folder, 'identity.json');
  await writeIdentity(apiserver.identity, identityFile);
  const rows: (string | number)[][] = [];
  for (const verb of ['create', 'get'] as const) {
    for (const clients of [1, 16, 64] as const) {
      const { stdout } = await run(
        process.execPath,
        [GENERATOR, identityFile, verb, `${clients}`, `${SECONDS}`, verb === 'get' ? 'c1' : `c${clients}`],
        {
          maxBuffer: 1 << 26,
        },
      );
      const result = JSON.parse(stdout) as { requests: number; seconds: number; latenciesMs: number[] };
      const rate = result.requests / result.seconds;
      const upstream = UPSTREAM[verb][clients];
      rows.push([
        `${verb}s/s, ${clients} clients`,
        Math.round(rate),
        `${milliseconds(quantile(result.latenciesMs, 0.5))} / ${milliseconds(quantile(result.latenciesMs, 0.99))}`,
        upstream,
        `${(rate / upstream).toFixed(2)}x`,
        '2x',
      ]);
    }
  }
  const list = await listPods(apiserver.identity);
  const rss = await apiserver.residentBytes();
  await rm(folder, { recursive: true });
  return [
    table(['ConfigMaps over TLS', 'rate', 'p50 / p99', 'upstream (fixed reference)', 'ratio', 'aim'], rows),
    '',
    table(
      ['LIST of 5,000 pods over TLS', 'p50', 'p99', 'size'],
      [
        [
          'one at a time',
          milliseconds(quantile(list.timesMs, 0.5)),
          milliseconds(quantile(list.timesMs, 0.99)),
          mebibytes(list.bytes),
        ],
      ],
    ),
    '',
    `RSS of the apiserver after all of it: ${mebibytes(rss)}.`,
  ].join('\n');
}

async function listPods(identity: Identity): Promise<{ timesMs: number[]; bytes: number }> {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 16, ...identity, servername: 'localhost' });
  const ask = (method: string, path: string, body?: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const request = https.request(
        { agent, host: '127.0.0.1', port: identity.port, method, path, headers },
        (response) => {
          let bytes = 0;
          response.on('data', (data: Buffer) => (bytes += data.length));
          response.on('end', () =>
            response.statusCode! < 300
              ? resolve(bytes)
              : reject(new Error(`${method} ${path}: ${response.statusCode}`)),
          );
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  const path = '/api/v1/namespaces/default/pods';
  let created = 0;
  const creator = async (): Promise<void> => {
    while (created < PODS) await ask('POST', path, pod(created++));
  };
  await Promise.all(Array.from({ length: 16 }, creator));
  const timesMs: number[] = [];
  let bytes = 0;
  for (let i = 0; i < LISTS; i++) {
    const started = performance.now();
    bytes = await ask('GET', path);
    timesMs.push(performance.now() - started);
  }
  agent.destroy();
  return { timesMs, bytes };
}

/** About as large as a pod that a Deployment made. */
function pod(n: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${n}`, labels: { app: `app-${n % 50}`, 'pod-template-hash': '5d4f8c7b9' } },
    spec: {
      containers: [
        {
          name: 'web',
          image: 'registry.example/web:1.2.3',
          ports: [{ containerPort: 8080, name: 'http' }],
          env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: 'x'.repeat(40) })),
          readinessProbe: { httpGet: { path: '/healthz', port: 'http' } },
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/web' }],
        },
      ],
      volumes: [{ name: 'config', configMap: { name: 'web' } }],
    },
  });
}
