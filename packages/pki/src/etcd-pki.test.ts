import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureEtcdPki } from './etcd-pki.ts';

const now = new Date('2026-01-01T00:00:00Z');
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wherry-etcd-pki-'));
});
afterEach(() => rm(dir, { recursive: true }));

const ensure = (ipAddresses = ['192.0.2.1']) =>
  ensureEtcdPki({ dir, commonName: 'host', dnsNames: ['host'], ipAddresses, now });
const read = async (name: string) => new X509Certificate(await readFile(join(dir, `${name}.crt`)));
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';

it("carries kubeadm's file names, all signed by the store's own authority", async () => {
  await ensure();
  const files = (await readdir(dir, { recursive: true })).filter((file) => file.endsWith('.crt')).sort();
  const [authority, ...leaves] = [
    'etcd/ca',
    'apiserver-etcd-client',
    'etcd/healthcheck-client',
    'etcd/peer',
    'etcd/server',
  ];
  expect(files).toEqual([authority, ...leaves].map((name) => `${name}.crt`).sort());
  const ca = await read(authority!);
  for (const name of leaves) expect((await read(name)).verify(ca.publicKey)).toBe(true);
});

it('lets a peer be both client and server, and a client nothing but that', async () => {
  await ensure();
  expect((await read('etcd/peer')).keyUsage).toEqual([serverAuth, clientAuth]);
  expect((await read('etcd/server')).keyUsage).toEqual([serverAuth, clientAuth]);
  expect((await read('etcd/healthcheck-client')).keyUsage).toEqual([clientAuth]);
  expect((await read('apiserver-etcd-client')).keyUsage).toEqual([clientAuth]);
});

it('names all members, and is made anew when there is one more', async () => {
  await ensure();
  const before = await read('etcd/peer');
  for (const ip of ['127.0.0.1', '::1', '192.0.2.1']) expect(before.checkIP(ip)).toBe(ip);
  await ensure();
  expect((await read('etcd/peer')).raw).toEqual(before.raw);
  await ensure(['192.0.2.1', '192.0.2.2']);
  expect((await read('etcd/peer')).checkIP('192.0.2.2')).toBe('192.0.2.2');
});
