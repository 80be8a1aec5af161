import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { serveHealth, type DaemonContext, type HealthServer, type ServingTls } from '@wherry/daemon';
import type { flags as table } from './options.ts';

type Context = DaemonContext<typeof table>;

/** Health and metrics over HTTPS; undefined when --secure-port is 0. */
export async function serve(context: Context): Promise<HealthServer | undefined> {
  const { health, metrics, flags } = context;
  if (flags.securePort === 0) return undefined;
  const { clientCaFile } = flags;
  const clientCa = clientCaFile === undefined ? undefined : await readFile(clientCaFile, 'utf8');
  const tls = { ...(await servingIdentity(context)), clientCa };
  return serveHealth({ host: flags.bindAddress, port: flags.securePort, health, metrics, tls });
}

async function servingIdentity({ flags, log }: Context): Promise<ServingTls> {
  const { tlsCertFile, tlsPrivateKeyFile } = flags;
  if (tlsCertFile !== undefined && tlsPrivateKeyFile !== undefined) {
    const [cert, key] = await Promise.all([readFile(tlsCertFile, 'utf8'), readFile(tlsPrivateKeyFile, 'utf8')]);
    return { cert, key };
  }
  if (tlsCertFile !== undefined || tlsPrivateKeyFile !== undefined) {
    throw new Error('--tls-cert-file and --tls-private-key-file must be given together');
  }
  log.info('no certificate given, making a self-signed one');
  const { createCa, issue } = await import('@wherry/pki');
  const ca = await createCa(`${hostname()}-ca`);
  return issue(ca, { commonName: hostname(), dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], usages: ['server'] });
}
