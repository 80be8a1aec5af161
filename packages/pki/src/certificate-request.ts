import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { type KeyPair, pem, serialNumber } from './certificate.ts';

/** What somebody asks to have certified: a PKCS #10 request. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

export interface SignOptions {
  /** In Kubernetes' words: `client auth`, `digital signature`, ... */
  readonly usages: readonly string[];
  readonly notBefore: Date;
  /** The authority's own end comes first. */
  readonly notAfter: Date;
}

/** More is nobody's request for one certificate. */
const MAX_BYTES = 64 * 1024;
const SAN = '2.5.29.17';

const { KeyUsageFlags, ExtendedKeyUsage } = x509;
const keyUsages: Readonly<Record<string, number>> = {
  signing: KeyUsageFlags.digitalSignature,
  'digital signature': KeyUsageFlags.digitalSignature,
  'content commitment': KeyUsageFlags.nonRepudiation,
  'key encipherment': KeyUsageFlags.keyEncipherment,
  'key agreement': KeyUsageFlags.keyAgreement,
  'data encipherment': KeyUsageFlags.dataEncipherment,
  'cert sign': KeyUsageFlags.keyCertSign,
  'crl sign': KeyUsageFlags.cRLSign,
  'encipher only': KeyUsageFlags.encipherOnly,
  'decipher only': KeyUsageFlags.decipherOnly,
};
const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': ExtendedKeyUsage.serverAuth,
  'client auth': ExtendedKeyUsage.clientAuth,
  'code signing': ExtendedKeyUsage.codeSigning,
  'email protection': ExtendedKeyUsage.emailProtection,
  's/mime': ExtendedKeyUsage.emailProtection,
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: ExtendedKeyUsage.timeStamping,
  'ocsp signing': ExtendedKeyUsage.ocspSigning,
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** @throws {Error} for what is no PEM of a request that its own key signed */
export async function readCertificateRequest(text: string): Promise<CertificateRequest> {
  const request = await parse(text);
  const attributes = request.subjectName;
  const names = namesOf(request);
  const of = (type: x509.GeneralNameType) => names.filter((name) => name.type === type).map(({ value }) => value);
  return {
    commonName: attributes.getField('CN').at(-1) ?? '',
    organizations: attributes.getField('O'),
    dnsNames: of('dns'),
    ipAddresses: of('ip'),
    emailAddresses: of('email'),
    uris: of('url'),
  };
}

/** The certificate, PEM. Subject, names and key are the request's; nothing else of it is taken over. */
export async function signCertificateRequest(ca: KeyPair, text: string, options: SignOptions): Promise<string> {
  const request = await parse(text);
  const authority = new x509.X509Certificate(ca.cert);
  const { signingKey, signingAlgorithm } = await authorityKey(ca.key);
  const flags = options.usages.reduce((all, usage) => all | (own(keyUsages, usage) ?? 0), 0);
  const extended = options.usages.map((usage) => own(extendedUsages, usage)).filter((usage) => usage !== undefined);
  const unknown = options.usages.find(
    (usage) => !Object.hasOwn(keyUsages, usage) && !Object.hasOwn(extendedUsages, usage),
  );
  if (unknown !== undefined) throw new Error(`unrecognized usage values: ${JSON.stringify([unknown])}`);
  const names = namesOf(request);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: request.subjectName,
      issuer: authority.subjectName,
      publicKey: request.publicKey,
      signingKey,
      signingAlgorithm,
      notBefore: options.notBefore,
      notAfter: options.notAfter < authority.notAfter ? options.notAfter : authority.notAfter,
      extensions: [
        ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
        ...(extended.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(extended)]),
        new x509.BasicConstraintsExtension(false, undefined, true),
        await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey, false, webcrypto),
        ...(names.length === 0
          ? []
          : [new x509.SubjectAlternativeNameExtension(names.map(({ type, value }) => ({ type, value })))]),
      ],
    },
    webcrypto,
  );
  return pem(certificate);
}

/** A request and its new key, PEM. */
export async function createCertificateRequest(
  subject: { commonName: string; organizations?: readonly string[] },
  names: { dnsNames?: readonly string[]; ipAddresses?: readonly string[] } = {},
): Promise<{ request: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const alternative: x509.JsonGeneralName[] = [
    ...(names.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(names.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [...(subject.organizations ?? []).map((name) => ({ O: [name] })), { CN: [subject.commonName] }],
      keys,
      signingAlgorithm: { ...algorithm, hash: 'SHA-256' },
      extensions: alternative.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(alternative)],
    },
    webcrypto,
  );
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'sec1', format: 'pem' });
  return { request: `${request.toString('pem')}\n`, key: key.toString() };
}

async function parse(text: string): Promise<x509.Pkcs10CertificateRequest> {
  if (text.length > MAX_BYTES) throw new Error('the certificate request is too large');
  const block =
    /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
      text,
    );
  if (block === null) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const request = new x509.Pkcs10CertificateRequest(Buffer.from(block[1]!, 'base64'));
  if (!(await request.verify(webcrypto))) throw new Error('the certificate request is not signed by its own key');
  return request;
}

function namesOf(request: x509.Pkcs10CertificateRequest): readonly x509.GeneralName[] {
  const extension = request.extensions.find(({ type }) => type === SAN);
  return extension instanceof x509.SubjectAlternativeNameExtension ? extension.names.items : [];
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** RSA as kubeadm makes it, or an elliptic curve as we do. */
async function authorityKey(text: string) {
  const key = createPrivateKey(text);
  const der = key.export({ type: 'pkcs8', format: 'der' });
  const curve = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }[
    key.asymmetricKeyDetails?.namedCurve ?? ''
  ];
  const algorithm =
    curve === undefined
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : { name: 'ECDSA', namedCurve: curve, hash: 'SHA-256' };
  const signingKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
  return { signingKey, signingAlgorithm: algorithm };
}
