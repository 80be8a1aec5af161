import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { Client, credentials } from '@grpc/grpc-js';
import type { PeerTls } from './peer-tls.ts';
import { clientOptions } from './service.ts';

/** An address may not be named in a TLS greeting. */
const nameForAddresses = 'member.wherry.internal';

/** A connection to the member at a URL, of which nothing is reached yet. Throws for a URL that does not fit. */
export function dial(url: string, tls: PeerTls | undefined): Client {
  const { protocol, hostname, port } = new URL(url);
  const wanted = tls === undefined ? 'http:' : 'https:';
  if (protocol !== wanted) throw new Error(`the URL of a member, ${url}, does not begin with ${wanted}//`);
  if (port === '') throw new Error(`the URL of a member, ${url}, has no port`);
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  const target = `${version === 0 ? 'dns' : `ipv${version}`}:${hostname}:${port}`;
  if (tls === undefined) return new Client(target, credentials.createInsecure(), clientOptions);

  const pem = [Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert)] as const;
  if (version === 0) return new Client(target, credentials.createSsl(...pem), clientOptions);
  const verify = {
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(address, certificate),
  };
  return new Client(target, credentials.createSsl(...pem, verify), {
    ...clientOptions,
    'grpc.ssl_target_name_override': nameForAddresses,
  });
}
