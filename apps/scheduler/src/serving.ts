import { readFile } from 'node:fs/promises';
import { serveHealth, type DaemonContext, type HealthServer } from '@wherry/daemon';
import { servingIdentity } from '@wherry/pki/serving';
import type { flags as table } from './options.ts';

type Flags = typeof table;

/** Health and metrics over HTTPS; undefined when --secure-port is 0. */
export async function serve(context: DaemonContext<Flags>): Promise<HealthServer | undefined> {
  const { health, metrics, log } = context;
  const { bindAddress, securePort, tlsCertFile, tlsPrivateKeyFile } = context.flags;
  if (securePort === 0) return undefined;
  const { clientCaFile } = context.flags;
  const clientCa = clientCaFile === undefined ? undefined : await readFile(clientCaFile, 'utf8');
  const identity = await servingIdentity(tlsCertFile, tlsPrivateKeyFile, () =>
    log.info('no certificate given, making a self-signed one'),
  );
  const tls = { ...identity, clientCa };
  return serveHealth({ host: bindAddress, port: securePort, health, metrics, tls });
}
