import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { ensureEtcdPki } from '@wherry/pki';
import { openStore } from '@wherry/store';
import { startEtcdApi } from '@wherry/store/etcd-api';
import { EtcdClient } from '@wherry/store/etcd-contract';
import { EtcdProcess, findEtcd } from '@wherry/store/etcd-process';
import { clusterService } from '@wherry/store/etcd-proto';
import { eventually } from '../e2e/run.ts';

/** Debian's etcdctl, which goes with Debian's etcd. */
export const etcdctl = `${process.env['WHERRY_CLIENTS']}/etcdctl-3.4`;

/** Both sides have the certificates of one authority, and so has their client. */
export interface Pki {
  /** Files. */
  readonly ca: string;
  readonly server: { cert: string; key: string };
  readonly client: { cert: string; key: string };
}

export async function makePki(dir: string): Promise<Pki> {
  await ensureEtcdPki({ dir, commonName: 'localhost', dnsNames: [], ipAddresses: [], now: new Date() });
  const pair = (name: string) => ({ cert: join(dir, 'etcd', `${name}.crt`), key: join(dir, 'etcd', `${name}.key`) });
  return { ca: join(dir, 'etcd', 'ca.crt'), server: pair('server'), client: pair('healthcheck-client') };
}

/** One etcd endpoint under test, ours or the real one. */
export interface Side extends AsyncDisposable {
  readonly name: 'ours' | 'etcd';
  readonly url: string;
}

export async function startOurs(dir: string, pki: Pki): Promise<Side> {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const store = await openStore({ path: join(dir, 'store'), clientUrls: [url] });
  const read = (file: string) => readFileSync(file, 'utf8');
  const { close } = await startEtcdApi({
    store,
    listen: [{ host: '127.0.0.1', port }],
    tls: { ca: read(pki.ca), cert: read(pki.server.cert), key: read(pki.server.key) },
  });
  return {
    name: 'ours',
    url,
    async [Symbol.asyncDispose]() {
      await close();
      await store[Symbol.asyncDispose]();
    },
  };
}

export async function startTheirs({ ca, server }: Pki): Promise<Side> {
  const program = findEtcd();
  if (program === undefined) throw new Error('no etcd: run scripts/wire, or set $WHERRY_CLIENTS');
  const flags = [
    `--trusted-ca-file=${ca}`,
    `--cert-file=${server.cert}`,
    `--key-file=${server.key}`,
    '--client-cert-auth',
  ];
  const etcd = await EtcdProcess.start(program, flags, 'https');
  return { name: 'etcd', url: etcd.url, [Symbol.asyncDispose]: () => etcd[Symbol.asyncDispose]() };
}

export function clientOf({ url }: Side, { ca, client }: Pki): EtcdClient {
  const channel = credentials.createSsl(readFileSync(ca), readFileSync(client.key), readFileSync(client.cert));
  return new EtcdClient(new URL(url).host, channel);
}

/** Resolves when it answers. */
export async function untilReady(side: Side, pki: Pki): Promise<void> {
  await eventually(`${side.name} answers`, async () => {
    const client = clientOf(side, pki);
    try {
      return (await client.call(clusterService.memberList, {})).members.length === 1;
    } finally {
      client.close();
    }
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
