import { conflict, deepEqual, invalid, notFound, optimisticLockMessage, type KubeObject } from '@wherry/apimachinery';
import { mutate, validate } from '../admission/chain.ts';
import { loadValidation } from './load-validation.ts';
import type { Entry } from '../cache/entry.ts';
import { isStale } from '../encryption/encrypted-storage.ts';
import { commitDelete, commitPut, dryEntry } from './commit.ts';
import { isEvent } from './create.ts';
import { sameOwnership, trackUpdate, withoutManagers } from './managed-fields.ts';
import { carryMeta, groupResource } from './object-meta.ts';
import type { Registry, WriteOptions } from './registry.ts';
import { objectOf, storageKey, type Served } from './served.ts';
import { addEffects, noEffects, type SideEffects } from './strategy.ts';

/** Whoever loses, somebody has won: as many writers at once get through. */
const ATTEMPTS = 64;

export interface UpdateOptions extends WriteOptions {
  /** '' for the object itself; `status`, or another whose produce function takes care of what it may change. */
  readonly subresource: string;
  /** The whole object was sent, so that a missing resourceVersion is judged by the strategy. */
  readonly whole?: boolean | undefined;
  /** Who manages what has been told in the object already, as by an apply. */
  readonly applied?: boolean | undefined;
  /** Skips strategy and validation, for subresources that change one thing. */
  readonly raw?: boolean | undefined;
}

/**
 * Reads the newest object, lets `produce` make the new one (which it must not share with the old), and writes it if
 * nothing came between; else begins again, so that only a caller who names a resourceVersion sees a conflict.
 */
export async function updateObject(
  registry: Registry,
  served: Served,
  key: string,
  name: string,
  options: UpdateOptions,
  produce: (old: KubeObject, entry: Entry) => KubeObject | Promise<KubeObject>,
): Promise<Entry> {
  const { hub } = registry;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await hub.sync();
    const entry = served.cache.get(key);
    if (entry === undefined) throw notFound(groupResource(served), name);
    const old = objectOf(served, entry);
    const object = await produce(old, entry);
    checkVersion(served, object, entry, options);
    const effects = noEffects();
    if (!options.raw && !options.applied) trackUpdate(registry, served, object, old, options.subresource, options);
    if (!options.raw) await prepare(registry, served, object, old, options, effects);
    delete object.metadata.resourceVersion;
    const done = await write(registry, served, entry, object, old, options, effects);
    if (done) return done;
  }
  throw conflict(groupResource(served), name, optimisticLockMessage);
}

function checkVersion(served: Served, object: KubeObject, entry: Entry, options: UpdateOptions): void {
  const sent = object.metadata.resourceVersion ?? '';
  if (sent === String(entry.revision)) return;
  if (sent === '' || sent === '0') {
    if (!options.whole || served.strategy.allowsUnconditionalUpdate) return;
    throw invalid(served.resource, object.metadata.name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        badValue: 0,
        detail: 'must be specified for an update',
      },
    ]);
  }
  if (!/^\d+$/.test(sent)) {
    throw invalid(served.resource, object.metadata.name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.resourceVersion',
        badValue: sent,
        detail: `strconv.ParseUint: parsing ${JSON.stringify(sent)}: invalid syntax`,
      },
    ]);
  }
  throw conflict(groupResource(served), object.metadata.name, optimisticLockMessage);
}

async function prepare(
  registry: Registry,
  served: Served,
  object: KubeObject,
  old: KubeObject,
  options: UpdateOptions,
  effects: SideEffects,
): Promise<void> {
  const { strategy, resource } = served;
  const { subresource } = options;
  carryMeta(served, object, old, options.whole || subresource === 'scale');
  const request = {
    ...options,
    operation: 'UPDATE',
    served,
    namespace: old.metadata.namespace ?? '',
    name: old.metadata.name,
    subresource,
    object,
    old,
    effects,
  } as const;
  await mutate(registry, request);
  const part = strategy.subresources?.[subresource];
  if (part !== undefined) part.prepare(object, old, options.now);
  else if (subresource === 'status') {
    keepAllButStatus(object, old);
    strategy.prepareForStatusUpdate?.(object, old, options.now);
  } else {
    if (strategy.hasStatus) keepField(object, old, 'status');
    strategy.prepareForUpdate?.(object, old, options.now);
    if (strategy.countsGeneration) countGeneration(served, object, old);
  }
  const rules = await loadValidation();
  const check = subresource === 'status' ? rules.validateStatusUpdate : rules.validateUpdate;
  const errors = part?.validate(object, old, rules) ?? check(resource, object, old);
  if (errors.length > 0) throw invalid(resource, old.metadata.name, errors);
  await validate(registry, request);
}

async function write(
  registry: Registry,
  served: Served,
  entry: Entry,
  object: KubeObject,
  old: KubeObject,
  options: UpdateOptions,
  effects: SideEffects,
): Promise<Entry | undefined> {
  const { hub } = registry;
  if (isReleased(served, object, old)) {
    if (options.dryRun) return entry;
    return commitDelete(hub.storage, served, entry, addEffects(effects, served.strategy.allocator?.forDelete(old)));
  }
  if (options.subresource === '') addEffects(effects, served.strategy.allocator?.forUpdate(object, old));
  if (deepEqual(withoutManagers(object), withoutManagers(old)) && sameOwnership(object, old)) {
    // As upstream: so that all is rewritten under a new key by replacing every object with itself.
    if (options.dryRun || !(await isStale(hub.storage, storageKey(served, entry.key)))) return entry;
  }
  if (options.dryRun) return dryEntry(served, entry.key, entry.revision, object);
  const lease = isEvent(served) ? await registry.eventLeases.leaseFor(options.now) : undefined;
  return commitPut(hub.storage, served, entry.key, entry, object, { effects, lease });
}

/** The last finalizer of an object in deletion is gone: so is the object. */
function isReleased(served: Served, object: KubeObject, old: KubeObject): boolean {
  const { metadata } = old;
  if (metadata.deletionTimestamp === undefined || (metadata.deletionGracePeriodSeconds ?? 0) !== 0) return false;
  if ((object.metadata.finalizers?.length ?? 0) > 0 || served.strategy.isHeld?.(object)) return false;
  return (metadata.finalizers?.length ?? 0) > 0 || (served.strategy.isHeld?.(old) ?? false);
}

/** A status update leaves everything else as it was, but for labels and annotations, which upstream lets through. */
function keepAllButStatus(object: KubeObject, old: KubeObject): void {
  const to = object as unknown as Record<string, unknown>;
  const from = old as unknown as Record<string, unknown>;
  for (const name of new Set([...Object.keys(to), ...Object.keys(from)])) {
    if (name !== 'status' && name !== 'metadata') keepField(object, old, name);
  }
  object.metadata.finalizers = old.metadata.finalizers;
  object.metadata.ownerReferences = old.metadata.ownerReferences;
}

function keepField(object: KubeObject, old: KubeObject, name: string): void {
  const to = object as unknown as Record<string, unknown>;
  const value = (old as unknown as Record<string, unknown>)[name];
  if (value === undefined) delete to[name];
  else to[name] = value;
}

function countGeneration(served: Served, object: KubeObject, old: KubeObject): void {
  const to = object as unknown as Record<string, unknown>;
  const from = old as unknown as Record<string, unknown>;
  const fields = served.strategy.generationFields ?? ['spec'];
  if (fields.every((field) => deepEqual(to[field], from[field]))) return;
  object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}
