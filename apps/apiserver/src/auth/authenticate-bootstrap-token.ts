import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@wherry/api';
import type { LookUp, TokenVerdict } from './verdict.ts';

const tokenPattern = /^([a-z0-9]{6})\.([a-z0-9]{16})$/;
const groupPattern = /^system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]$/;
const SECRET_TYPE = 'bootstrap.kubernetes.io/token';

/**
 * `<id>.<secret>` of the Secret kube-system/bootstrap-token-<id>, by which new nodes introduce themselves. What is
 * wrong with the Secret is never told to who asks.
 */
export function authenticateBootstrapToken(token: string, lookUp: LookUp, now: number): TokenVerdict {
  const match = tokenPattern.exec(token);
  if (match === null) return undefined;
  const [, id = '', secretPart = ''] = match;
  const secret = lookUp('/v1/secrets', `kube-system/bootstrap-token-${id}`) as Secret | undefined;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined || secret.type !== SECRET_TYPE)
    return undefined;
  const data = (key: string): string => {
    const base64 = secret.data && Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
    return Buffer.from(base64 ?? '', 'base64').toString();
  };
  if (!sameSecret(data('token-secret'), secretPart) || data('token-id') !== id) return undefined;
  if (isExpired(data('expiration'), now) || data('usage-bootstrap-authentication') !== 'true') return undefined;
  const extra = data('auth-extra-groups');
  const groups = extra === '' ? [] : extra.split(',');
  if (!groups.every((group) => groupPattern.test(group))) return undefined;
  return { user: { name: `system:bootstrap:${id}`, groups: [...new Set(['system:bootstrappers', ...groups])].sort() } };
}

/** A time that cannot be read has passed: a broken Secret opens nothing. */
function isExpired(expiration: string, now: number): boolean {
  if (expiration === '') return false;
  const at = Date.parse(expiration);
  return !(at > now);
}

/** In a time that tells neither where they differ nor how long they are. */
function sameSecret(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return a !== '' && timingSafeEqual(hash(a), hash(b));
}
