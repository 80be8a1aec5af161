import { alreadyExists, clone, invalid, serverTimeout, statusError, type KubeObject } from '@wherry/apimachinery';
import { mutate, validate } from '../admission/chain.ts';
import type { Entry } from '../cache/entry.ts';
import { commitPut, dryEntry } from './commit.ts';
import { loadValidation } from './load-validation.ts';
import { trackCreate } from './managed-fields.ts';
import { generatedName, groupResource, initMeta, settleNamespace } from './object-meta.ts';
import type { Registry, WriteOptions } from './registry.ts';
import { addEffects, noEffects, type SideEffects } from './strategy.ts';
import { cacheKey, storageKey, type Served } from './served.ts';

const ATTEMPTS = 8;

/**
 * Stores a new object, which has been decoded and defaulted and belongs to this call.
 * Throws 409 AlreadyExists, 422 Invalid, or what admission says.
 */
export async function createObject(
  registry: Registry,
  served: Served,
  object: KubeObject,
  namespace: string,
  options: WriteOptions,
): Promise<Entry> {
  const { resource, strategy } = served;
  const meta = object.metadata;
  if (meta.resourceVersion !== undefined && meta.resourceVersion !== '') {
    throw statusError(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
  }
  settleNamespace(served, meta, namespace);
  const base = (meta.name ?? '') === '' ? (meta.generateName ?? '') : undefined;
  initMeta(meta, options.now);
  // Before anyone else adds to it: what admission puts in belongs to nobody.
  if (options.managedFields) meta.managedFields = options.managedFields;
  else trackCreate(registry, served, object, options);
  if (base !== undefined && base !== '') meta.name = generatedName(base);
  const request = (effects: SideEffects) => {
    const { name } = meta;
    return { ...options, operation: 'CREATE', served, namespace, name, subresource: '', object, effects } as const;
  };
  await mutate(registry, request(noEffects()));
  if (strategy.hasStatus && !keepsStatus(served)) delete (object as { status?: unknown }).status;
  strategy.prepareForCreate?.(object, options.now, options.user);
  if (strategy.countsGeneration) meta.generation = 1;
  const { validateCreate } = await loadValidation();
  const errors = validateCreate(resource, object);
  if (errors.length === 0 && strategy.checkNew) errors.push(...(await strategy.checkNew(object)));
  if (errors.length > 0) throw invalid(resource, meta.name ?? '', errors);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0 && base) meta.name = generatedName(base);
    const effects = noEffects();
    await validate(registry, request(effects));
    const entry = await tryCreate(registry, served, object, effects, options);
    if (entry) return entry;
    if (!base && (await exists(registry, served, meta.namespace ?? '', meta.name)))
      throw alreadyExists(groupResource(served), meta.name);
  }
  throw base ? alreadyExists(groupResource(served), meta.name) : serverTimeout(groupResource(served), 'create', 1);
}

async function tryCreate(
  registry: Registry,
  served: Served,
  wanted: KubeObject,
  effects: SideEffects,
  options: WriteOptions,
): Promise<Entry | undefined> {
  const { hub } = registry;
  // What is allocated is written into the object, and must not be kept when the try fails.
  const object = served.strategy.allocator ? clone(wanted) : wanted;
  const key = cacheKey(served, object.metadata.namespace ?? '', object.metadata.name);
  addEffects(effects, served.strategy.allocator?.forCreate(object));
  if (options.dryRun) {
    return (await exists(registry, served, object.metadata.namespace ?? '', object.metadata.name))
      ? undefined
      : dryEntry(served, key, hub.revision, object);
  }
  const lease = isEvent(served) ? await registry.eventLeases.leaseFor(options.now) : undefined;
  return commitPut(hub.storage, served, key, undefined, object, { effects, lease });
}

async function exists(registry: Registry, served: Served, namespace: string, name: string): Promise<boolean> {
  const found = await registry.hub.storage.get(storageKey(served, cacheKey(served, namespace, name)));
  // What was allocated meanwhile is in the cache before the next try.
  await registry.hub.sync();
  return found.kv !== undefined;
}

export function isEvent(served: Served): boolean {
  return served.resource.kind === 'Event';
}

/** Kubelets register nodes together with their first status. */
function keepsStatus(served: Served): boolean {
  return served.resource.kind === 'Node';
}
