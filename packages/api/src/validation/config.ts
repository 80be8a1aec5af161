import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isConfigMapKey,
} from '@wherry/apimachinery';
import type { ConfigMap } from '../core/config-map.ts';
import type { Secret } from '../core/secret.ts';
import { byteLength, validateImmutable } from './metadata.ts';
import { matching, type Findings } from './value-rules.ts';

const maxBytes = 1024 * 1024;
const immutableDetail = 'field is immutable when `immutable` is set';

export function* configMap(map: ConfigMap): Findings {
  const { data = {}, binaryData = {} } = map;
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    yield* matching(isConfigMapKey(key), key, `data[${key}]`);
    if (Object.hasOwn(binaryData, key))
      yield fieldInvalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
    bytes += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    yield* matching(isConfigMapKey(key), key, `binaryData[${key}]`);
    bytes += decodedBytes(value);
  }
  // The path is that of the object itself, which upstream prints as empty brackets.
  if (bytes > maxBytes) yield fieldTooLong('[]', maxBytes);
}

export function* configMapUpdate(map: ConfigMap, old: ConfigMap): Findings {
  yield* frozen(map, old, ['data', 'binaryData']);
  yield* configMap(map);
}

export function* secret(object: Secret): Findings {
  let bytes = 0;
  for (const [key, value] of Object.entries(object.data ?? {})) {
    yield* matching(isConfigMapKey(key), key, `data[${key}]`);
    bytes += decodedBytes(value);
  }
  if (bytes > maxBytes) yield fieldTooLong('data', maxBytes);
  yield* byType(object);
}

export function* secretUpdate(object: Secret, old: Secret): Findings {
  yield* validateImmutable(object.type, old.type, 'type');
  yield* frozen(object, old, ['data']);
  yield* secret(object);
}

function* frozen<T extends { immutable?: boolean | undefined }>(
  next: T,
  old: T,
  fields: readonly (keyof T & string)[],
): Findings {
  if (old.immutable !== true) return;
  if (next.immutable !== true) yield fieldForbidden('immutable', immutableDetail);
  for (const field of fields) {
    if (!deepEqual(next[field] ?? {}, old[field] ?? {})) yield fieldForbidden(field, immutableDetail);
  }
}

function* byType({ type, data = {}, metadata }: Secret): Findings {
  const needs = function* (...keys: string[]): Findings {
    for (const key of keys) if (!Object.hasOwn(data, key)) yield fieldRequired(`data[${key}]`);
  };
  switch (type) {
    case 'kubernetes.io/service-account-token': {
      const key = 'kubernetes.io/service-account.name';
      if (!metadata.annotations?.[key]) yield fieldRequired(`metadata.annotations[${key}]`);
      return;
    }
    case 'kubernetes.io/dockercfg':
      return yield* dockerConfig(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return yield* dockerConfig(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth':
      if (!Object.hasOwn(data, 'username') && !Object.hasOwn(data, 'password')) yield* needs('username', 'password');
      return;
    case 'kubernetes.io/ssh-auth':
      if (!data['ssh-privatekey']) yield fieldRequired('data[ssh-privatekey]');
      return;
    case 'kubernetes.io/tls':
      return yield* needs('tls.crt', 'tls.key');
    default:
      return;
  }
}

function* dockerConfig(data: Readonly<Record<string, string>>, key: string): Findings {
  const value = Object.hasOwn(data, key) ? data[key] : undefined;
  if (value === undefined) yield fieldRequired(`data[${key}]`);
  else if (!isJsonObject(value)) {
    yield fieldInvalid(
      `data[${key}]`,
      '<secret contents redacted>',
      'invalid character in the JSON of the configuration',
    );
  }
}

function isJsonObject(base64: string): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))));
    return typeof value === 'object' && value !== null;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** The length of what base64 holds. */
function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.max(0, (base64.length / 4) * 3 - padding);
}
