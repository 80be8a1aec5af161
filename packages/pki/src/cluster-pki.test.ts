import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCa, issue } from './certificate.ts';
import { ensureClusterPki } from './cluster-pki.ts';

const now = new Date('2026-01-01T00:00:00Z');
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wherry-pki-'));
});
afterEach(() => rm(dir, { recursive: true }));

const ensure = (at: Date, ipAddresses = ['10.96.0.1', '127.0.0.1']) =>
  ensureClusterPki({ dir, dnsNames: ['kubernetes', 'localhost'], ipAddresses, now: at });
const read = async () =>
  Object.fromEntries(
    await Promise.all((await readdir(dir)).map(async (f) => [f, await readFile(join(dir, f), 'utf8')] as const)),
  );

describe('the PKI of a cluster', () => {
  it("carries kubeadm's file names, and private keys only their owner may read", async () => {
    await ensure(now);
    const files = (await readdir(dir)).sort();
    expect(files).toEqual([
      'apiserver-kubelet-client.crt',
      'apiserver-kubelet-client.key',
      'apiserver.crt',
      'apiserver.key',
      'ca.crt',
      'ca.key',
      'front-proxy-ca.crt',
      'front-proxy-ca.key',
      'front-proxy-client.crt',
      'front-proxy-client.key',
      'sa.key',
      'sa.pub',
    ]);
    for (const file of files.filter((f) => f.endsWith('.key'))) {
      expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    }
  });

  it('keeps every file when it is run again', async () => {
    await ensure(now);
    const before = await read();
    await ensure(now);
    expect(await read()).toEqual(before);
  });

  it('renews what has expired but never an authority', async () => {
    await ensure(now);
    const before = await read();
    await ensure(new Date('2027-06-01T00:00:00Z'));
    const after = await read();
    expect(after['ca.crt']).toBe(before['ca.crt']);
    expect(after['apiserver.crt']).not.toBe(before['apiserver.crt']);
  });

  it('makes a new server certificate when an address is asked for that the old one lacks', async () => {
    await ensure(now);
    await ensure(now, ['10.96.0.1', '192.0.2.7']);
    const cert = new X509Certificate(await readFile(join(dir, 'apiserver.crt')));
    expect(cert.checkIP('192.0.2.7')).toBe('192.0.2.7');
    expect(cert.checkHost('kubernetes')).toBe('kubernetes');
  });
});

describe('a certificate', () => {
  it('proves the identity of a client to a TLS server: CN and every O arrive', async () => {
    const ca = await createCa('test');
    const server = await issue(ca, { commonName: 'server', ipAddresses: ['127.0.0.1'], usages: ['server'] });
    const client = await issue(ca, { commonName: 'alice', organizations: ['dev', 'ops'], usages: ['client'] });
    const seen = Promise.withResolvers<tls.PeerCertificate>();
    const listener = tls.createServer(
      { ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: true },
      (socket) => {
        seen.resolve(socket.getPeerCertificate());
        socket.end();
      },
    );
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const socket = tls.connect({
      ...client,
      ca: ca.cert,
      host: '127.0.0.1',
      port: (listener.address() as AddressInfo).port,
    });
    const peer = await seen.promise;
    socket.destroy();
    listener.close();
    expect(peer.subject).toMatchObject({ CN: 'alice', O: ['dev', 'ops'] });
  });

  it('of another authority is not accepted', async () => {
    const [ca, other] = [await createCa('a'), await createCa('b')];
    const leaf = await issue(other, { commonName: 'x', usages: ['client'] });
    expect(new X509Certificate(leaf.cert).verify(new X509Certificate(ca.cert).publicKey)).toBe(false);
  });
});
