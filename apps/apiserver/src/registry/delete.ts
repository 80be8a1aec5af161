import { conflict, notFound, type KubeObject, clone } from '@wherry/apimachinery';
import { validate, mutate } from '../admission/chain.ts';
import type { Entry } from '../cache/entry.ts';
import type { User } from '../http/context.ts';
import { commitDelete, commitPut } from './commit.ts';
import type { DeleteOptions } from './delete-options.ts';
import { groupResource, timeOf } from './object-meta.ts';
import type { Registry } from './registry.ts';
import { objectOf, type Served } from './served.ts';
import { addEffects, noEffects } from './strategy.ts';

export interface Deleted {
  entry: Entry;
  /** False while the object waits for its grace period or its finalizers. */
  gone: boolean;
}

const ATTEMPTS = 6;
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Removes an object, or starts its deletion. Throws 404, 409 for a failed precondition, or what admission says. */
export async function deleteObject(
  registry: Registry,
  served: Served,
  key: string,
  name: string,
  options: DeleteOptions,
  by: { user: User; now: Date },
): Promise<Deleted> {
  const { hub } = registry;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await hub.sync();
    const entry = served.cache.get(key);
    if (entry === undefined) throw notFound(groupResource(served), name);
    const old = objectOf(served, entry);
    checkPreconditions(served, entry, old, options);
    const effects = noEffects();
    const request = {
      operation: 'DELETE',
      served,
      namespace: old.metadata.namespace ?? '',
      name,
      subresource: '',
      user: by.user,
      now: by.now,
      dryRun: (options.dryRun?.length ?? 0) > 0,
      old,
      effects,
    } as const;
    await mutate(registry, request);
    await validate(registry, request);
    const next = planDeletion(served, old, options, by.now);
    if (next === 'unchanged') return { entry, gone: false };
    if ((options.dryRun?.length ?? 0) > 0) return { entry, gone: next === undefined };
    const done =
      next === undefined
        ? await commitDelete(hub.storage, served, entry, addEffects(effects, served.strategy.allocator?.forDelete(old)))
        : await commitPut(hub.storage, served, key, entry, next, { effects });
    if (done) return { entry: done, gone: next === undefined };
  }
  throw conflict(groupResource(served), name, 'the object has been modified; please try again');
}

/**
 * What becomes of the object: undefined when it may go at once, 'unchanged' when its deletion is under way already,
 * else the object to store. Pure.
 */
export function planDeletion(
  served: Served,
  old: KubeObject,
  options: DeleteOptions,
  now: Date,
): KubeObject | 'unchanged' | undefined {
  const { strategy } = served;
  const finalizers = finalizersAfter(old.metadata.finalizers ?? [], options);
  const held = finalizers.length > 0 || (strategy.isHeld?.(old) ?? false);
  const grace = strategy.graceSeconds?.(old, options.gracePeriodSeconds) ?? 0;
  const before = old.metadata;
  const pending = before.deletionTimestamp !== undefined;
  if (grace === 0 && !held) return undefined;
  const remaining = pending ? Math.min(grace, before.deletionGracePeriodSeconds ?? 0) : grace;
  const same = finalizers.join() === (before.finalizers ?? []).join();
  if (pending && same && remaining === (before.deletionGracePeriodSeconds ?? 0)) return 'unchanged';
  const object = clone(old);
  const meta = object.metadata;
  if (finalizers.length > 0) meta.finalizers = finalizers;
  else delete meta.finalizers;
  meta.deletionGracePeriodSeconds = remaining;
  if (!pending || remaining < (before.deletionGracePeriodSeconds ?? 0)) {
    meta.deletionTimestamp = timeOf(new Date(now.getTime() + remaining * 1_000));
  }
  if (!pending && (meta.generation ?? 0) > 0) meta.generation = (meta.generation ?? 0) + 1;
  strategy.prepareForDeletion?.(object, now);
  return object;
}

function finalizersAfter(present: readonly string[], options: DeleteOptions): string[] {
  const kept = present.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (options.propagationPolicy === 'Orphan' || options.orphanDependents === true) return [...kept, ORPHAN];
  if (options.propagationPolicy === 'Foreground') return [...kept, FOREGROUND];
  if (options.propagationPolicy === 'Background' || options.orphanDependents === false) return kept;
  return [...present];
}

function checkPreconditions(served: Served, entry: Entry, old: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
    throw conflict(groupResource(served), old.metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== String(entry.revision)) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${entry.revision}`;
    throw conflict(groupResource(served), old.metadata.name, why);
  }
}
