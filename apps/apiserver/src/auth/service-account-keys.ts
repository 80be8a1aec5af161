import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { verificationKey, type VerificationKey } from '@wherry/pki/jwt';

/** What service-account tokens are made and checked with. */
export interface ServiceAccountKeys {
  /** The first one makes tokens, all are believed. At least one. */
  readonly issuers: readonly string[];
  /** Absent: no tokens are made. */
  readonly signingKey: KeyObject | undefined;
  readonly keys: readonly VerificationKey[];
  /** 0 is no limit. */
  readonly maxExpirationSeconds: number;
  /** Tokens that pods are given for the apiserver itself live a year, and are warned of after an hour. */
  readonly extendExpiration: boolean;
  /** Where the keys are published; that of this server when absent. */
  readonly jwksUri: string | undefined;
}

export interface ServiceAccountPems {
  readonly issuers: readonly string[];
  /** PEM of a private key. */
  readonly signingKey: string | undefined;
  /** PEMs of public or private keys or certificates, several in each; none: the signing key's own. */
  readonly keys: readonly string[];
  readonly maxExpirationSeconds?: number;
  readonly extendExpiration?: boolean;
  readonly jwksUri?: string | undefined;
}

const blocks = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/g;

/** @returns undefined when there is neither a key to sign with nor one to check with @throws {Error} for what is no key */
export function readServiceAccountKeys(pems: ServiceAccountPems): ServiceAccountKeys | undefined {
  const signingKey = pems.signingKey === undefined ? undefined : createPrivateKey(pems.signingKey);
  const given = pems.keys.flatMap(readPublicKeys);
  const keys = (given.length > 0 || signingKey === undefined ? given : [signingKey]).map(verificationKey);
  if (signingKey === undefined && keys.length === 0) return undefined;
  return {
    issuers: pems.issuers,
    signingKey,
    keys,
    maxExpirationSeconds: pems.maxExpirationSeconds ?? 0,
    extendExpiration: pems.extendExpiration ?? true,
    jwksUri: pems.jwksUri,
  };
}

function readPublicKeys(text: string): KeyObject[] {
  const found = [...text.matchAll(blocks)].filter((match) => match[1] !== 'EC PARAMETERS');
  if (found.length === 0) throw new Error('data does not contain any valid RSA or ECDSA public keys');
  return found.map(([pem, kind]) =>
    kind === 'CERTIFICATE' ? new X509Certificate(pem).publicKey : createPublicKey(pem),
  );
}
