import type { KubeList, KubeObject } from '@wherry/apimachinery';
import type { Resource } from '@wherry/api';
import type { Failure, Plan } from './plan.ts';

/**
 * A reconcile loop: what wakes it, what it reads, what it wants done. `view` gathers what is known about a key;
 * `reconcile` is pure. The runner does the rest: queue, retries, expectations, writes.
 */
export interface Controller<V extends object = object, M = unknown> {
  /** Upstream's name, as `--controllers` takes it. */
  readonly name: string;
  /** The source of its Events. */
  readonly component: string;
  readonly workers: number;
  readonly inputs: readonly Input[];
  /** Further inputs, of what the apiserver serves; asked at the start and now and then. */
  inputsOf?(discovered: Discovered): readonly Input[];
  /** What it writes; a plan with anything else is a defect. `everything`: it works on all kinds. */
  readonly outputs: Outputs;
  /** Keys that are there from the start, for loops over the whole cluster. */
  readonly keys?: readonly string[] | undefined;
  /** After a failed step, reconcile again with `failure` in the view and write that plan's status. */
  readonly reportsFailures?: boolean | undefined;
  /** Undefined: there is nothing to do for this key, and what was remembered of it is forgotten. */
  view(key: string, from: Sources<M>): V | undefined | Promise<V | undefined>;
  reconcile(view: V, now: number): Plan<M>;
}

export type Verb = 'create' | 'update' | 'patch' | 'delete' | 'status';
export type Outputs = 'everything' | Readonly<Record<string, readonly Verb[]>>;

/** A resource that is watched, and the keys that one of its changes wakes. */
export interface Input {
  readonly resource: Resource;
  /** Called with the old and the new object of an update, and with one of them for an add or a delete. */
  wakes(old: KubeObject | undefined, object: KubeObject | undefined, cache: Cache): Iterable<string>;
}

/** The informers' stores. Objects are shared: never change one. */
export interface Cache {
  get<T extends KubeObject>(resource: Resource<T>, key: string): T | undefined;
  list<T extends KubeObject>(resource: Resource<T>): T[];
  /** The indexes are in indexes.ts. */
  byIndex<T extends KubeObject>(resource: Resource<T>, index: string, value: string): T[];
  /** False while the watch is broken and changes do not arrive. */
  isWatching<T extends KubeObject>(resource: Resource<T>): boolean;
}

/** The apiserver itself, for what must not be decided from a cache. */
export interface Live {
  get<T extends KubeObject>(resource: Resource<T>, namespace: string | undefined, name: string): Promise<T | undefined>;
  list<T extends KubeObject>(resource: Resource<T>, namespace: string): Promise<KubeList<T>>;
  /** Of kinds that are answered on the spot: reviews. */
  ask<T extends KubeObject>(resource: Resource<T>, question: T): Promise<T>;
  discover(): Promise<Discovered>;
}

/** What the apiserver serves, in the preferred version of each group. */
export interface Discovered {
  readonly resources: readonly DiscoveredResource[];
  /** Groups that could not be asked, with the reason. */
  readonly failures: readonly { readonly groupVersion: string; readonly message: string }[];
}
export interface DiscoveredResource {
  readonly resource: Resource;
  readonly verbs: readonly string[];
}

export interface Sources<M> {
  readonly cache: Cache;
  readonly live: Live;
  readonly memory: M | undefined;
  readonly failure: Failure | undefined;
}

/** An input whose changes wake the keys of both the old and the new object. */
export function input<T extends KubeObject>(
  resource: Resource<T>,
  keys: (object: T, cache: Cache) => Iterable<string>,
): Input {
  return changes<T>(resource, (old, object, cache) => {
    const woken = new Set<string>();
    if (old !== undefined) for (const key of keys(old, cache)) woken.add(key);
    if (object !== undefined) for (const key of keys(object, cache)) woken.add(key);
    return woken;
  });
}

/** An input that looks at what changed. */
export function changes<T extends KubeObject>(
  resource: Resource<T>,
  wakes: (old: T | undefined, object: T | undefined, cache: Cache) => Iterable<string>,
): Input {
  return {
    resource: resource as unknown as Resource,
    wakes: (old, object, cache) => wakes(old as T | undefined, object as T | undefined, cache),
  };
}
