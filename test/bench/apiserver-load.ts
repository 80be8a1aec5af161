import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiserverProcess, type Identity, writeIdentity } from './apiserver-process.ts';
import { BenchClient, benchPod, each, prepareNamespace } from './bench-client.ts';
import { mebibytes, milliseconds, quantile, table } from './report.ts';

const run = promisify(execFile);
const GENERATOR = fileURLToPath(new URL('./load-generator.ts', import.meta.url));
const SECONDS = 8;
const LISTS = 20;
const PODS = 5_000;
/** Upstream's apiserver with etcd on such a machine, its load generator on the same two cores: fixed references. */
const UPSTREAM = { create: { 1: 455, 16: 1_475, 64: 2_270 }, get: { 1: 843, 16: 3_500, 64: 4_930 } } as const;

const RUNS = [
  ['create', 'http/1.1'],
  ['create', 'h2'],
  ['get', 'http/1.1'],
  ['get', 'h2'],
] as const;

/** ConfigMap creates and gets per second over TLS, load generator on the same cores, and LIST of many pods. */
export async function apiserverLoad(): Promise<string> {
  await using apiserver = await ApiserverProcess.prepare();
  await apiserver.start();
  const folder = await mkdtemp('/tmp/wherry-bench-');
  const identityFile = join(folder, 'identity.json');
  await writeIdentity(apiserver.identity, identityFile);
  const rows: (string | number)[][] = [];
  for (const [verb, protocol] of RUNS) {
    for (const clients of [1, 16, 64] as const) {
      const { stdout } = await run(
        process.execPath,
        [GENERATOR, identityFile, verb, `${clients}`, `${SECONDS}`, prefixOf(verb, protocol, clients), protocol],
        {
          maxBuffer: 1 << 26,
        },
      );
      const result = JSON.parse(stdout) as { requests: number; seconds: number; latenciesMs: number[] };
      const rate = result.requests / result.seconds;
      const upstream = UPSTREAM[verb][clients];
      rows.push([
        `${verb}s/s, ${clients} clients, ${protocol === 'h2' ? 'HTTP/2' : 'HTTP/1.1'}`,
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

/** Creates need names that are not taken; gets ask for what the first creates made. */
function prefixOf(verb: string, protocol: string, clients: number): string {
  return verb === 'get' ? 'http1.1-1' : `${protocol.replace('/', '')}-${clients}`;
}

async function listPods(identity: Identity): Promise<{ timesMs: number[]; bytes: number }> {
  using client = new BenchClient(identity);
  const path = '/api/v1/namespaces/default/pods';
  await prepareNamespace(client, 'default');
  await each(PODS, 16, (n) => client.ask('POST', path, { body: benchPod(n) }));
  const timesMs: number[] = [];
  let bytes = 0;
  for (let i = 0; i < LISTS; i++) {
    const started = performance.now();
    bytes = await client.ask('GET', path);
    timesMs.push(performance.now() - started);
  }
  return { timesMs, bytes };
}
