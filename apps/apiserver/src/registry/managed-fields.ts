import { apiVersionOf } from '@wherry/api';
import {
  decode,
  deepEqual,
  getOwn,
  isMap,
  type JsonMap,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectSchema,
} from '@wherry/apimachinery';
import {
  formatManagers,
  ItemError,
  managersAfterUpdate,
  parseManagers,
  sameManagers,
  storedManagers,
  type Manager,
  type VersionView,
  type Write,
} from '@wherry/apimachinery/managed-fields';
import { timeOf } from './object-meta.ts';
import { findServed, type Registry, type WriteOptions } from './registry.ts';
import { resetFields } from './reset-fields.ts';
import type { Served } from './served.ts';

/** Who writes when the server does so of its own accord. */
const SERVER = 'kube-apiserver';

/** Puts metadata.managedFields into a new object: whoever makes it owns all of it. */
export function trackCreate(registry: Registry, served: Served, object: KubeObject, options: WriteOptions): void {
  const write = writeOf(registry, served, '', options, 'Update');
  setManagers(object, taken(write, [], emptyObject(served.resource.schema), withoutManagers(object)));
}

/**
 * Puts metadata.managedFields into what an ordinary write made of `old`. A client may send them itself: what makes no
 * sense is ignored, an empty list or one empty entry ends the tracking. An object without them stays so until applied.
 */
export function trackUpdate(
  registry: Registry,
  served: Served,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
  options: WriteOptions,
): void {
  const stored = old.metadata.managedFields;
  const sent = object.metadata.managedFields;
  const changed = sent !== undefined && subresource === '' && !deepEqual(sent, stored);
  object.metadata.managedFields = stored;
  if (changed && isReset(sent)) return setManagers(object, []);
  const given = changed ? parseManagers(sent) : undefined;
  const managers = given ?? storedManagers(stored ?? []);
  if (managers.length === 0) return;
  const write = writeOf(registry, served, subresource, options, 'Update');
  const after = taken(write, managers, asWritten(served, old), asWritten(served, object));
  if (after !== managers || given !== undefined) setManagers(object, after);
}

function isReset(sent: readonly ManagedFieldsEntry[]): boolean {
  return sent.length === 0 || (sent.length === 1 && Object.values(sent[0]!).every((value) => value === undefined));
}

/** A list that cannot be told apart by its keys leaves everything as it is, as upstream. */
export function taken(write: Write, managers: readonly Manager[], before: unknown, after: unknown): readonly Manager[] {
  try {
    return managersAfterUpdate(write, managers, before, after);
  } catch (error) {
    if (error instanceof ItemError) return managers;
    throw error;
  }
}

export function setManagers(object: KubeObject, managers: readonly Manager[]): void {
  if (managers.length > 0) object.metadata.managedFields = formatManagers(managers);
  else delete object.metadata.managedFields;
}

/** Whether nothing but times differs: such a write is none. */
export function sameOwnership(a: KubeObject, b: KubeObject): boolean {
  const [mine, theirs] = [a.metadata.managedFields ?? [], b.metadata.managedFields ?? []];
  return mine === theirs || sameManagers(storedManagers(mine), storedManagers(theirs));
}

export function writeOf(
  registry: Registry,
  served: Served,
  subresource: string,
  options: WriteOptions,
  operation: Manager['operation'],
): Write {
  const { resource } = served;
  const apiVersion = apiVersionOf(resource);
  return {
    by: { name: options.manager ?? SERVER, operation, apiVersion, subresource },
    schema: resource.schema,
    version: (other) => viewOf(registry, served, other),
    ignored: resetFields(resource, subresource),
    now: timeOf(options.now),
  };
}

/** The same objects as another version serves them. */
function viewOf(registry: Registry, served: Served, apiVersion: string): VersionView | undefined {
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const other = findServed(registry, group, version, served.resource.plural);
  if (other === undefined || other.cache !== served.cache) return undefined;
  return { schema: other.resource.schema, to: convert(served, other), from: convert(other, served) };
}

function convert(from: Served, to: Served): (object: unknown) => unknown {
  return (object) => {
    // A part of an object may have come here, without what conversions count on.
    const whole = decode(from.resource.schema, object).object as KubeObject;
    const hub = from.conversion ? from.conversion.toStorage(whole) : whole;
    const converted = to.conversion ? to.conversion.fromStorage(hub) : hub;
    return { ...converted, apiVersion: apiVersionOf(to.resource) };
  };
}

/** Go writes a status even when there is nothing in it. */
function asWritten(served: Served, object: KubeObject): KubeObject {
  const bare = withoutManagers(object);
  return served.resource.subresources.includes('status') && !served.resource.custom
    ? ({ status: {}, ...bare } as KubeObject)
    : bare;
}

/** The object without what is said of it: shares everything else. */
export function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _fields, resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as KubeObject['metadata'] };
}

/** Structs that Go writes although the published schema has them optional, by the definition they are in. */
const alwaysWritten: Readonly<Record<string, readonly string[]>> = {
  'io.k8s.api.apps.v1.DaemonSetSpec': ['updateStrategy'],
  'io.k8s.api.apps.v1.DeploymentSpec': ['strategy'],
  'io.k8s.api.apps.v1.StatefulSetSpec': ['updateStrategy'],
  'io.k8s.api.batch.v1.CronJobSpec': ['jobTemplate'],
  'io.k8s.api.batch.v1.JobTemplateSpec': ['metadata', 'spec'],
  'io.k8s.api.core.v1.Event': ['source'],
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': ['resources'],
  'io.k8s.api.core.v1.PodTemplateSpec': ['metadata', 'spec'],
  'io.k8s.api.events.v1.Event': ['deprecatedSource', 'regarding'],
};

const empties = new WeakMap<ObjectSchema, KubeObject>();

/** What an object has before anything is said of it: the parts that Go always writes. Shared. */
export function emptyObject(schema: ObjectSchema): KubeObject {
  let empty = empties.get(schema);
  if (empty === undefined) {
    const object = withStructs(schema, decode(schema, {}).object as JsonMap) as unknown as KubeObject;
    empty = { ...object, metadata: isMap(object.metadata) ? object.metadata : { name: '' } };
    empties.set(schema, empty);
  }
  return empty;
}

function withStructs(schema: ObjectSchema, object: JsonMap): JsonMap {
  const result = { ...object };
  for (const name of alwaysWritten[schema.id] ?? []) result[name] ??= {};
  for (const [name, value] of Object.entries(result)) {
    const field = getOwn(schema.fields, name)?.schema;
    if (field?.type === 'object' && isMap(value)) result[name] = withStructs(field, value);
  }
  return result;
}
