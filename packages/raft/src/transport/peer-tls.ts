import type { PeerCertificate } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';

/** In PEM. The certificate serves and is a client's; `ca` is whose certificates of others are accepted. */
export interface PeerTls {
  ca: string | Buffer;
  cert: string | Buffer;
  key: string | Buffer;
}

const serverAuth = '1.3.6.1.5.5.7.3.1';

export function serverCredentials(tls: PeerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  return ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true);
}

/** The same authority signs certificates of mere clients: a member's is one that may serve. */
export function isMember(certificate: PeerCertificate | undefined): boolean {
  const usages = certificate?.ext_key_usage ?? [];
  return usages.length === 0 || usages.includes(serverAuth);
}
