import type { KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { Entry } from '../cache/entry.ts';
import type { WatchCache } from '../cache/watch-cache.ts';
import type { Handler } from '../verbs/subresources.ts';
import type { Strategy } from './strategy.ts';

/** Between a group-version and the one its objects are stored in. */
export interface Conversion {
  toStorage(object: KubeObject): KubeObject;
  fromStorage(object: KubeObject): KubeObject;
}

/** One resource as it is served: its definition, where it is kept, and how it behaves. */
export interface Served {
  readonly resource: Resource;
  readonly cache: WatchCache;
  readonly strategy: Strategy;
  readonly conversion: Conversion | undefined;
  /** Subresources of a custom resource, other than status; built-in kinds have theirs in one table. */
  readonly subresources?: SubresourceHandlers | undefined;
}

/** By subresource, then by verb. */
export type SubresourceHandlers = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

export function cacheKey(served: Served, namespace: string, name: string): string {
  return served.resource.namespaced ? `${namespace}/${name}` : name;
}

export function storageKey(served: Served, key: string): string {
  return served.cache.encoding.keyPrefix + key;
}

/** The object in the group-version that is asked for. Shared, never to be changed. */
export function objectOf(served: Served, entry: Entry): KubeObject {
  return served.conversion ? served.conversion.fromStorage(entry.object) : entry.object;
}
