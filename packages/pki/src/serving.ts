import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { KeyPair } from './certificate.ts';

/**
 * What a daemon serves HTTPS with: the files of --tls-cert-file and --tls-private-key-file or, where neither is given,
 * a self-signed certificate for this host that lives as long as the process, as upstream's daemons make one.
 * `selfSigning` is called before that. @throws {Error} when only one file is given, or one cannot be read
 */
export async function servingIdentity(
  certFile: string | undefined,
  keyFile: string | undefined,
  selfSigning: () => void,
): Promise<KeyPair> {
  if (certFile !== undefined && keyFile !== undefined) {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { cert, key };
  }
  if (certFile !== undefined || keyFile !== undefined) {
    throw new Error('--tls-cert-file and --tls-private-key-file must be given together');
  }
  selfSigning();
  // Loaded only here: the X.509 library takes 30 MB that a daemon with a certificate need not spend.
  const { createCa, issue } = await import('./certificate.ts');
  const ca = await createCa(`${hostname()}-ca`);
  return issue(ca, { commonName: hostname(), dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], usages: ['server'] });
}
