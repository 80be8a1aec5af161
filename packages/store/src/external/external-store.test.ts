import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Collector } from '../contract/collector.ts';
import { dump, put, read, remove, write } from '../contract/short.ts';
import { startEtcdApi } from '../etcd-api/index.ts';
import { makeCertificates } from '../etcd-api/testing/certificates.ts';
import { openMemoryStore } from '../open.ts';
import type { Storage } from '../storage.ts';
import { EtcdProcess, findEtcd } from './etcd-process.ts';
import { openExternalStore } from './external-store.ts';
import { Gate } from './gate.ts';

const program = findEtcd();
const quick = { connectTimeoutMs: 1_000 };

test.each([
  ['no endpoint', []],
  ['an endpoint without a scheme', ['127.0.0.1:2379']],
  ['an endpoint without a port', ['https://etcd.example.com']],
])('%s is refused', async (_what, endpoints) => {
  await expect(openExternalStore({ endpoints })).rejects.toThrow(TypeError);
});

test('where no etcd answers the store is unavailable, and nobody waits longer than told', async () => {
  const endpoints = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
  const attempt = openExternalStore({ endpoints, limits: { connectTimeoutMs: 300 } });
  await expect(attempt).rejects.toMatchObject({ code: 'unavailable' });
});

test('a server is believed if its certificate is for the address, and of the authority; and wants one of ours', async () => {
  const [tls, other] = [makeCertificates(), makeCertificates()];
  await using server = await openMemoryStore();
  const api = await startEtcdApi({ store: server, tls, listen: [{ host: '127.0.0.1', port: 0 }] });
  const attempt = (host: string, given: Partial<typeof tls>) =>
    openExternalStore({
      endpoints: [`https://${host}:${api.ports[0]}`],
      tls: given,
      limits: { connectTimeoutMs: 500 },
    });
  {
    await using store = await attempt('127.0.0.1', tls);
    await write(store, put('/a', '1'));
  }
  const unavailable = { code: 'unavailable' };
  await expect(attempt('localhost', tls)).rejects.toMatchObject(unavailable);
  await expect(attempt('127.0.0.1', { ...tls, ca: other.ca })).rejects.toMatchObject(unavailable);
  await expect(attempt('127.0.0.1', { ca: tls.ca })).rejects.toMatchObject(unavailable);
  await expect(attempt('127.0.0.1', { ...other, ca: tls.ca })).rejects.toMatchObject(unavailable);
  await api.close();
});

describe.skipIf(program === undefined)(`with ${program ?? 'no etcd: set $WHERRY_CLIENTS'}`, () => {
  let etcd: EtcdProcess;
  let prefixes = 0;
  beforeAll(async () => {
    etcd = await EtcdProcess.start(program as string);
  });
  afterAll(() => etcd[Symbol.asyncDispose]());

  const open = (more: object = {}): Promise<Storage> =>
    openExternalStore({ endpoints: [etcd.url], keyPrefix: `/${++prefixes}`, ...more });

  test('a list of many pages is of one revision, whatever is written meanwhile', async () => {
    await using store = await open();
    const keys = Array.from({ length: 1_700 }, (_, i) => `/k/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < keys.length; i += 100) {
      await write(store, ...keys.slice(i, i + 100).map((key) => put(key, 'v')));
    }
    const listing = store.list('/k/');
    const writes = Array.from({ length: 50 }, (_, i) => write(store, put(keys[i * 30]!, 'w'), put(`/k/9-${i}`, 'w')));
    const { items, count, more, revision } = await listing;
    await Promise.all(writes);
    const again = await store.list('/k/', { revision });
    expect({ items, count, more, revision }).toEqual(again);
    expect(items.length).toBe(count);
    expect(items.length).toBeGreaterThanOrEqual(1_700);
    const limited = await store.list('/k/', { limit: 700, revision });
    expect(limited).toEqual({ ...again, items: items.slice(0, 700), more: true });
  });

  test('what lies under another prefix is not seen, but the watch goes on with it', async () => {
    await using store = await open();
    await using other = await open();
    await write(other, put('/a', 'theirs'));
    expect((await store.get('/a')).kv).toBeUndefined();
    expect(await dump(store, '')).toEqual([]);
    const watcher = new Collector(store, '/', 0);
    const { revision } = await write(other, put('/b', 'theirs'));
    await watcher.reached(revision);
    expect(watcher.events).toEqual([]);
    await write(store, { type: 'deletePrefix', prefix: '' });
    expect(await dump(other, '')).toEqual(['/a=theirs', '/b=theirs']);
  });

  test('a write is answered when watches that keep up have it', async () => {
    await using store = await open();
    const watcher = new Collector(store, '/', 0);
    await watcher.reached(await store.currentRevision());
    for (let i = 0; i < 50; i++) {
      const { revision } = await write(store, put('/a', String(i)));
      expect(watcher.revision).toBeGreaterThanOrEqual(revision);
    }
  });

  test('batches too large for one message come whole and in order', async () => {
    await using store = await open();
    const large = 'x'.repeat(200_000);
    const { revision } = await write(store, put('/a', '0'));
    for (let i = 0; i < 40; i++) await write(store, put('/a', `${i} ${large}`), put(`/b/${i}`, large));
    const watcher = new Collector(store, '/', revision);
    await watcher.reached(await store.currentRevision());
    expect(watcher.events.filter(({ kv }) => kv.key === '/a').map(({ kv }) => kv.modRevision - revision)).toEqual(
      Array.from({ length: 41 }, (_, i) => i),
    );
    expect(watcher.events.length).toBe(81);
    watcher.close();
  });

  test('what etcd itself refuses as too large is told so', async () => {
    await using store = await open({
      limits: { maxValueBytes: 1 << 30, maxTxnBytes: 1 << 30, maxTxnOperations: 1_000 },
    });
    for (const size of [1_600_000, 3_000_000]) {
      await expect(write(store, put('/a', 'x'.repeat(size)))).rejects.toMatchObject({ code: 'too-large' });
    }
    const many = Array.from({ length: 129 }, (_, i) => put(`/${i}`, ''));
    await expect(write(store, ...many)).rejects.toMatchObject({ code: 'too-large' });
    expect(await dump(store, '')).toEqual([]);
  });

  test('a watch outlives a kill and a restart of etcd, with no gap and nothing twice', async () => {
    await using store = await open({ limits: { connectTimeoutMs: 10_000 } });
    const from = (await write(store, put('/n', '0'))).revision;
    const watcher = new Collector(store, '/', from);
    for (let round = 1; round <= 3; round++) {
      await write(store, put('/n', `${round}`));
      await etcd.kill();
      etcd.run();
      await write(store, put('/m', `${round}`));
      await remove(store, '/m');
    }
    await watcher.reached(await store.currentRevision());
    expect(watcher.lines().map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'put /n=0',
      ...[1, 2, 3].flatMap((round) => [`put /n=${round} (${round - 1})`, `put /m=${round}`, `delete /m (${round})`]),
    ]);
    watcher.close();
  });

  test('what is compacted while a watch has no connection ends it, rather than being left out', async () => {
    await using store = await open({ endpoints: [await gate.address(etcd.url)] });
    await using direct = await open();
    const watcher = new Collector(store, '/', 0);
    await watcher.reached(await store.currentRevision());
    gate.shut();
    await write(direct, put('/a', '1'));
    await remove(direct, '/a');
    const { revision } = await write(direct, put('/a', '2'));
    await direct.compact(revision);
    gate.open();
    expect((await watcher.ended()).code).toBe('compacted');
  });

  test('when a connection breaks after a write was sent its outcome is unknown; before, it is unavailable', async () => {
    await using store = await open({ endpoints: [await gate.address(etcd.url)], limits: quick });
    await write(store, put('/a', '1'));
    gate.deaf();
    const lost = write(store, put('/a', '2'));
    await gate.heard();
    gate.shut();
    await expect(lost).rejects.toMatchObject({ code: 'unknown' });
    await expect(write(store, put('/a', '3'))).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.get('/a')).rejects.toMatchObject({ code: 'unavailable' });
    gate.open();
    await write(store, put('/b', '1'));
    expect(['1', '2']).toContain(await read(store, '/a'));
  });

  test('a write that is not answered in time is unknown, and a read unavailable', async () => {
    await using store = await open({ endpoints: [await gate.address(etcd.url)], limits: { requestTimeoutMs: 200 } });
    gate.deaf();
    await expect(write(store, put('/a', '1'))).rejects.toMatchObject({ code: 'unknown' });
    await expect(store.get('/a')).rejects.toMatchObject({ code: 'unavailable' });
    gate.open();
  });

  test('of several endpoints one that answers is enough, for reads, writes and watches', async () => {
    const first = await gate.address(etcd.url);
    const logged: string[] = [];
    const note = ({ endpoint }: { endpoint?: string }, event: string) => void logged.push(`${event} ${endpoint}`);
    const dead = 'http://127.0.0.1:1';
    await using store = await open({ endpoints: [dead, first, etcd.url], log: { info: note, warn: note } });
    const watcher = new Collector(store, '/', 0);
    await write(store, put('/a', '1'));
    gate.shut();
    expect(await read(store, '/a')).toBe('1');
    const { revision } = await write(store, put('/a', '2'));
    await watcher.reached(revision);
    expect(watcher.lines().map((line) => line.replace(/^\d+ /, ''))).toEqual(['put /a=1', 'put /a=2 (1)']);
    expect(logged).toEqual([`etcd-endpoint-failed ${dead}`, `etcd-endpoint-failed ${first}`]);
    gate.open();
  });

  test('another cluster at the same address is refused: nothing that is known holds of it', async () => {
    await using other = await EtcdProcess.start(program as string, ['--initial-cluster-token=other']);
    const endpoint = await gate.address(etcd.url);
    await using store = await open({ endpoints: [endpoint], limits: { connectTimeoutMs: 10_000 } });
    const watcher = new Collector(store, '/', 0);
    await watcher.reached(await store.currentRevision());
    gate.shut();
    await gate.address(other.url);
    await expect(store.get('/a')).rejects.toMatchObject({ code: 'corrupt' });
    expect((await watcher.ended()).code).toBe('corrupt');
    await expect(write(store, put('/a', '1'))).rejects.toMatchObject({ code: 'corrupt' });
  });

  const gate = new Gate();
  afterAll(() => gate.close());
});
