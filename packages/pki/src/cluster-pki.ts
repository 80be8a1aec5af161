import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { type IssueOptions, type KeyPair, createCa, isUsable, issue } from './certificate.ts';
import { readIfPresent, readKeyPair, writeKeyPair, writeSecretFile } from './files.ts';

export interface ClusterPkiOptions {
  /** The folder `pki`, with kubeadm's file names. */
  dir: string;
  /** Names and addresses under which the API server is reached. */
  dnsNames: string[];
  ipAddresses: string[];
  now: Date;
}

export interface ClusterPki {
  ca: KeyPair;
}

/**
 * Makes what is missing, expired or does not fit (an API server certificate without one of the names) and keeps the
 * rest; so it can be run at every start. An authority, once made, is never replaced.
 */
export async function ensureClusterPki(options: ClusterPkiOptions): Promise<ClusterPki> {
  const { dir, now } = options;
  const ca = await ensureCa(dir, 'ca', 'kubernetes', now);
  const frontProxyCa = await ensureCa(dir, 'front-proxy-ca', 'front-proxy-ca', now);
  await ensureLeaf(dir, 'apiserver', ca, now, {
    commonName: 'kube-apiserver',
    dnsNames: options.dnsNames,
    ipAddresses: options.ipAddresses,
    usages: ['server'],
  });
  await ensureLeaf(dir, 'apiserver-kubelet-client', ca, now, {
    commonName: 'kube-apiserver-kubelet-client',
    organizations: ['system:masters'],
    usages: ['client'],
  });
  await ensureLeaf(dir, 'front-proxy-client', frontProxyCa, now, {
    commonName: 'front-proxy-client',
    usages: ['client'],
  });
  await ensureServiceAccountKey(dir);
  return { ca };
}

/** A leaf kept in `<dir>/<name>.crt` and `.key`, made anew when it is missing or no longer usable. */
export async function ensureLeaf(
  dir: string,
  name: string,
  ca: KeyPair,
  now: Date,
  options: IssueOptions,
): Promise<KeyPair> {
  const existing = await readKeyPair(dir, name);
  if (existing && isUsable(existing, ca, options, now)) return existing;
  const made = await issue(ca, { ...options, now });
  await writeKeyPair(dir, name, made);
  return made;
}

/** An authority kept in `<dir>/<name>.crt` and `.key`; once made it stays. */
export async function ensureCa(dir: string, name: string, commonName: string, now: Date): Promise<KeyPair> {
  const existing = await readKeyPair(dir, name);
  if (existing) return existing;
  const made = await createCa(commonName, { now });
  await writeKeyPair(dir, name, made);
  return made;
}

/** RSA, as kubeadm's: what upstream's daemons and token reviewers expect of sa.key. */
async function ensureServiceAccountKey(dir: string): Promise<void> {
  if (
    (await readIfPresent(join(dir, 'sa.key'))) !== undefined &&
    (await readIfPresent(join(dir, 'sa.pub'))) !== undefined
  )
    return;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeSecretFile(join(dir, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }).toString());
  await writeSecretFile(join(dir, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }).toString());
}
