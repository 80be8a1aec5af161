import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEtcdPki } from '@wherry/pki';
import type { Storage } from '@wherry/store';
import { openExternalStore } from '@wherry/store/external';
import { EtcdProcess, findEtcd } from '@wherry/store/etcd-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawRequest } from '../e2e/raw-request.ts';
import { eventually, wherry } from '../e2e/run.ts';
import { oldAndNew } from './clients.ts';
import { startControlPlane, type ControlPlane } from './control-plane.ts';

const kubectl = oldAndNew.at(-1)!.path;
const SECRET_TEXT = 'the-secret-of-the-marshes';
let dir: string;
let etcd: EtcdProcess;
let plane: ControlPlane;
const watches: ChildProcess[] = [];

/** An apiserver over mutual TLS on a real etcd, of which it has a part; Secrets are encrypted. */
beforeAll(async () => {
  const program = findEtcd();
  if (program === undefined) throw new Error('no etcd: run scripts/wire, or set $WHERRY_CLIENTS');
  dir = mkdtempSync(join(tmpdir(), 'wherry-wire-etcd-'));
  await ensureEtcdPki({ dir, commonName: 'localhost', dnsNames: [], ipAddresses: [], now: new Date() });
  const pki = (name: string): string => join(dir, name);
  const tls = [`--cert-file=${pki('etcd/server.crt')}`, `--key-file=${pki('etcd/server.key')}`];
  etcd = await EtcdProcess.start(
    program,
    [...tls, '--client-cert-auth', `--trusted-ca-file=${pki('etcd/ca.crt')}`],
    'https',
  );
  useKeys('k1');
  plane = await startControlPlane([
    `--etcd-servers=${etcd.url}`,
    `--etcd-cafile=${pki('etcd/ca.crt')}`,
    `--etcd-certfile=${pki('apiserver-etcd-client.crt')}`,
    `--etcd-keyfile=${pki('apiserver-etcd-client.key')}`,
    '--etcd-prefix=/wherry',
    `--encryption-provider-config=${pki('encryption.json')}`,
    '--encryption-provider-config-automatic-reload',
  ]);
});

afterAll(async () => {
  for (const child of watches) child.kill('SIGKILL');
  await plane?.stop();
  await etcd?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** The first one encrypts. */
function useKeys(...names: string[]): void {
  const keys = names.map((name) => ({ name, secret: Buffer.alloc(32, name).toString('base64') }));
  const resources = [{ resources: ['secrets'], providers: [{ aesgcm: { keys } }, { identity: {} }] }];
  const head = { kind: 'EncryptionConfiguration', apiVersion: 'apiserver.config.k8s.io/v1' };
  writeFileSync(join(dir, 'encryption.json'), JSON.stringify({ ...head, resources }));
}

/** Past the apiserver. */
function openStore(): Promise<Storage> {
  const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
  const [cert, key] = [read('etcd/healthcheck-client.crt'), read('etcd/healthcheck-client.key')];
  return openExternalStore({
    endpoints: [etcd.url],
    tls: { ca: read('etcd/ca.crt'), cert, key },
    keyPrefix: '/wherry',
  });
}

/** By which keys the Secrets are encrypted. */
async function keysInUse(): Promise<string[]> {
  await using store = await openStore();
  const { items } = await store.list('/registry/secrets/');
  const found = items.map(
    ({ value }) => /^k8s:enc:aesgcm:v1:([^:]*):/.exec(Buffer.from(value).toString('latin1'))?.[1],
  );
  return [...new Set(found.map(String))].sort();
}

async function ok(args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(kubectl, args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** What `kubectl get --watch` prints, as it comes. */
function watchNames(resource: string): () => string[] {
  const args = ['get', resource, '--watch', '-o', 'name', `--kubeconfig=${plane.kubeconfig}`];
  const child = spawn(kubectl, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  watches.push(child);
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return () => text.split('\n').filter((line) => line !== '');
}

const raw = (method: string, path: string, body = '') =>
  rawRequest(method, path, body, 'application/json', plane.kubeconfig);
const names = async (resource: string): Promise<string[]> => (await ok(['get', resource, '-o', 'name'])).split('\n');

test('objects are made, listed page by page, changed, and gone again', async () => {
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: Array.from({ length: 30 }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `page-${String(i).padStart(2, '0')}`, labels: { page: 'yes' } },
    })),
  };
  await ok(['create', '-f', '-'], JSON.stringify(list));
  const paged = await ok(['get', 'configmaps', '-l', 'page', '--chunk-size=7', '-o', 'name']);
  expect(paged.split('\n')).toEqual(list.items.map(({ metadata }) => `configmap/${metadata.name}`));
  await ok(['create', 'deployment', 'web', '--image=web', '--replicas=3']);
  await eventually('the pods of the deployment are there', async () => {
    return (await ok(['get', 'pods', '-l', 'app=web', '-o', 'name'])).split('\n').length === 3;
  });
  await ok(['delete', 'configmaps', '-l', 'page']);
  expect(await ok(['get', 'configmaps', '-l', 'page', '-o', 'name'])).toBe('');
});

test('it lies in etcd under the prefix alone, and Secrets cannot be read there', async () => {
  await ok(['create', 'secret', 'generic', 'hidden', `--from-literal=text=${SECRET_TEXT}`]);
  await using store = await openStore();
  const { items } = await store.list('');
  expect(items.length).toBeGreaterThan(100);
  expect(items.filter(({ key }) => !key.startsWith('/registry/'))).toEqual([]);
  const { kv } = await store.get('/registry/secrets/default/hidden');
  const stored = Buffer.from(kv!.value);
  expect(stored.toString('latin1')).toMatch(/^k8s:enc:aesgcm:v1:k1:/);
  expect(stored.includes(Buffer.from(SECRET_TEXT).toString('base64'))).toBe(false);
  const shown = await ok(['get', 'secret', 'hidden', '-o', 'jsonpath={.data.text}']);
  expect(Buffer.from(shown, 'base64').toString()).toBe(SECRET_TEXT);
});

test('a client without a certificate of etcd’s authority is not let in', async () => {
  const ca = readFileSync(join(dir, 'etcd/ca.crt'), 'utf8');
  const attempt = openExternalStore({ endpoints: [etcd.url], tls: { ca }, limits: { connectTimeoutMs: 1_000 } });
  await expect(attempt).rejects.toMatchObject({ code: 'unavailable' });
});

test('when etcd is killed and comes back nothing is lost, and watches go on without a gap', async () => {
  const seen = watchNames('configmaps');
  const made: string[] = [];
  const make = async (name: string): Promise<void> => {
    await ok(['create', 'configmap', name]);
    made.push(`configmap/${name}`);
  };
  await make('before');
  await eventually('the watch has begun', async () => seen().includes('configmap/before'));
  for (let round = 0; round < 3; round++) {
    await etcd.kill();
    const object = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'while-down' } });
    const path = '/api/v1/namespaces/default/configmaps';
    expect((await raw('GET', '/readyz/etcd')).status).toBe(500);
    for (const request of [raw('POST', path, object), raw('GET', path)]) {
      expect(await request).toMatchObject({ status: 503, body: { reason: 'ServiceUnavailable' } });
    }
    etcd.run();
    await eventually('the apiserver is ready again', async () => {
      return (await raw('GET', '/api/v1/namespaces/default/configmaps')).status === 200;
    });
    await make(`after-${round}`);
  }
  expect(await names('configmaps')).toEqual(expect.arrayContaining(made));
  expect(await names('configmaps')).not.toContain('configmap/while-down');
  await eventually('the watch has all of them', async () => made.every((name) => seen().includes(name)));
  const told = seen().filter((name) => made.includes(name));
  expect(told).toEqual(made);
});

test.each(['SIGTERM', 'SIGKILL'] as const)(
  'an apiserver that is ended by %s finds everything again',
  async (signal) => {
    const shape = ['get', 'configmaps,secrets,deployments,pods,namespaces,serviceaccounts', '-A', '-o', 'json'];
    // What controllers still have to do with it is done.
    let before = '';
    await eventually('nothing changes any more', async () => {
      const last = before;
      before = await ok(shape);
      return before === last;
    });
    await plane.restartApiserver(signal);
    const uids = (text: string): unknown =>
      (JSON.parse(text) as { items: { metadata: { uid: string; name: string } }[] }).items.map(({ metadata }) => [
        metadata.name,
        metadata.uid,
      ]);
    expect(uids(await ok(shape))).toEqual(uids(before));
    await ok(['create', 'configmap', `after-${signal.toLowerCase()}`]);
  },
);

test('an apiserver that is started before etcd waits for it', async () => {
  await etcd.kill();
  const started = plane.restartApiserver('SIGTERM');
  await eventually('the apiserver says that it waits', async () => {
    return readFileSync(join(plane.dir, 'apiserver.log'), 'utf8').includes('waiting-for-etcd');
  });
  etcd.run();
  await started;
  expect(await names('configmaps')).toContain('configmap/before');
});

test('keys are rotated without a restart: all is written again under the new key, and the old one can go', async () => {
  expect(await keysInUse()).toEqual(['k1']);
  useKeys('k2', 'k1');
  let made = 0;
  await eventually('the apiserver encrypts with the new key', async () => {
    await ok(['create', 'secret', 'generic', `rotated-${made++}`, '--from-literal=a=b']);
    return (await keysInUse()).includes('k2');
  });
  const rewrite = await plane.kubectl(wherry, ['etcd', 'rewrite', 'secrets', '--chunk-size=2']);
  expect(rewrite).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^secrets: [1-9]\d* of \d+ written again\n$/),
  });
  expect(await keysInUse()).toEqual(['k2']);
  const again = await plane.kubectl(wherry, ['etcd', 'rewrite', 'secrets']);
  expect(again.stdout).toMatch(/^secrets: 0 of \d+ written again\n$/);
  useKeys('k2');
  await plane.restartApiserver('SIGTERM');
  const shown = await ok(['get', 'secret', 'hidden', '-o', 'jsonpath={.data.text}']);
  expect(Buffer.from(shown, 'base64').toString()).toBe(SECRET_TEXT);
});
