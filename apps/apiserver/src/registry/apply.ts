import { apiVersionOf } from '@wherry/api';
import {
  badRequest,
  getOwn,
  isMap,
  setOwn,
  type JsonMap,
  type KubeObject,
  type ObjectSchema,
} from '@wherry/apimachinery';
import {
  applyConfiguration,
  applyConflict,
  compareTyped,
  difference,
  fieldSetOf,
  isEmptySet,
  ItemError,
  storedManagers,
  typedErrors,
  type Applied,
  type FieldSet,
  type Manager,
  type Write,
} from '@wherry/apimachinery/managed-fields';
import { emptyObject, taken, withoutManagers, writeOf } from './managed-fields.ts';
import type { Registry, WriteOptions } from './registry.ts';
import type { Served } from './served.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KUBECTL = 'kubectl';
const MAX_ANNOTATION_BYTES = 256 * 1024;

export interface ApplyOptions extends WriteOptions {
  readonly subresource: string;
  readonly force: boolean;
}

export interface AppliedObject {
  /** To be decoded and defaulted; shares parts with the live object. */
  readonly object: JsonMap;
  readonly managers: readonly Manager[];
}

/**
 * Puts an applied configuration into the live object, or into an empty one. Pure but for the lookup of versions.
 * Throws 400 for what is no configuration of this kind, 409 for fields that others manage.
 */
export function applyObject(
  registry: Registry,
  served: Served,
  live: KubeObject | undefined,
  config: JsonMap,
  options: ApplyOptions,
): AppliedObject {
  checkConfiguration(served, config);
  const { schema } = served.resource;
  const write = writeOf(registry, served, options.subresource, options, 'Apply');
  const empty = { ...emptyObject(schema), apiVersion: config['apiVersion'], kind: config['kind'] } as KubeObject;
  const before = live === undefined ? empty : withoutManagers(live);
  let managers: readonly Manager[] = storedManagers(live?.metadata.managedFields ?? []);
  if (managers.length === 0 && live !== undefined) {
    const by = { ...write.by, operation: 'Update', name: 'before-first-apply' } as const;
    managers = taken({ ...write, by }, [], empty, before);
  }
  const attempt = (force: boolean) => {
    try {
      return applyConfiguration(write, managers, before, config, force);
    } catch (error) {
      // A stored list whose items cannot be told apart.
      if (error instanceof ItemError) throw badRequest(`failed to create typed live object: ${error.message}`);
      throw error;
    }
  };
  let applied = attempt(options.force);
  if ('conflicts' in applied && options.manager === KUBECTL) applied = settleHandOver(write, applied, before, attempt);
  if ('conflicts' in applied) throw applyConflict(applied.conflicts);
  const object = applied.object as JsonMap;
  return {
    object: options.manager === KUBECTL ? withLastApplied(object, config) : object,
    managers: applied.managers,
  };
}

function checkConfiguration(served: Served, config: JsonMap): void {
  const { resource } = served;
  const [apiVersion, kind] = [textOf(config['apiVersion']), textOf(config['kind'])];
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind)
    throw badRequest(`invalid object type: ${groupVersionKind(apiVersion, kind)}`);
  const metadata = config['metadata'];
  if (isMap(metadata) && (metadata['managedFields'] ?? null) !== null)
    throw badRequest('metadata.managedFields must be nil');
  checkTyped(resource.schema, config, groupVersionKind(apiVersion, kind));
}

/** Throws 400 in upstream's words, which upstream says with a 500. */
export function checkTyped(schema: ObjectSchema, config: JsonMap, kind: string): void {
  const why = typedErrors(schema, config);
  if (why === undefined) return;
  const metadata = isMap(config['metadata']) ? config['metadata'] : {};
  const [namespace, name] = [textOf(metadata['namespace']), textOf(metadata['name'])];
  throw badRequest(`failed to create typed patch object (${namespace}/${name}; ${kind}): ${why}`);
}

export function groupVersionKind(apiVersion: string, kind: string): string {
  return `${apiVersion === '' || apiVersion.includes('/') ? apiVersion || '/' : `/${apiVersion}`}, Kind=${kind}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The first server-side apply of kubectl after its client-side one: what the annotation of that one says, and is still
 * so, is kubectl's own, and no conflict.
 */
function settleHandOver(
  write: Write,
  refused: Extract<Applied, { conflicts: unknown }>,
  live: KubeObject,
  attempt: (force: boolean) => Applied,
): Applied {
  const own = ownFromLastApplied(write, live);
  if (own === undefined) return refused;
  const conflicts = refused.conflicts
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, own) }))
    .filter(({ fields }) => !isEmptySet(fields));
  return conflicts.length > 0 ? { conflicts } : attempt(true);
}

function ownFromLastApplied(write: Write, live: KubeObject): FieldSet | undefined {
  const text = getOwn(live.metadata.annotations, LAST_APPLIED);
  if (text === undefined || text === '') return undefined;
  let last: unknown;
  try {
    last = JSON.parse(text);
  } catch {
    // Anyone may write the annotation; then it says nothing.
    return undefined;
  }
  if (!isMap(last) || last['apiVersion'] !== write.by.apiVersion) return undefined;
  if (typedErrors(write.schema, last) !== undefined) return undefined;
  const { added, modified, removed } = compareTyped(write.schema, last, live);
  return [modified, added, removed].reduce(difference, fieldSetOf(write.schema, last));
}

/** kubectl's annotation follows its server-side apply, so that a client-side one may come after it. */
function withLastApplied(object: JsonMap, config: JsonMap): JsonMap {
  const metadata = object['metadata'];
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined;
  if (!isMap(metadata) || !isMap(annotations) || textOf(annotations[LAST_APPLIED]) === '') return object;
  const next: JsonMap = { ...annotations, [LAST_APPLIED]: `${goJson(withoutAnnotation(config))}\n` };
  let size = 0;
  for (const [key, value] of Object.entries(next)) size += Buffer.byteLength(key) + Buffer.byteLength(textOf(value));
  if (size > MAX_ANNOTATION_BYTES) delete next[LAST_APPLIED];
  return { ...object, metadata: { ...metadata, annotations: next } };
}

function withoutAnnotation(config: JsonMap): JsonMap {
  const metadata = config['metadata'];
  if (!isMap(metadata) || !isMap(metadata['annotations'])) return config;
  const { [LAST_APPLIED]: _, ...annotations } = metadata['annotations'];
  const rest: JsonMap = { ...metadata };
  if (Object.keys(annotations).length > 0) rest['annotations'] = annotations;
  else delete rest['annotations'];
  return { ...config, metadata: rest };
}

/** As Go writes it: keys in order, and nothing that HTML would read. */
function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  const result: JsonMap = {};
  for (const key of Object.keys(value).sort()) setOwn(result, key, sorted(value[key]));
  return result;
}
