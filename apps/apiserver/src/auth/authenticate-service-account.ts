import { createHash } from 'node:crypto';
import { getOwn, type JsonMap } from '@wherry/apimachinery';
import { isSignedBy, parseJwt } from '@wherry/pki/jwt';
import { accountOf, legacyAccountOf } from './service-account-claims.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';
import type { LookUp, TokenVerdict } from './verdict.ts';

/** Of the tokens that a controller puts into Secrets. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount';
/** Signatures that are remembered as good; what they say is judged anew for every request. */
const MAX_REMEMBERED = 4_096;

export class ServiceAccountAuthenticator {
  readonly #keys: ServiceAccountKeys;
  readonly #audiences: readonly string[];
  readonly #lookUp: LookUp;
  /** Claims by the hash of their token, the longest unused first. */
  readonly #verified = new Map<string, JsonMap>();

  constructor(keys: ServiceAccountKeys, audiences: readonly string[], lookUp: LookUp) {
    this.#keys = keys;
    this.#audiences = audiences;
    this.#lookUp = lookUp;
  }

  authenticate(token: string, wanted: readonly string[], now: number): TokenVerdict {
    const claims = this.#verify(token);
    if (claims === undefined || 'error' in claims) return claims;
    const { verified } = claims;
    const issuer = getOwn(verified, 'iss');
    const own = audiencesOf(verified);
    if (own === undefined) return { error: 'the audience claim is malformed' };
    const audiences = (own.length === 0 ? this.#audiences : own).filter((audience) => wanted.includes(audience));
    if (audiences.length === 0) {
      const quoted = (list: readonly string[]) => `[${list.map((text) => JSON.stringify(text)).join(' ')}]`;
      return { error: `token audiences ${quoted(own)} is invalid for the target audiences ${quoted(wanted)}` };
    }
    const verdict =
      issuer === LEGACY_ISSUER
        ? legacyAccountOf(verified, token, this.#lookUp)
        : accountOf(verified, this.#lookUp, now);
    return 'error' in verdict ? verdict : { user: verdict.user, audiences };
  }

  #verify(token: string): { verified: JsonMap } | { error: string } | undefined {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known !== undefined) {
      this.#verified.delete(hash);
      this.#verified.set(hash, known);
      return { verified: known };
    }
    const jwt = parseJwt(token);
    if (jwt === undefined) return undefined;
    const issuer = getOwn(jwt.claims as JsonMap, 'iss');
    if (issuer !== LEGACY_ISSUER && !this.#keys.issuers.some((one) => one === issuer)) return undefined;
    if (!isSignedBy(token, jwt, this.#keys.keys)) return { error: 'invalid signature' };
    const verified = jwt.claims as JsonMap;
    this.#verified.set(hash, verified);
    if (this.#verified.size > MAX_REMEMBERED) this.#verified.delete(this.#verified.keys().next().value!);
    return { verified };
  }
}

/** RFC 7519: one text or a list of them; undefined for anything else, which must not pass for none. */
function audiencesOf(claims: JsonMap): string[] | undefined {
  const value = getOwn(claims, 'aud');
  if (typeof value === 'string') return [value];
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.every((one): one is string => typeof one === 'string');
  return isList ? value : undefined;
}
