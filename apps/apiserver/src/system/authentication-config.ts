import { configMaps, type ConfigMap } from '@wherry/api';
import { clone, deepEqual, isAlreadyExists } from '@wherry/apimachinery';
import type { AuthenticationOptions } from '../auth/authenticator.ts';
import { createObject } from '../registry/create.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { updateObject } from '../registry/update.ts';

const namespace = 'kube-system';
const name = 'extension-apiserver-authentication';

/** Tells servers that extend the API whom to believe: the authorities of clients and proxies, and the proxies' headers. */
export async function publishAuthentication(registry: Registry, now: Date): Promise<void> {
  const served = findServed(registry, configMaps.group, configMaps.version, configMaps.plural)!;
  const wanted = authenticationData(registry.authenticator.options);
  const key = `${namespace}/${name}`;
  const found = served.cache.get(key)?.object as ConfigMap | undefined;
  const options = { user: serverUser, now, dryRun: false, subresource: '' };
  if (found === undefined) {
    const object: ConfigMap = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name, namespace }, data: wanted };
    try {
      await createObject(registry, served, object, namespace, options);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    return;
  }
  if (deepEqual({ ...found.data, ...wanted }, found.data)) return;
  await updateObject(registry, served, key, name, options, (old) => {
    const object = clone(old) as ConfigMap;
    object.data = { ...object.data, ...wanted };
    return object;
  });
}

export function authenticationData({ clientCa, requestHeader }: AuthenticationOptions): Record<string, string> {
  const data: Record<string, string> = { 'client-ca-file': clientCa };
  if (requestHeader === undefined) return data;
  const list = (names: readonly string[]) => JSON.stringify(names);
  return {
    ...data,
    'requestheader-client-ca-file': requestHeader.clientCa,
    'requestheader-allowed-names': list(requestHeader.allowedNames),
    'requestheader-username-headers': list(requestHeader.usernameHeaders),
    'requestheader-uid-headers': list(requestHeader.uidHeaders),
    'requestheader-group-headers': list(requestHeader.groupHeaders),
    'requestheader-extra-headers-prefix': list(requestHeader.extraHeaderPrefixes),
  };
}
