import type { Secret } from '@wherry/api';

const TYPE = 'bootstrap.kubernetes.io/token';
const prefix = 'bootstrap-token-';

/** By which new nodes introduce themselves. */
export interface BootstrapToken {
  readonly id: string;
  readonly secret: string;
  readonly signs: boolean;
  /** Milliseconds since the epoch; absent: never; a time that cannot be read has passed. */
  readonly expiresAtMs: number | undefined;
}

export function isBootstrapSecret({ type, metadata }: Secret): boolean {
  return type === TYPE && metadata.namespace === 'kube-system';
}

/** @returns undefined for a Secret that is none, or not named after its token */
export function readBootstrapToken(object: Secret): BootstrapToken | undefined {
  if (!isBootstrapSecret(object)) return undefined;
  const text = (key: string) => Buffer.from(object.data?.[key] ?? '', 'base64').toString();
  const [id, secret, expiration] = [text('token-id'), text('token-secret'), text('expiration')];
  if (id === '' || secret === '' || object.metadata.name !== `${prefix}${id}`) return undefined;
  return { id, secret, signs: text('usage-bootstrap-signing') === 'true', expiresAtMs: timeOf(expiration) };
}

export function expirationOf({ data }: Secret): number | undefined {
  return timeOf(Buffer.from(data?.['expiration'] ?? '', 'base64').toString());
}

function timeOf(expiration: string): number | undefined {
  if (expiration === '') return undefined;
  const at = Date.parse(expiration);
  return Number.isNaN(at) ? 0 : at;
}
