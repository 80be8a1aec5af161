import { configMaps, endpoints, endpointSlices, services } from '@wherry/api';
import { Informer, RestClient } from '@wherry/client';
import { openMemoryStore, type Storage } from '@wherry/store';
import { expect, it, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { createCompactor } from './compaction.ts';
import { kubernetesObjects } from './kubernetes-service.ts';
import { LiveApiservers } from './live-apiservers.ts';
import { parseIpRange } from '../registry/ip-range.ts';

const serviceIps = parseIpRange('10.96.0.0/16');
const key = ({ ip, port }: { ip: string; port: number }) => `/registry/masterleases/${ip}:${port}`;
const inDefault = { namespace: 'default' };

/** `port address,address` of every subset, and of every slice with its name. */
async function shown(cluster: TestApiserver): Promise<{ subsets: string[]; slices: string[] }> {
  const found = await cluster.client.resource(endpoints).get('kubernetes', inDefault);
  const slices = await cluster.client.resource(endpointSlices).list(inDefault);
  return {
    subsets: (found.subsets ?? []).map(
      ({ ports, addresses }) => `${ports?.[0]?.port} ${addresses?.map(({ ip }) => ip).join(',')}`,
    ),
    slices: slices.items.map(
      ({ metadata, ports, endpoints: all }) =>
        `${metadata.name} ${ports?.[0]?.port} ${all?.map(({ addresses }) => addresses[0]).join(',')}`,
    ),
  };
}

it('lists every apiserver that lives under default/kubernetes, and no longer one that went', async () => {
  const storage = await openMemoryStore();
  const start = (advertiseAddress: string) => startTestApiserver({ storage, advertiseAddress });
  const first = await start('192.0.2.1');
  const second = await start('192.0.2.1');
  const ports = [first.server.port, second.server.port].toSorted((a, b) => a - b);
  expect(await shown(second)).toEqual({
    subsets: ports.map((port) => `${port} 192.0.2.1`),
    slices: [`kubernetes ${ports[0]} 192.0.2.1`, `kubernetes-${ports[1]} ${ports[1]} 192.0.2.1`],
  });
  await first.close();
  expect(await shown(second)).toEqual({
    subsets: [`${second.server.port} 192.0.2.1`],
    slices: [`kubernetes ${second.server.port} 192.0.2.1`],
  });
  const { spec } = await second.client.resource(services).get('kubernetes', inDefault);
  expect(spec.ports).toMatchObject([{ port: 443, targetPort: second.server.port }]);
  await second.close();
  await storage[Symbol.asyncDispose]();
});

it('starts several at the same time on an empty store, and all become ready', async () => {
  const storage = await openMemoryStore();
  const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
  const all = await Promise.all(addresses.map((advertiseAddress) => startTestApiserver({ storage, advertiseAddress })));
  // The one that wrote last may not have seen the others: the next round does.
  const again = await startTestApiserver({ storage, advertiseAddress: '192.0.2.4' });
  const { subsets } = await shown(again);
  expect(subsets.map((subset) => subset.split(' ')[1] ?? '').toSorted((a, b) => a.localeCompare(b))).toEqual([
    ...addresses,
    '192.0.2.4',
  ]);
  for (const cluster of [...all, again]) await cluster.close();
  await storage[Symbol.asyncDispose]();
});

it('sends those who watch elsewhere when its store has no leader for long, and takes them again', async () => {
  const storage = await openMemoryStore();
  let tell: (reachable: boolean) => void = () => undefined;
  const first = await startTestApiserver({ storage, storeReachable: (listener) => (tell = listener) });
  const second = await startTestApiserver({ storage });
  const servers = [...first.config.servers, ...second.config.servers];
  await using client = new RestClient({ ...first.config, servers });
  const informer = new Informer(client, configMaps, inDefault);
  const stop = new AbortController();
  const running = informer.run(stop.signal);
  await informer.waitForSync();
  tell(false);
  const watch = { method: 'GET', path: '/api/v1/namespaces/default/configmaps', query: { watch: 'true' } } as const;
  await expect(first.client.stream({ ...watch, timeoutMs: 500 })).rejects.toThrow();
  await second.client.resource(configMaps).create({ metadata: { name: 'elsewhere', namespace: 'default' } });
  await vi.waitFor(() => expect(informer.store.get('default/elsewhere')).toBeDefined(), 20_000);
  tell(true);
  const { body } = await first.client.stream(watch);
  body.destroy();
  stop.abort();
  await running;
  await first.close();
  await second.close();
  await storage[Symbol.asyncDispose]();
});

it('has one slice where the apiservers share a port, and none for loopback', () => {
  const at = (...ips: string[]) => kubernetesObjects({ serviceIps, apiservers: ips.map((ip) => ({ ip, port: 6443 })) });
  const { slices, addresses } = at('192.0.2.1', '192.0.2.2');
  expect(slices.map(({ metadata, endpoints: all }) => [metadata.name, all?.map((one) => one.addresses[0])])).toEqual([
    ['kubernetes', ['192.0.2.1', '192.0.2.2']],
  ]);
  expect(addresses.subsets).toHaveLength(1);
  const alone = at('127.0.0.1');
  expect(alone.slices).toEqual([]);
  expect(alone.service.spec.ports).toMatchObject([{ targetPort: 6443 }]);
});

it('counts an apiserver as gone when its lease has ended, and as there again when it comes back', async () => {
  const storage = await openMemoryStore();
  const [a, b] = [
    { ip: '192.0.2.1', port: 6443 },
    { ip: '192.0.2.2', port: 6443 },
  ];
  const [first, second] = [new LiveApiservers(storage, a), new LiveApiservers(storage, b)];
  await first.renew();
  await second.renew();
  expect(await second.list()).toEqual([a, b]);
  const record = (await storage.get(key(a))).kv;
  await first.renew();
  expect((await storage.get(key(a))).kv?.modRevision).toBe(record?.modRevision);
  await storage.revokeLease(record!.lease);
  expect(await second.list()).toEqual([b]);
  await first.renew();
  expect(await second.list()).toEqual([a, b]);
  await first.leave();
  expect(await second.list()).toEqual([b]);
  await storage[Symbol.asyncDispose]();
});

it('compacts once an interval, however many apiservers there are, and also after one of them has gone', async () => {
  const storage = await openMemoryStore();
  const compact = vi.spyOn(storage, 'compact');
  const write = (s: Storage) => s.txn({ compares: [], success: [{ type: 'put', key: '/a', value: Buffer.from('x') }] });
  let compactors = [createCompactor(storage), createCompactor(storage), createCompactor(storage)];
  const interval = async (): Promise<number> => {
    compact.mockClear();
    for (const run of compactors) await run();
    await write(storage);
    return compact.mock.calls.length;
  };
  expect(await interval()).toBe(0);
  const { revision } = await write(storage);
  for (let i = 0; i < 3; i++) expect(await interval()).toBeLessThanOrEqual(1);
  expect(await interval()).toBe(1);
  await expect(storage.list('/', { revision })).rejects.toMatchObject({ code: 'compacted' });
  compactors = compactors.slice(1);
  await interval();
  expect(await interval()).toBe(1);
  await storage[Symbol.asyncDispose]();
});
