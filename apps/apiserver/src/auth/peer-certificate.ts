import { X509Certificate } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';

/** What is known of the other end of a connection, looked at once. */
export interface Connection {
  readonly certificate: ClientCertificate | undefined;
}

export interface ClientCertificate {
  readonly subject: Readonly<Record<string, string | readonly string[]>>;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; those of the whole chain. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** TLS itself found it signed by one of our authorities, and meant for clients. */
  readonly verified: boolean;
  /** The certificate and what was sent with it. */
  readonly chain: readonly X509Certificate[];
}

/** Longer chains are nobody's. */
const MAX_CHAIN = 8;
const connections = new WeakMap<object, Connection>();

export function connectionOf(socket: TLSSocket): Connection {
  let connection = connections.get(socket);
  if (connection === undefined) {
    connection = { certificate: read(socket) };
    connections.set(socket, connection);
  }
  return connection;
}

function read(socket: TLSSocket): ClientCertificate | undefined {
  const peer = socket.getPeerCertificate(true);
  if (peer?.raw === undefined) return undefined;
  const chain: X509Certificate[] = [];
  let link: PeerCertificate | undefined = peer;
  const seen = new Set<string>();
  while (link?.raw !== undefined && chain.length < MAX_CHAIN && !seen.has(link.fingerprint256)) {
    seen.add(link.fingerprint256);
    chain.push(new X509Certificate(link.raw));
    link = (link as { issuerCertificate?: PeerCertificate }).issuerCertificate;
  }
  return {
    subject: peer.subject as unknown as ClientCertificate['subject'],
    fingerprint: peer.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: Math.max(...chain.map((one) => one.validFromDate.getTime())),
    notAfter: Math.min(...chain.map((one) => one.validToDate.getTime())),
    verified: socket.authorized,
    chain,
  };
}

/** Authorities, and which certificates come from them. */
export class Authorities {
  readonly #authorities: readonly X509Certificate[];
  readonly #verdicts = new WeakMap<ClientCertificate, boolean>();

  /** @param bundle PEM certificates, one after the other @throws {Error} for a bundle without any */
  constructor(bundle: string) {
    this.#authorities = splitPem(bundle).map((pem) => new X509Certificate(pem));
    if (this.#authorities.length === 0) throw new Error('no certificate in the bundle of authorities');
  }

  /** Signed by one of them, and in its time now: a connection may outlive its certificate. */
  vouchFor(certificate: ClientCertificate, now: number): boolean {
    if (!certificate.verified || now < certificate.notBefore || now > certificate.notAfter) return false;
    let verdict = this.#verdicts.get(certificate);
    if (verdict === undefined) {
      verdict = this.#signed(certificate.chain);
      this.#verdicts.set(certificate, verdict);
    }
    return verdict;
  }

  /** TLS knows the authorities of all purposes; this tells them apart. */
  #signed(chain: readonly X509Certificate[]): boolean {
    for (const [index, certificate] of chain.entries()) {
      if (this.#authorities.some((one) => certificate.checkIssued(one) && certificate.verify(one.publicKey)))
        return true;
      const next = chain[index + 1];
      if (next === undefined || !certificate.checkIssued(next) || !certificate.verify(next.publicKey)) return false;
    }
    return false;
  }
}

export function splitPem(bundle: string): string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/** The last value of an attribute that may stand several times; empty when it is absent. */
export function lastOf(value: string | readonly string[] | undefined): string {
  return (typeof value === 'string' ? value : value?.at(-1)) ?? '';
}
