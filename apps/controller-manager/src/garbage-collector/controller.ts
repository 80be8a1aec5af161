import { deepEqual, type KubeObject, type OwnerReference } from '@wherry/apimachinery';
import { apiVersionOf, type Resource } from '@wherry/api';
import { keyOf } from '@wherry/client';
import type { Cache, Controller, Discovered, DiscoveredResource, Input, Live, Sources } from '../runner/controller.ts';
import { resourceName } from '../runner/resource-name.ts';
import {
  foreground,
  isForeground,
  orphan,
  reconcileGarbage,
  type GarbageView,
  type Item,
  type Owner,
} from './reconcile.ts';

const maxAbsent = 500;

export function garbageCollector(workers: number): Controller<GarbageView> {
  const graph = new Graph();
  return {
    name: 'garbage-collector-controller',
    component: 'garbage-collector-controller',
    workers,
    inputs: [],
    outputs: 'everything',
    inputsOf: (discovered) => graph.inputsOf(discovered),
    view: (key, from) => graph.view(key, from),
    reconcile: reconcileGarbage,
  };
}

/**
 * Who owns whom, over all kinds that are served: the informers' indexes by uid and by owner. Keys are the name of the
 * resource, a bar, and the object's key.
 */
class Graph {
  readonly #byName = new Map<string, Resource>();
  readonly #byKind = new Map<string, Resource>();
  /** Uids that the apiserver did not have. No uid ever comes again. */
  readonly #absent = new Set<string>();

  inputsOf({ resources }: Discovered): Input[] {
    const collected = resources.filter(isCollected).map(({ resource }) => resource);
    for (const resource of collected) {
      this.#byName.set(resourceName(resource), resource);
      this.#byKind.set(`${apiVersionOf(resource)} ${resource.kind}`, resource);
    }
    return collected.map((resource) => ({
      resource,
      wakes: (old, object, cache) => this.#wakes(resource, old, object, cache),
    }));
  }

  async view(key: string, { cache, live }: Sources<unknown>): Promise<GarbageView | undefined> {
    const bar = key.indexOf('|');
    const name = key.slice(0, bar);
    const resource = this.#byName.get(name);
    const object = resource === undefined ? undefined : cache.get(resource, key.slice(bar + 1));
    if (resource === undefined || object === undefined) return undefined;
    const owners: Owner[] = [];
    for (const reference of object.metadata.ownerReferences ?? []) {
      owners.push({ reference, state: await this.#stateOf(reference, resource, object, cache, live) });
    }
    return { item: { resource: name, object }, owners, dependents: this.#dependents(object, cache) };
  }

  #wakes(resource: Resource, old: KubeObject | undefined, object: KubeObject | undefined, cache: Cache): Set<string> {
    const woken = new Set<string>();
    const key = (of: Resource, one: KubeObject): string => `${resourceName(of)}|${keyOf(one)}`;
    if (object !== undefined && concerns(object) && !(old !== undefined && sameTies(old, object))) {
      woken.add(key(resource, object));
    }
    const falls = object === undefined ? old : isForeground(object) && !(old && isForeground(old)) ? object : undefined;
    if (falls !== undefined) {
      for (const item of this.#dependents(falls, cache)) woken.add(`${item.resource}|${keyOf(item.object)}`);
    }
    // An owner that waits for this one may have one less to wait for.
    for (const reference of old?.metadata.ownerReferences ?? []) {
      if (object?.metadata.ownerReferences?.some((one) => deepEqual(one, reference)) === true) continue;
      const owner = this.#byKind.get(`${reference.apiVersion} ${reference.kind}`);
      if (owner !== undefined) woken.add(`${resourceName(owner)}|${ownerKey(owner, reference, old as KubeObject)}`);
    }
    return woken;
  }

  #dependents(object: KubeObject, cache: Cache): Item[] {
    const { uid } = object.metadata;
    if (uid === undefined) return [];
    const found: Item[] = [];
    for (const [name, resource] of this.#byName) {
      for (const dependent of cache.byIndex(resource, 'owner', uid)) found.push({ resource: name, object: dependent });
    }
    return found;
  }

  async #stateOf(
    reference: OwnerReference,
    resource: Resource,
    object: KubeObject,
    cache: Cache,
    live: Live,
  ): Promise<Owner['state']> {
    const kind = this.#byKind.get(`${reference.apiVersion} ${reference.kind}`);
    if (kind === undefined) return 'unknown';
    if (kind.namespaced && !resource.namespaced) return 'misplaced';
    const cached = cache.get(kind, ownerKey(kind, reference, object));
    if (cached?.metadata.uid === reference.uid) return isForeground(cached) ? 'waiting' : 'solid';
    if (this.#absent.has(reference.uid)) return 'absent';
    // A cache that has not seen it yet is no proof that it is not there.
    const found = await live.get(kind, kind.namespaced ? object.metadata.namespace : undefined, reference.name);
    if (found?.metadata.uid === reference.uid) {
      if (isForeground(found)) return 'waiting';
      // Were it deleted before the first list of its kind, nobody would tell.
      return cache.isWatching(kind) ? 'solid' : 'unknown';
    }
    this.#remember(reference.uid);
    return 'absent';
  }

  #remember(uid: string): void {
    if (this.#absent.size >= maxAbsent)
      for (const oldest of this.#absent) {
        this.#absent.delete(oldest);
        break;
      }
    this.#absent.add(uid);
  }
}

/** Events are many, own nothing and are owned by nobody. */
function isCollected({ resource, verbs }: DiscoveredResource): boolean {
  return resource.kind !== 'Event' && ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
}

function ownerKey(owner: Resource, reference: OwnerReference, object: KubeObject): string {
  const namespace = owner.namespaced ? object.metadata.namespace : undefined;
  return keyOf({ metadata: { namespace, name: reference.name } });
}

/** It has owners, or waits for the collector. */
function concerns({ metadata }: KubeObject): boolean {
  if ((metadata.ownerReferences?.length ?? 0) > 0) return true;
  return (
    metadata.deletionTimestamp !== undefined && [foreground, orphan].some((one) => metadata.finalizers?.includes(one))
  );
}

function sameTies(a: KubeObject, b: KubeObject): boolean {
  return (
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    deepEqual(a.metadata.ownerReferences, b.metadata.ownerReferences) &&
    deepEqual(a.metadata.finalizers, b.metadata.finalizers)
  );
}
