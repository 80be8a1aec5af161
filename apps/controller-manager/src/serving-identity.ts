import { readFile } from 'node:fs/promises';
import type { ClientConfig } from '@wherry/client';
import type { Options } from './options.ts';

/**
 * The certificate and key, as PEM, with which health and metrics are served: those told by flags, or else the daemon's
 * own from its kubeconfig, so that there is never a plain-text port. @throws {Error} when there is neither
 */
export async function servingIdentity(
  options: Pick<Options, 'tlsCertFile' | 'tlsPrivateKeyFile' | 'securePort'>,
  config: ClientConfig,
): Promise<{ cert: string; key: string } | undefined> {
  const { tlsCertFile, tlsPrivateKeyFile } = options;
  if (options.securePort === 0) return undefined;
  if (tlsCertFile !== undefined && tlsPrivateKeyFile !== undefined) {
    const [cert, key] = await Promise.all([readFile(tlsCertFile, 'utf8'), readFile(tlsPrivateKeyFile, 'utf8')]);
    return { cert, key };
  }
  if (config.cert === undefined || config.key === undefined) {
    throw new Error('--tls-cert-file and --tls-private-key-file are needed: the kubeconfig has no client certificate');
  }
  return { cert: config.cert, key: config.key };
}
