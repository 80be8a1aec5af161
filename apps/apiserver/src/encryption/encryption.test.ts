import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configMaps, secrets, type Secret } from '@wherry/api';
import { createLogger } from '@wherry/daemon';
import { Registry } from '@wherry/daemon/metrics';
import { openMemoryStore, openStore, type Storage } from '@wherry/store';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestApiserver, type TestApiserver } from '../../../../test/fixture/cluster-fixture.ts';
import { configMap, refusal, summary, take } from '../testing/objects.ts';
import { openEncryption } from './key-file.ts';

const RELOAD_MS = 10;
const log = createLogger('encryption-test');
log.level = 'silent';

let dir: string;
let file: string;
let metrics: Registry;
let closing: (() => Promise<void>)[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wherry-encryption-'));
  file = join(dir, 'keys.yaml');
  closing = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const key = (name: string, fill: number) => ({ name, secret: Buffer.alloc(32, fill).toString('base64') });
const gcm = (...keys: ReturnType<typeof key>[]) => ({ aesgcm: { keys } });
const identity = { identity: {} };

function configure(...providers: object[]): void {
  const resources = [{ resources: ['secrets'], providers }];
  writeFileSync(
    file,
    JSON.stringify({ kind: 'EncryptionConfiguration', apiVersion: 'apiserver.config.k8s.io/v1', resources }),
  );
}

interface Running {
  cluster: TestApiserver;
  /** Below the encryption. */
  store: Storage;
  stop(): Promise<void>;
}

/** An apiserver on the store of this test's folder; one that runs has to be stopped before. */
async function start(options: { encrypted?: boolean } = {}): Promise<Running> {
  const store = await openStore({ path: join(dir, 'store') });
  const stopping = new AbortController();
  metrics = new Registry();
  const path = options.encrypted === false ? undefined : file;
  const storage = await openEncryption(store, { path, reloadMs: RELOAD_MS, signal: stopping.signal, log, metrics });
  const cluster = await startTestApiserver({ storage });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    stopping.abort();
    await cluster.close();
    await store[Symbol.asyncDispose]();
  };
  closing.push(stop);
  return { cluster, store, stop };
}

const secret = (name: string, text: string, namespace = 'default'): Secret => ({
  metadata: { name, namespace },
  data: { password: Buffer.from(text).toString('base64') },
});
const inDefault = { namespace: 'default' };
const storageKey = (name: string) => `/registry/secrets/default/${name}`;
const prefixOf = async (store: Storage, name: string): Promise<string> => {
  const { kv } = await store.get(storageKey(name));
  return Buffer.from(kv?.value ?? [])
    .toString('latin1')
    .replace(/^(k8s:enc:[^:]+:v1:[^:]+:)?.*$/s, '$1');
};

function everyByteBelow(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return Buffer.concat(files.filter((name) => statSync(name).isFile()).map((name) => readFileSync(name)));
}

test('what is chosen is nowhere on the disk as it reads, and what is not is', async () => {
  configure(gcm(key('k1', 1)), identity);
  const { cluster, stop } = await start();
  await cluster.client.resource(secrets).create(secret('a', 'correct horse battery staple'));
  await cluster.client.resource(configMaps).create(configMap('plain', { text: 'tomato soup with basil' }));
  const { data } = await cluster.client.resource(secrets).get('a', inDefault);
  expect(Buffer.from(data!['password']!, 'base64').toString()).toBe('correct horse battery staple');
  await stop();
  const disk = everyByteBelow(join(dir, 'store'));
  expect(disk.includes('tomato soup with basil')).toBe(true);
  expect(disk.includes('k8s:enc:aesgcm:v1:k1:')).toBe(true);
  expect(disk.includes('correct horse battery staple')).toBe(false);
  expect(disk.includes(Buffer.from('correct horse battery staple').toString('base64'))).toBe(false);
});

test('keys are rotated while the apiserver runs: old values are read, and written anew by replacing each with itself', async () => {
  configure(gcm(key('k1', 1)));
  const { cluster, store } = await start();
  const client = cluster.client.resource(secrets);
  await client.create(secret('a', 'one'));
  const before = await client.get('a', inDefault);
  expect(await client.update(before)).toEqual(before);
  configure(gcm(key('k2', 2), key('k1', 1)));
  await vi.waitFor(async () => {
    expect(await metrics.metrics()).toContain('automatic_reloads_total{status="success"} 1');
  });
  expect(await client.get('a', inDefault)).toEqual(before);
  expect(await prefixOf(store, 'a')).toBe('k8s:enc:aesgcm:v1:k1:');
  const after = await client.update(before);
  expect(after).toEqual({ ...before, metadata: { ...before.metadata, resourceVersion: expect.any(String) } });
  expect(Number(after.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion));
  expect(await prefixOf(store, 'a')).toBe('k8s:enc:aesgcm:v1:k2:');
  expect(await client.update(after)).toEqual(after);
  expect(await prefixOf(store, 'a')).toBe('k8s:enc:aesgcm:v1:k2:');
});

test('a wrong file while the apiserver runs changes nothing, and the next right one counts', async () => {
  configure(gcm(key('k1', 1)));
  const { cluster, store } = await start();
  writeFileSync(file, 'kind: Nonsense');
  await vi.waitFor(async () => {
    expect(await metrics.metrics()).toContain('automatic_reloads_total{status="failure"} 1');
  });
  await cluster.client.resource(secrets).create(secret('a', 'one'));
  expect(await prefixOf(store, 'a')).toBe('k8s:enc:aesgcm:v1:k1:');
  configure(gcm(key('k2', 2), key('k1', 1)));
  await vi.waitFor(async () => {
    expect(await metrics.metrics()).toContain('automatic_reloads_total{status="success"} 1');
  });
  await cluster.client.resource(secrets).create(secret('b', 'two'));
  expect(await prefixOf(store, 'b')).toBe('k8s:enc:aesgcm:v1:k2:');
});

test('what is not encrypted yet is read through identity, and encrypted by replacing it with itself', async () => {
  const first = await start({ encrypted: false });
  await first.cluster.client.resource(secrets).create(secret('a', 'one'));
  await first.stop();
  configure(gcm(key('k1', 1)), identity);
  const { cluster, store } = await start();
  const client = cluster.client.resource(secrets);
  expect(await prefixOf(store, 'a')).toBe('');
  await client.update(await client.get('a', inDefault));
  expect(await prefixOf(store, 'a')).toBe('k8s:enc:aesgcm:v1:k1:');
});

test.each([
  [
    'a key that is not there any more',
    [gcm(key('k2', 2))],
    'no matching key was found for the provided AES transformer',
  ],
  ['another key of the same name', [gcm(key('k1', 3))], 'cipher: message authentication failed'],
  ['no encryption any more', undefined, 'identity transformer tried to read encrypted data'],
])(
  'with %s its objects are refused, the others are served, and the old key brings all back',
  async (_what, providers, why) => {
    configure(gcm(key('k1', 1)));
    const first = await start();
    await first.cluster.client.resource(secrets).create(secret('a', 'one'));
    await first.stop();
    if (providers) configure(...providers);
    const second = await start({ encrypted: providers !== undefined });
    const client = second.cluster.client.resource(secrets);
    const message = `Internal error occurred: unable to transform key "${storageKey('a')}": ${why}`;
    const refused = async (request: Promise<unknown>): Promise<void> => {
      const { code, message: said } = await refusal(request);
      expect([code, said]).toEqual([500, message]);
    };
    await refused(client.get('a', inDefault));
    await refused(client.list(inDefault));
    await refused(client.list());
    await refused(client.list({ ...inDefault, labelSelector: 'app=none' }));
    await refused(client.update(secret('a', 'two')));
    await refused(client.delete('a', inDefault));
    await refused(client.watch({ ...inDefault }).next());
    expect((await client.list({ namespace: 'kube-system' })).items).toEqual([]);
    await client.create(secret('b', 'two'));
    expect((await client.get('b', inDefault)).metadata.name).toBe('b');
    await second.cluster.client.resource(configMaps).create(configMap('c'));
    expect((await refusal(client.create(secret('a', 'two')))).code).toBe(409);
    await second.stop();
    configure(gcm(key('k1', 1), key('k2', 2)), gcm(key('k1', 3)), identity);
    const third = await start();
    const { items } = await third.cluster.client.resource(secrets).list(inDefault);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
  },
);

test('ciphertext that was copied to another key is refused there, and ends the watches it concerns, until it is gone', async () => {
  configure(gcm(key('k1', 1)));
  const { cluster, store } = await start();
  const client = cluster.client.resource(secrets);
  await client.create(secret('a', 'one'));
  const { metadata } = await client.create(secret('b', 'two'));
  const end = new AbortController();
  const watching = client.watch({ ...inDefault, resourceVersion: metadata.resourceVersion, signal: end.signal });
  const elsewhere = client.watch({
    namespace: 'kube-system',
    resourceVersion: metadata.resourceVersion,
    signal: end.signal,
  });
  const ended = watching.next();
  const value = (await store.get(storageKey('a'))).kv!.value;
  await store.txn({ compares: [], success: [{ type: 'put', key: storageKey('b'), value }] });
  expect((await ended).done).toBe(true);
  expect((await refusal(client.get('b', inDefault))).message).toContain(`unable to transform key "${storageKey('b')}"`);
  expect((await refusal(client.list(inDefault))).code).toBe(500);
  const again = client.watch({ ...inDefault, resourceVersion: metadata.resourceVersion, signal: end.signal });
  expect((await refusal(again.next())).message).toContain(`unable to transform key "${storageKey('b')}"`);
  expect((await client.get('a', inDefault)).metadata.name).toBe('a');
  await client.create(secret('c', 'three', 'kube-system'));
  expect(summary(await take(elsewhere, 1))).toEqual(['ADDED c']);
  await store.txn({ compares: [], success: [{ type: 'delete', key: storageKey('b') }] });
  const { items } = await client.list(inDefault);
  expect(items.map(({ metadata: { name } }) => name)).toEqual(['a']);
  end.abort();
});

test('what another apiserver wrote under a key that is not known here yet is read as soon as it is', async () => {
  configure(gcm(key('k1', 1)));
  const { cluster, store } = await start();
  const client = cluster.client.resource(secrets);
  await client.create(secret('a', 'one'));
  const others = join(dir, 'others.yaml');
  writeFileSync(others, readFileSync(file, 'utf8').replace('"k1"', '"k2"'));
  const signal = new AbortController().signal;
  const other = await openEncryption(store, { path: others, reloadMs: 0, signal, log, metrics: new Registry() });
  const { kv } = await cluster.storage.get(storageKey('a'));
  await other.txn({ compares: [], success: [{ type: 'put', key: storageKey('a'), value: kv!.value }] });
  expect((await refusal(client.get('a', inDefault))).code).toBe(500);
  configure(gcm(key('k1', 1), key('k2', 1)));
  await vi.waitFor(async () => {
    expect((await client.get('a', inDefault)).metadata.name).toBe('a');
  });
});

test('a wrong file at the start is one line', async () => {
  await using store = await openMemoryStore();
  const open = () =>
    openEncryption(store, {
      path: file,
      reloadMs: 0,
      signal: new AbortController().signal,
      log,
      metrics: new Registry(),
    });
  writeFileSync(file, 'kind: Nonsense');
  await expect(open()).rejects.toThrow(/^encryption provider configuration file ".*keys.yaml": expected kind/);
  rmSync(file);
  await expect(open()).rejects.toThrow(/^error opening encryption provider configuration file ".*keys.yaml": ENOENT/);
});
