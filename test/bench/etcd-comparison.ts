import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kvService } from '@wherry/store/etcd-proto';
import { findEtcd } from '@wherry/store/etcd-process';
import { EtcdMembers, type LoadResult } from './etcd-members.ts';
import { GrpcConnection } from './grpc-connection.ts';
import { mebibytes, milliseconds, quantile, table } from './report.ts';

const run = promisify(execFile);
const LOAD = fileURLToPath(new URL('./etcd-load.ts', import.meta.url));
const SECONDS = 4;
const ROUNDS = 2;
const KEYS = 100_000;
const KEY_VALUE = Buffer.alloc(1_024, 'v');
const AT_ONCE = 64;
const RESTARTS = 3;
const SETTLE_MS = 12_000;

/** A figure of either, side by side. */
interface Pair {
  etcd: LoadResult[];
  wherry: LoadResult[];
}

/**
 * Our store beside a real etcd in the same run: one load generator for both, on the same cores, fsync on in both, no
 * TLS in either, values of 256 bytes, requests to the leader. Rounds of both take turns, and the best of each counts.
 */
export async function etcdComparison(): Promise<string> {
  const program = findEtcd();
  if (program === undefined)
    throw new Error('no etcd: set WHERRY_CLIENTS to a folder with etcd-3.4, or put etcd in PATH');
  const rates: (string | number)[][] = [];
  for (const size of [1, 3]) {
    await using etcd = await EtcdMembers.start(size, program);
    await using wherry = await EtcdMembers.start(size, undefined);
    rates.push(...(await compare(size, etcd, wherry)));
  }
  return [
    table(['requests/s', 'etcd', 'p50 / p99', 'Wherry', 'p50 / p99', 'ratio', 'aim'], rates),
    '',
    table(['one member', 'etcd', 'Wherry', 'aim'], await large(program)),
  ].join('\n');
}

async function compare(size: number, etcd: EtcdMembers, wherry: EtcdMembers): Promise<(string | number)[][]> {
  const who = `${size} member${size === 1 ? '' : 's'}`;
  const rows: (string | number)[][] = [];
  const puts: Record<number, Pair> = {};
  for (const clients of [1, AT_ONCE]) {
    puts[clients] = await takeTurns(etcd, wherry, (members) => load(members, 'put', clients));
    rows.push(row(`puts, ${clients} clients, ${who}`, puts[clients], clients === 1 ? '1' : '0.7'));
  }
  for (const clients of [1, AT_ONCE]) {
    const pair = await takeTurns(etcd, wherry, (members) => load(members, 'range', clients));
    rows.push(row(`linearizable ranges, ${clients} clients, ${who}`, pair, ''));
  }
  const watched = await takeTurns(etcd, wherry, (members) => load(members, 'watch', 1));
  rows.push(row(`put to watch event, at 200/s, ${who}`, watched, ''));
  const leader = await wherry.leader();
  for (const clients of [1, AT_ONCE]) {
    const inProcess: LoadResult[] = [];
    for (let n = 0; n < ROUNDS; n++) inProcess.push(await wherry.writeInProcess(leader, clients, SECONDS));
    const pair = { etcd: puts[clients]!.etcd, wherry: inProcess };
    rows.push(row(`puts in process against gRPC, ${clients} clients, ${who}`, pair, 'above 1'));
  }
  return rows;
}

async function takeTurns(
  etcd: EtcdMembers,
  wherry: EtcdMembers,
  measure: (members: EtcdMembers) => Promise<LoadResult>,
): Promise<Pair> {
  const pair: Pair = { etcd: [], wherry: [] };
  for (let n = 0; n < ROUNDS; n++) {
    pair.etcd.push(await measure(etcd));
    pair.wherry.push(await measure(wherry));
  }
  return pair;
}

async function load(members: EtcdMembers, what: string, clients: number): Promise<LoadResult> {
  const address = members.addresses[await members.leader()]!;
  const args = [LOAD, address, what, `${clients}`, `${SECONDS}`];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 1 << 26, timeout: 120_000 });
  return JSON.parse(stdout) as LoadResult;
}

function row(name: string, { etcd, wherry }: Pair, aim: string): (string | number)[] {
  const [theirs, ours] = [best(etcd), best(wherry)];
  return [
    name,
    Math.round(rateOf(theirs)),
    latency(theirs),
    Math.round(rateOf(ours)),
    latency(ours),
    `${(rateOf(ours) / rateOf(theirs)).toFixed(2)}x`,
    aim,
  ];
}

const rateOf = ({ requests, seconds }: LoadResult): number => requests / seconds;
const best = (results: LoadResult[]): LoadResult => results.toSorted((a, b) => rateOf(b) - rateOf(a))[0]!;
const latency = ({ latenciesMs }: LoadResult): string =>
  `${milliseconds(quantile(latenciesMs, 0.5))} / ${milliseconds(quantile(latenciesMs, 0.99))}`;

/** Memory and restart with many keys. */
async function large(program: string): Promise<string[][]> {
  const found: { all: number; files: number; restartMs: number }[] = [];
  for (const etcd of [program, undefined]) {
    await using members = await EtcdMembers.start(1, etcd);
    await fill(members.addresses[0]!);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const { all, files } = await members.resident();
    const restarts: number[] = [];
    for (let n = 0; n < RESTARTS; n++) {
      await members.stop();
      restarts.push(await members.run());
    }
    found.push({ all, files, restartMs: quantile(restarts, 0.5) });
  }
  const [theirs, ours] = found as [(typeof found)[0], (typeof found)[0]];
  const shown = ({ all, files }: { all: number; files: number }) => `${mebibytes(all)} (${mebibytes(files)} of files)`;
  return [
    [`RSS with ${KEYS} keys of 1 kB`, shown(theirs), shown(ours), 'no larger'],
    [
      'restart with them, to the first linearizable read',
      milliseconds(theirs.restartMs),
      milliseconds(ours.restartMs),
      '',
    ],
  ];
}

async function fill(address: string): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    using connection = new GrpcConnection(address);
    while (next < KEYS) await connection.call(kvService.put, { key: `large/${next++}`, value: KEY_VALUE });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}
