import { setTimeout as sleep } from 'node:timers/promises';
import { ApiserverProcess, type LoopProbe } from './apiserver-process.ts';
import { BenchClient, benchConfigMap, benchPod, each, prepareNamespace } from './bench-client.ts';
import { mebibytes, milliseconds, quantile, table } from './report.ts';

const PODS = 10_000;
const LISTED = 5_000;
const LISTS = 20;
const AT_ONCE = 16;
const RATE_PER_SECOND = 200;
const RATE_SECONDS = 10;
const WATCHERS = 1_000;
const WRITES = 20;

const tableAccept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
const protobuf = 'application/vnd.kubernetes.protobuf';

/** Large lists in every form, single requests beside many objects, one write to many watchers, and what the event loop says. */
export async function readPath(): Promise<string> {
  await using apiserver = await ApiserverProcess.prepare();
  await apiserver.start(apiserver.probed());
  using client = new BenchClient(apiserver.identity, 64);
  for (const name of ['lists', 'more', 'watched']) await prepareNamespace(client, name);
  await each(PODS, 16, (n) =>
    client.ask('POST', `/api/v1/namespaces/${n < LISTED ? 'lists' : 'more'}/pods`, { body: benchPod(n) }),
  );
  return [
    await lists(apiserver, client),
    '',
    await singles(apiserver, client),
    '',
    await watchers(apiserver, client),
  ].join('\n');
}

async function lists(apiserver: ApiserverProcess, client: BenchClient): Promise<string> {
  const path = '/api/v1/namespaces/lists/pods';
  const rows: (string | number)[][] = [];
  const forms: [string, Record<string, string>, string][] = [
    ['JSON', {}, '50 ms (upstream 203 consistent, 94 from its cache)'],
    ['Table', { accept: tableAccept }, '40 ms (upstream 155)'],
    ['protobuf', { accept: protobuf }, ''],
    ['JSON, gzip', { 'accept-encoding': 'gzip' }, ''],
    ['metadata alone', { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }, ''],
    ['by label (100 of them)', { query: '?labelSelector=app%3Dapp-7' }, ''],
  ];
  for (const [name, { query = '', ...headers }, aim] of forms) {
    await client.ask('GET', path + query, { headers });
    await apiserver.probe();
    const times: number[] = [];
    let bytes = 0;
    for (let i = 0; i < LISTS; i++) {
      const started = performance.now();
      bytes = await client.ask('GET', path + query, { headers });
      times.push(performance.now() - started);
    }
    rows.push([
      name,
      milliseconds(quantile(times, 0.5)),
      milliseconds(quantile(times, 0.99)),
      mebibytes(bytes),
      loop(await apiserver.probe()),
      aim,
    ]);
  }
  const before = (await apiserver.probe()).rss;
  const times: number[] = [];
  await each(AT_ONCE * 5, AT_ONCE, async () => {
    const started = performance.now();
    await client.ask('GET', path);
    times.push(performance.now() - started);
  });
  const after = await apiserver.probe();
  rows.push([
    `JSON, ${AT_ONCE} at once`,
    milliseconds(quantile(times, 0.5)),
    milliseconds(quantile(times, 0.99)),
    `RSS ${mebibytes(before)} -> ${mebibytes(after.rss)}`,
    loop(after),
    'flat memory',
  ]);
  return table(['LIST of 5,000 pods over TLS', 'p50', 'p99', 'size', 'loop delay p99 / max', 'aim'], rows);
}

/** Open loop: a request is due at its time, whatever became of those before. */
async function singles(apiserver: ApiserverProcess, client: BenchClient): Promise<string> {
  const rows: (string | number)[][] = [];
  await apiserver.probe();
  for (const [name, aim, send] of [
    [
      'writes',
      '20 ms',
      (n: number) => client.ask('POST', '/api/v1/namespaces/more/configmaps', { body: benchConfigMap(`single-${n}`) }),
    ],
    ['gets', '5 ms', (n: number) => client.ask('GET', `/api/v1/namespaces/lists/pods/pod-${n % LISTED}`)],
  ] as const) {
    const times: number[] = [];
    const sent: Promise<void>[] = [];
    const started = performance.now();
    for (let n = 0; n < RATE_PER_SECOND * RATE_SECONDS; n++) {
      const due = started + (n * 1_000) / RATE_PER_SECOND;
      if (due > performance.now()) await sleep(due - performance.now());
      sent.push(send(n).then(() => void times.push(performance.now() - due)));
    }
    await Promise.all(sent);
    rows.push([
      name,
      milliseconds(quantile(times, 0.5)),
      milliseconds(quantile(times, 0.99)),
      loop(await apiserver.probe()),
      aim,
    ]);
  }
  return table(
    [`${RATE_PER_SECOND} requests/s beside 10,000 pods`, 'p50', 'p99', 'loop delay p99 / max', 'aim of p99'],
    rows,
  );
}

/** From the moment a write is sent until each of the watchers has its event. */
async function watchers(apiserver: ApiserverProcess, client: BenchClient): Promise<string> {
  const path = '/api/v1/namespaces/watched/configmaps';
  const closers: (() => void)[] = [];
  let arrivals: number[] = [];
  using streams = new BenchClient(apiserver.identity, WATCHERS);
  await each(WATCHERS, 32, async () => {
    closers.push(await streams.open(`${path}?watch=1`, () => void arrivals.push(performance.now())));
  });
  await apiserver.probe();
  const times: number[] = [];
  for (let i = 0; i < WRITES; i++) {
    arrivals = [];
    const started = performance.now();
    await client.ask('POST', path, { body: benchConfigMap(`w-${i}`) });
    while (arrivals.length < WATCHERS) await sleep(5);
    for (const arrival of arrivals) times.push(arrival - started);
  }
  const probe = await apiserver.probe();
  for (const close of closers) close();
  return table(
    ['one write to 1,000 watchers (a TLS connection each)', 'p50', 'p99', 'loop delay p99 / max', 'aim of p99'],
    [
      [
        'until the event is there',
        milliseconds(quantile(times, 0.5)),
        milliseconds(quantile(times, 0.99)),
        loop(probe),
        '100 ms',
      ],
    ],
  );
}

function loop({ p99, max }: LoopProbe): string {
  return `${milliseconds(p99)} / ${milliseconds(max)}`;
}
