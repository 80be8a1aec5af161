import { jwkOf } from '@wherry/pki/jwt';
import type { Answer } from '../http/context.ts';
import type { ServiceAccountKeys } from './service-account-keys.ts';

const MAX_AGE_SECONDS = 3_600;

/** By which others check service-account tokens themselves: OpenID Connect discovery. Undefined for other paths. */
export function answerIssuer(path: string, keys: ServiceAccountKeys | undefined, host: string): Answer | undefined {
  if (keys === undefined) return undefined;
  if (path === '/openid/v1/jwks') {
    return answer('application/jwk-set+json', { keys: keys.keys.map(jwkOf) });
  }
  if (path !== '/.well-known/openid-configuration' || !keys.issuers[0]!.startsWith('https://')) return undefined;
  return answer('application/json', {
    issuer: keys.issuers[0],
    jwks_uri: keys.jwksUri ?? `https://${host}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.keys.map(({ algorithm }) => algorithm))].sort(),
  });
}

function answer(contentType: string, value: unknown): Answer {
  const headers = { 'cache-control': `public, max-age=${MAX_AGE_SECONDS}` };
  return { status: 200, contentType, body: JSON.stringify(value), headers };
}
