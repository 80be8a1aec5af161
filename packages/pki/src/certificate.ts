import 'reflect-metadata';
import { type KeyObject, X509Certificate, createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** What kubeadm gives: ten years for an authority, one year for what it signs. */
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
const DAY_MS = 86_400_000;
/** Certificates are valid a little before they are made, so that hosts whose clocks lag accept them. */
const BACKDATE_MS = 5 * 60_000;

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface IssueOptions {
  /** The user name the API server sees. */
  commonName: string;
  /** The groups the API server sees. */
  organizations?: string[];
  dnsNames?: string[];
  ipAddresses?: string[];
  usages: ('client' | 'server')[];
  days?: number;
  now?: Date;
}

/** A self-signed authority. */
export async function createCa(commonName: string, options: { days?: number; now?: Date } = {}): Promise<KeyPair> {
  const keys = await generateKeys();
  const cert = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: distinguishedName(commonName),
      keys,
      signingAlgorithm: SIGNING,
      ...validity(options.now, options.days ?? CA_DAYS),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign,
          true,
        ),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: commonName }]),
      ],
    },
    webcrypto,
  );
  return { cert: pem(cert), key: await exportKey(keys.privateKey) };
}

/** A certificate signed by `ca`; its subject is the identity, as Kubernetes reads it (CN user, O groups). */
export async function issue(ca: KeyPair, options: IssueOptions): Promise<KeyPair> {
  const authority = new x509.X509Certificate(ca.cert);
  const signingKey = await importSigningKey(createPrivateKey(ca.key));
  const keys = await generateKeys();
  const names: x509.JsonGeneralName[] = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const usages = options.usages.map((usage) => x509.ExtendedKeyUsage[usage === 'client' ? 'clientAuth' : 'serverAuth']);
  const cert = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: distinguishedName(options.commonName, options.organizations),
      issuer: authority.subjectName,
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: SIGNING,
      ...validity(options.now, options.days ?? LEAF_DAYS),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, webcrypto),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    },
    webcrypto,
  );
  return { cert: pem(cert), key: await exportKey(keys.privateKey) };
}

/** True when `pair` is still good at `now`, was signed by `ca`, and serves every name asked for. */
export function isUsable(
  pair: KeyPair,
  ca: KeyPair,
  names: { dnsNames?: string[]; ipAddresses?: string[] },
  now: Date,
) {
  const cert = new X509Certificate(pair.cert);
  return (
    cert.verify(new X509Certificate(ca.cert).publicKey) &&
    cert.checkPrivateKey(createPrivateKey(pair.key)) &&
    cert.validToDate.getTime() > now.getTime() &&
    (names.dnsNames ?? []).every((name) => cert.checkHost(name, { subject: 'never' }) !== undefined) &&
    (names.ipAddresses ?? []).every((ip) => cert.checkIP(ip) !== undefined)
  );
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
}

async function importSigningKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ type: 'sec1', format: 'pem' })
    .toString();
}

function distinguishedName(commonName: string, organizations: string[] = []): x509.JsonName {
  return [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }];
}

/** RFC 5280: positive, at most 20 octets. */
export function serialNumber(): string {
  const octets = webcrypto.getRandomValues(new Uint8Array(16));
  octets[0] = (octets[0]! & 0x7f) | 0x40;
  return Buffer.from(octets).toString('hex');
}

function validity(now: Date | undefined, days: number): { notBefore: Date; notAfter: Date } {
  const from = (now ?? new Date()).getTime();
  return { notBefore: new Date(from - BACKDATE_MS), notAfter: new Date(from + days * DAY_MS) };
}

export function pem(cert: x509.X509Certificate): string {
  return `${cert.toString('pem')}\n`;
}
