import { namespaces } from '@wherry/api';
import { isAlreadyExists, type KubeObject } from '@wherry/apimachinery';
import { createObject } from '../registry/create.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';

const names = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes the namespaces that every cluster has. */
export async function ensureSystemNamespaces(registry: Registry, now: Date): Promise<void> {
  const served = findServed(registry, namespaces.group, namespaces.version, namespaces.plural)!;
  for (const name of names) {
    if (served.cache.get(name)) continue;
    const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, spec: {} } as KubeObject;
    try {
      await createObject(registry, served, namespace, '', { user: serverUser, now, dryRun: false });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}
