import type { KubeObject, WatchEvent } from '@wherry/apimachinery';
import { keyOf } from './object-key.ts';

export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** What a change did to the store. */
export type Delta<T> =
  | { readonly type: 'add'; readonly object: T }
  | { readonly type: 'update'; readonly old: T; readonly object: T }
  | { readonly type: 'delete'; readonly object: T };

/** The objects of an informer by key and by index. They are shared: never change one. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Indexers<T>;
  readonly #indices = new Map<string, Map<string, Map<string, T>>>();

  constructor(indexers: Indexers<T> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indices.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }
  list(): T[] {
    return [...this.#objects.values()];
  }
  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  byIndex(name: string, value: string): T[] {
    const index = this.#indices.get(name);
    if (index === undefined) throw new Error(`no index ${JSON.stringify(name)}`);
    return [...(index.get(value)?.values() ?? [])];
  }

  /** Makes the store hold exactly `objects`. What has kept its resourceVersion is kept as it is and gives no delta. */
  replace(objects: readonly T[]): Delta<T>[] {
    const deltas: Delta<T>[] = [];
    const seen = new Set<string>();
    for (const object of objects) {
      const key = keyOf(object);
      seen.add(key);
      const delta = this.#set(key, object);
      if (delta !== undefined) deltas.push(delta);
    }
    for (const key of this.#objects.keys()) {
      if (seen.has(key)) continue;
      const delta = this.#remove(key, undefined);
      if (delta !== undefined) deltas.push(delta);
    }
    return deltas;
  }

  /** @returns undefined when the event tells nothing new */
  apply(event: WatchEvent<T>): Delta<T> | undefined {
    const key = keyOf(event.object);
    if (event.type === 'DELETED') return this.#remove(key, event.object);
    if (event.type === 'ADDED' || event.type === 'MODIFIED') return this.#set(key, event.object);
    return undefined;
  }

  #set(key: string, object: T): Delta<T> | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) {
      this.#objects.set(key, object);
      this.#index(key, object);
      return { type: 'add', object };
    }
    const version = object.metadata.resourceVersion;
    if (version !== undefined && version === old.metadata.resourceVersion) return undefined;
    this.#objects.set(key, object);
    this.#unindex(key, old);
    this.#index(key, object);
    return { type: 'update', old, object };
  }

  #remove(key: string, last: T | undefined): Delta<T> | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) return undefined;
    this.#objects.delete(key);
    this.#unindex(key, old);
    return { type: 'delete', object: last ?? old };
  }

  #index(key: string, object: T): void {
    for (const name in this.#indexers) {
      const index = this.#indices.get(name);
      for (const value of this.#indexers[name]?.(object) ?? []) {
        let entries = index?.get(value);
        if (entries === undefined) {
          entries = new Map();
          index?.set(value, entries);
        }
        entries.set(key, object);
      }
    }
  }

  #unindex(key: string, object: T): void {
    for (const name in this.#indexers) {
      const index = this.#indices.get(name);
      for (const value of this.#indexers[name]?.(object) ?? []) {
        const entries = index?.get(value);
        entries?.delete(key);
        if (entries?.size === 0) index?.delete(value);
      }
    }
  }
}
