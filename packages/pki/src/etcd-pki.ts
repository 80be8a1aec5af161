import { join } from 'node:path';
import { ensureCa, ensureLeaf } from './cluster-pki.ts';

export interface EtcdPkiOptions {
  /** The folder `pki`: what is of the store lies in its `etcd/`, but for the apiserver's own client certificate. */
  dir: string;
  /** Common name of the serving and peer certificates: the host of the members. */
  commonName: string;
  /** Names and addresses under which the members on this host are reached, by clients and by each other. */
  dnsNames: string[];
  ipAddresses: string[];
  now: Date;
}

/**
 * The store's authority, which is not the cluster's (who may write to the store may do everything), and what it signs:
 * made, kept and renewed as ensureClusterPki does. A peer is a client of the others and their server.
 */
export async function ensureEtcdPki(options: EtcdPkiOptions): Promise<void> {
  const { dir, now, commonName } = options;
  const folder = join(dir, 'etcd');
  const ca = await ensureCa(folder, 'ca', 'etcd-ca', now);
  const dnsNames = [...new Set(['localhost', ...options.dnsNames])];
  const ipAddresses = [...new Set(['127.0.0.1', '::1', ...options.ipAddresses])];
  const member = { commonName, dnsNames, ipAddresses, usages: ['server' as const, 'client' as const] };
  await ensureLeaf(folder, 'server', ca, now, member);
  await ensureLeaf(folder, 'peer', ca, now, member);
  await ensureLeaf(folder, 'healthcheck-client', ca, now, {
    commonName: 'kube-etcd-healthcheck-client',
    usages: ['client'],
  });
  await ensureLeaf(dir, 'apiserver-etcd-client', ca, now, {
    commonName: 'kube-apiserver-etcd-client',
    usages: ['client'],
  });
}
