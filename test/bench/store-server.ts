import { parseArgs } from 'node:util';
import { openStore } from '@wherry/store';
import { startEtcdApi } from '@wherry/store/etcd-api';

/**
 * One member of our store as a process that does nothing else, with flags that etcd has too; without TLS. Told by its
 * parent {clients, seconds} it writes to itself, as an apiserver does, and answers {requests, seconds, latenciesMs}.
 */
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'm0' },
    'data-dir': { type: 'string', default: '' },
    'client-port': { type: 'string', default: '0' },
    'peer-port': { type: 'string', default: '0' },
    'initial-cluster': { type: 'string', default: '' },
  },
});
const VALUE = Buffer.alloc(256, 'v');
const KEYS = 10_000;

const members = values['initial-cluster'].split(',').filter((member) => member !== '');
const initialCluster = Object.fromEntries(members.map((member) => member.split('='))) as Record<string, string>;
const log = { info() {}, warn: console.error, error: console.error };
const store = await openStore({
  path: values['data-dir'],
  name: values.name,
  clientUrls: [`http://127.0.0.1:${values['client-port']}`],
  log,
  cluster:
    members.length < 2
      ? undefined
      : {
          initialCluster: Object.fromEntries(Object.entries(initialCluster).map(([name, url]) => [name, [url]])),
          initialClusterState: 'new',
          initialClusterToken: 'bench',
          listenPeer: { host: '127.0.0.1', port: Number(values['peer-port']) },
        },
  onFailure(error) {
    console.error(error);
    process.exit(1);
  },
});
const api = await startEtcdApi({ store, listen: [{ host: '127.0.0.1', port: Number(values['client-port']) }], log });

process.on('message', ({ clients, seconds }: { clients: number; seconds: number }) => {
  void writeInProcess(clients, seconds).then((result) => process.send!(result));
});
process.on('SIGTERM', () => {
  void api
    .close()
    .then(() => store[Symbol.asyncDispose]())
    .then(() => process.exit(0));
});

async function writeInProcess(clients: number, seconds: number) {
  const latenciesMs: number[] = [];
  const started = performance.now();
  let next = 0;
  const client = async (): Promise<void> => {
    for (let sent = started; sent < started + seconds * 1000; ) {
      await store.txn({ compares: [], success: [{ type: 'put', key: `bench/${next++ % KEYS}`, value: VALUE }] });
      const now = performance.now();
      latenciesMs.push(now - sent);
      sent = now;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const step = Math.max(1, Math.floor(latenciesMs.length / 10_000));
  return {
    requests: latenciesMs.length,
    seconds: (performance.now() - started) / 1000,
    latenciesMs: latenciesMs.filter((_, i) => i % step === 0),
  };
}
