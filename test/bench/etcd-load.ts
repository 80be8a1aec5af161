import { setTimeout as sleep } from 'node:timers/promises';
import { EventType, kvService, watchService } from '@wherry/store/etcd-proto';
import { GrpcConnection } from './grpc-connection.ts';

/**
 * A process of its own: `etcd-load.ts ADDRESS put|range|watch CLIENTS SECONDS`. Each client has a connection of its own
 * and asks again as soon as it was answered; of watch, one writes and one watches. Prints JSON {requests, seconds,
 * latenciesMs (a sample)}.
 */
const [address, what, clients, seconds] = process.argv.slice(2) as [string, string, string, string];
const KEYS = 10_000;
const READ_KEYS = 1_000;
const FILLERS = 16;
const VALUE = Buffer.alloc(256, 'v');
const WATCH_PUTS_PER_SECOND = 200;

const latencies: number[] = [];
let next = 0;
const keyOf = (n: number): string => `bench/${n % KEYS}`;

const operations: Record<string, (connection: GrpcConnection) => Promise<unknown>> = {
  put: (connection) => connection.call(kvService.put, { key: keyOf(next++), value: VALUE }),
  range: async (connection) => {
    const { kvs } = await connection.call(kvService.range, { key: keyOf(next++ % READ_KEYS) });
    if (kvs.length !== 1) throw new Error('a key is not there');
  },
};

async function client(until: number): Promise<void> {
  using connection = new GrpcConnection(address);
  for (let sent = performance.now(); sent < until; ) {
    await operations[what]!(connection);
    const now = performance.now();
    latencies.push(now - sent);
    sent = now;
  }
}

/** From the moment a put is sent until the watcher has its event. */
async function watch(until: number): Promise<void> {
  using watcher = new GrpcConnection(address);
  using writer = new GrpcConnection(address);
  const sentAt: number[] = [];
  const created = new Promise<void>((resolve) => {
    watcher.stream(watchService.watch, { create: { key: 'watched/', rangeEnd: 'watched0' } }, (answer) => {
      if (answer.created) resolve();
      for (const { type, kv } of answer.events)
        if (type === EventType.put) latencies.push(performance.now() - sentAt[Number(kv!.key.slice(8))]!);
    });
  });
  await created;
  for (let n = 0, due = performance.now(); due < until; n++, due += 1_000 / WATCH_PUTS_PER_SECOND) {
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    sentAt[n] = performance.now();
    await writer.call(kvService.put, { key: `watched/${n}`, value: VALUE });
  }
  while (latencies.length < sentAt.length) await sleep(5);
}

/** What is read must be there. */
async function fill(): Promise<void> {
  using connection = new GrpcConnection(address);
  while (next < READ_KEYS) await connection.call(kvService.put, { key: keyOf(next++), value: VALUE });
}

if (what === 'range') await Promise.all(Array.from({ length: FILLERS }, fill));
const started = performance.now();
const until = started + Number(seconds) * 1000;
if (what === 'watch') await watch(until);
else await Promise.all(Array.from({ length: Number(clients) }, () => client(until)));
const elapsed = (performance.now() - started) / 1000;
const step = Math.max(1, Math.floor(latencies.length / 10_000));
process.stdout.write(
  JSON.stringify({
    requests: latencies.length,
    seconds: elapsed,
    latenciesMs: latencies.filter((_, i) => i % step === 0),
  }),
);
