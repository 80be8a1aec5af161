import { readFile } from 'node:fs/promises';
import { serveHealth, type DaemonContext, type HealthServer } from '@wherry/daemon';
import { servingIdentity } from '@wherry/pki/serving';
import type { flags as table } from './options.ts';

type Context = DaemonContext<typeof table>;

/** Health and metrics over HTTPS; undefined when --secure-port is 0. */
export async function serve(context: Context): Promise<HealthServer | undefined> {
  const { health, metrics, flags, log } = context;
  if (flags.securePort === 0) return undefined;
  const { clientCaFile, tlsCertFile, tlsPrivateKeyFile } = flags;
  const clientCa = clientCaFile === undefined ? undefined : await readFile(clientCaFile, 'utf8');
  const identity = await servingIdentity(tlsCertFile, tlsPrivateKeyFile, () =>
    log.info('no certificate given, making a self-signed one'),
  );
  const tls = { ...identity, clientCa };
  return serveHealth({ host: flags.bindAddress, port: flags.securePort, health, metrics, tls });
}
