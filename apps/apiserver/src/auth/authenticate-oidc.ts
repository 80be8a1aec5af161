import { createPublicKey } from 'node:crypto';
import { getOwn, isMap, type JsonMap } from '@wherry/apimachinery';
import { isSignedBy, parseJwt, verificationKey, type VerificationKey } from '@wherry/pki/jwt';
import { getJson } from './get-json.ts';
import type { TokenVerdict } from './verdict.ts';

/** Who issues ID tokens that are believed, and what of them is the user: OpenID Connect. */
export interface OidcOptions {
  readonly issuerUrl: string;
  readonly clientId: string;
  /** PEM of who signed the issuer's own certificate; the host's authorities when absent. */
  readonly ca: string | undefined;
  readonly usernameClaim: string;
  /** '-' is none; absent, names that are no e-mail addresses begin with the issuer and '#'. */
  readonly usernamePrefix: string | undefined;
  readonly groupsClaim: string | undefined;
  readonly groupsPrefix: string;
  readonly signingAlgs: readonly string[];
  readonly requiredClaims: Readonly<Record<string, string>>;
}

/** Keys are asked for no more often than this, whatever tokens come. */
const refreshMs = 10_000;
const supportedAlgs = ['RS256', 'ES256', 'ES384', 'ES512'];

export class OidcAuthenticator {
  readonly #options: OidcOptions;
  readonly #fetch: typeof getJson;
  #keys: readonly VerificationKey[] | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  /** Why the keys could not be had the last time. */
  #trouble = '';

  /** @throws {Error} for options that cannot work */
  constructor(options: OidcOptions, fetch: typeof getJson = getJson) {
    if (!options.issuerUrl.startsWith('https://')) throw new Error('oidc-issuer-url must use https');
    if (options.clientId === '') throw new Error('oidc-client-id must be specified with oidc-issuer-url');
    const unknown = options.signingAlgs.find((algorithm) => !supportedAlgs.includes(algorithm));
    if (unknown !== undefined) throw new Error(`oidc: unsupported signing alg: ${JSON.stringify(unknown)}`);
    this.#options = options;
    this.#fetch = fetch;
  }

  authenticate(token: string, now: number): TokenVerdict {
    const jwt = parseJwt(token);
    if (jwt === undefined || getOwn(jwt.claims as JsonMap, 'iss') !== this.#options.issuerUrl) return undefined;
    const keys = (this.#keys ?? []).filter(({ algorithm }) => this.#options.signingAlgs.includes(algorithm));
    if (!isSignedBy(token, jwt, keys)) {
      // A key that is new at the issuer serves the next request.
      if (!keys.some(({ id }) => id === jwt.header['kid'])) void this.refresh(now);
      const why =
        this.#keys === undefined ? `authenticator not initialized${this.#trouble}` : 'failed to verify signature';
      return { error: `oidc: ${why}` };
    }
    const verdict = userOf(jwt.claims as JsonMap, this.#options, now);
    return typeof verdict === 'string' ? { error: `oidc: ${verdict}` } : verdict;
  }

  /** Asks the issuer for its keys, unless that was done a moment ago. What fails is tried again with a later token. */
  async refresh(now: number): Promise<void> {
    if (now - this.#askedAtMs < refreshMs) return;
    this.#askedAtMs = now;
    const { issuerUrl, ca } = this.#options;
    try {
      const found = await this.#fetch(`${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`, ca);
      const uri = isMap(found) && found['issuer'] === issuerUrl ? found['jwks_uri'] : undefined;
      if (typeof uri !== 'string' || !uri.startsWith('https://'))
        throw new Error(`${issuerUrl} does not say where its keys are`);
      const set = await this.#fetch(uri, ca);
      const list = isMap(set) && Array.isArray(set['keys']) ? set['keys'] : [];
      this.#keys = list.map(keyOf).filter((key) => key !== undefined);
      this.#trouble = '';
    } catch (error) {
      // Told to who reviews a token.
      this.#trouble = `: ${(error as Error).message}`;
    }
  }
}

/** What is no key for signatures, or of a kind that we do not know, is passed over. */
function keyOf(jwk: unknown): VerificationKey | undefined {
  if (!isMap(jwk) || (jwk['use'] !== undefined && jwk['use'] !== 'sig')) return undefined;
  try {
    const key = verificationKey(createPublicKey({ key: jwk as Record<string, string>, format: 'jwk' }));
    return typeof jwk['kid'] === 'string' ? { ...key, id: jwk['kid'] } : key;
  } catch {
    return undefined;
  }
}

/** The user, or why there is none. */
function userOf(claims: JsonMap, options: OidcOptions, now: number): Exclude<TokenVerdict, undefined> | string {
  const { issuerUrl, clientId, usernameClaim, groupsClaim, groupsPrefix, requiredClaims } = options;
  const audience = getOwn(claims, 'aud');
  if (audience !== clientId && !(Array.isArray(audience) && audience.includes(clientId))) {
    return `verify token: oidc: expected audience ${JSON.stringify(clientId)} got ${JSON.stringify(audience ?? [])}`;
  }
  const [expires, begins] = [getOwn(claims, 'exp'), getOwn(claims, 'nbf')];
  if (typeof expires !== 'number' || expires * 1_000 <= now) return 'verify token: oidc: token is expired';
  if (typeof begins === 'number' && begins * 1_000 > now + 5 * 60_000)
    return 'verify token: oidc: current time before the nbf (not before) time';
  const name = getOwn(claims, usernameClaim);
  if (typeof name !== 'string' || name === '') return `claim not present: ${usernameClaim}`;
  const verified = getOwn(claims, 'email_verified');
  if (usernameClaim === 'email' && verified !== undefined && verified !== true) return 'email not verified';
  for (const [claim, value] of Object.entries(requiredClaims)) {
    const given = getOwn(claims, claim);
    if (given === undefined) return `required claim ${claim} not present in ID token`;
    if (given !== value)
      return `required claim ${claim} value does not match. Got = ${JSON.stringify(given)}, want = ${value}`;
  }
  const groups = groupsClaim === undefined ? [] : groupsOf(getOwn(claims, groupsClaim));
  if (groups === undefined) return `parse groups claim ${JSON.stringify(groupsClaim)}: not a text or a list of texts`;
  const prefix = options.usernamePrefix ?? (usernameClaim === 'email' ? '-' : `${issuerUrl}#`);
  return {
    user: { name: `${prefix === '-' ? '' : prefix}${name}`, groups: groups.map((group) => groupsPrefix + group) },
  };
}

function groupsOf(value: unknown): string[] | undefined {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((one): one is string => typeof one === 'string') ? value : undefined;
}
