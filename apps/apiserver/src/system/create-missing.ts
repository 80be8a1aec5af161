import type { Resource } from '@wherry/api';
import { applyDefaults } from '@wherry/api/defaults';
import { isAlreadyExists, type KubeObject } from '@wherry/apimachinery';
import { createObject } from '../registry/create.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';

/** Makes an object of a cluster-scoped kind unless one of its name is there. What others changed of it stays. */
export async function createMissing<T extends KubeObject>(
  registry: Registry,
  resource: Resource<T>,
  wanted: T,
  now: Date,
): Promise<void> {
  const served = findServed(registry, resource.group, resource.version, resource.plural);
  if (served === undefined || served.cache.get(wanted.metadata.name) !== undefined) return;
  applyDefaults(resource as Resource, wanted);
  try {
    await createObject(registry, served, wanted, '', { user: serverUser, now, dryRun: false });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
