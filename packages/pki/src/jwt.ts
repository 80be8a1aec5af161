import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** A compact JWS whose signature nobody has looked at yet. */
export interface UnverifiedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A public key as it is published: RFC 7517. */
export interface Jwk {
  readonly use: 'sig';
  readonly kty: 'RSA' | 'EC';
  readonly kid: string;
  readonly alg: Algorithm;
  readonly [member: string]: string;
}

/** One key that tokens may be signed with. */
export interface VerificationKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly key: KeyObject;
}

type Algorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512';

/** Longer ones are refused unread: a header line holds no more. */
export const maxJwtLength = 32 * 1024;

const curves: Readonly<Record<string, Algorithm>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };
const digests: Readonly<Record<Algorithm, string>> = {
  RS256: 'sha256',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
};
const base64url = /^[A-Za-z0-9_-]+$/;

/** @throws {Error} for a key that is neither RSA nor of the curves P-256, P-384, P-521 */
export function verificationKey(key: KeyObject): VerificationKey {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return { id: keyId(publicKey), algorithm: algorithmOf(publicKey), key: publicKey };
}

/** The `kid` of service-account tokens: a hash of the public key, from which the key cannot be had back. */
function keyId(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url');
}

function algorithmOf(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256';
  const algorithm = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (algorithm === undefined) throw new Error('a key for tokens must be RSA, or of the curve P-256, P-384 or P-521');
  return algorithm;
}

export function signJwt(privateKey: KeyObject, claims: Readonly<Record<string, unknown>>): string {
  const { id, algorithm } = verificationKey(privateKey);
  const content = `${encode({ alg: algorithm, kid: id })}.${encode(claims)}`;
  const signature = sign(digests[algorithm], Buffer.from(content), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

/** @returns undefined for what is no compact JWS with JSON objects in it; never throws */
export function parseJwt(token: string): UnverifiedJwt | undefined {
  if (token.length > maxJwtLength) return undefined;
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const header = decode(parts[0]!);
  const claims = decode(parts[1]!);
  return header === undefined || claims === undefined ? undefined : { header, claims };
}

/**
 * True when one of the keys signed it: the one that the header's `kid` names, or any when it names none. The algorithm
 * is the key's own: what the header says has to agree with it.
 */
export function isSignedBy(token: string, { header }: UnverifiedJwt, keys: readonly VerificationKey[]): boolean {
  const { kid, alg, crit } = header;
  // Extensions that must be understood are not.
  if (crit !== undefined) return false;
  const dot = token.lastIndexOf('.');
  const signature = token.slice(dot + 1);
  if (!base64url.test(signature)) return false;
  const bytes = Buffer.from(signature, 'base64url');
  const content = Buffer.from(token.slice(0, dot));
  return keys.some((one) => {
    if (one.algorithm !== alg || (kid !== undefined && kid !== '' && kid !== one.id)) return false;
    return verify(digests[one.algorithm], content, { key: one.key, dsaEncoding: 'ieee-p1363' }, bytes);
  });
}

/** For /openid/v1/jwks. */
export function jwkOf({ id, algorithm, key }: VerificationKey): Jwk {
  const { kty, n, e, crv, x, y } = key.export({ format: 'jwk' });
  const members = kty === 'RSA' ? { n: n!, e: e! } : { crv: crv!, x: x!, y: y! };
  return { use: 'sig', kty: kty as 'RSA' | 'EC', kid: id, alg: algorithm, ...members };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Record<string, unknown> | undefined {
  if (!base64url.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
