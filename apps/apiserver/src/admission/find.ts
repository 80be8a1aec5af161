import type { Resource } from '@wherry/api';
import type { KubeObject } from '@wherry/apimachinery';
import { findServed, type Registry } from '../registry/registry.ts';
import type { AdmissionRequest } from './chain.ts';

/** The request is about an object of this resource itself, not about a subresource of it. */
export function isAbout<T extends KubeObject>(request: AdmissionRequest, resource: Resource<T>): boolean {
  const { group, plural } = request.served.resource;
  return request.subresource === '' && plural === resource.plural && group === resource.group;
}

/** Every object of a cluster-scoped resource. Shared, never to be changed. */
export function objectsOf<T extends KubeObject>(registry: Registry, resource: Resource<T>): T[] {
  const served = findServed(registry, resource.group, resource.version, resource.plural);
  return (served?.cache.list() ?? []).map((entry) => entry.object as T);
}

/** One by name. What was made a moment ago is found too: before giving up, the cache catches up with the store. */
export async function findByName<T extends KubeObject>(
  registry: Registry,
  resource: Resource<T>,
  name: string,
): Promise<T | undefined> {
  const cache = findServed(registry, resource.group, resource.version, resource.plural)?.cache;
  const found = cache?.get(name);
  if (found !== undefined) return found.object as T;
  await registry.hub.sync();
  return cache?.get(name)?.object as T | undefined;
}

/** Of those that are marked as default: the youngest, and of equally young ones the first by name. */
export function youngest<T extends KubeObject>(objects: readonly T[]): T | undefined {
  return objects.toSorted((a, b) => {
    const [older, younger] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
    return younger.localeCompare(older) || a.metadata.name.localeCompare(b.metadata.name);
  })[0];
}
