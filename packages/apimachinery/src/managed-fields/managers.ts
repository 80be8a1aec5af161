import type { ManagedFieldsEntry } from '../meta.ts';
import { canonical, difference, isEmptySet, sameSet, union, type FieldSet } from './field-set.ts';
import { parseFieldSet } from './parse.ts';

/** One entry of metadata.managedFields, understood. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** The version in which `fields` are to be read. */
  readonly apiVersion: string;
  readonly subresource: string;
  /** metav1.Time; undefined when the entry had none. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

export type ManagerId = Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>;

/** An applier is the same in every version. */
export function isSameManager(a: ManagerId, b: ManagerId): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

function idOf({ name, operation, apiVersion, subresource }: ManagerId): string {
  return JSON.stringify([operation, name, subresource, operation === 'Apply' ? '' : apiVersion]);
}

/** What upstream never says who owns: every object has it, and only the server changes it. */
const system: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:clusterName': {},
    'f:creationTimestamp': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:name': {},
    'f:namespace': {},
    'f:resourceVersion': {},
    'f:selfLink': {},
    'f:uid': {},
  },
};

export function withoutSystemFields(set: FieldSet): FieldSet {
  return difference(set, system);
}

/** Entries as the server wrote them, which it need not check again. */
export function storedManagers(entries: readonly ManagedFieldsEntry[]): Manager[] {
  return entries.map((entry) => managerOf(entry, (entry.fieldsV1 ?? {}) as FieldSet));
}

/** Entries of a client; undefined when there is one that makes no sense, or none at all. */
export function parseManagers(entries: readonly ManagedFieldsEntry[] | undefined): Manager[] | undefined {
  if (entries === undefined || entries.length === 0) return undefined;
  const managers = new Map<string, Manager>();
  for (const entry of entries) {
    const known = entry.operation === 'Apply' || entry.operation === 'Update';
    if (!known || (entry.apiVersion ?? '') === '' || entry.fieldsType !== 'FieldsV1') return undefined;
    const fields = parseFieldSet(entry.fieldsV1 ?? {});
    if (fields === undefined) return undefined;
    const manager = managerOf(entry, fields);
    managers.set(idOf(manager), manager);
  }
  return [...managers.values()];
}

function managerOf(entry: ManagedFieldsEntry, fields: FieldSet): Manager {
  return {
    name: entry.manager ?? '',
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields,
  };
}

/** metadata.managedFields, in the order in which upstream writes it. Empty entries are left out. */
export function formatManagers(managers: readonly Manager[]): ManagedFieldsEntry[] {
  const ordered = managers.length > 1 ? [...managers].sort(compareManagers) : managers;
  return ordered.map((manager) => ({
    ...(manager.name === '' ? {} : { manager: manager.name }),
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(manager.time === undefined ? {} : { time: manager.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: manager.fields,
    ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
  }));
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The same manager with other fields, in canonical order; undefined when it has none left. */
export function withFields(manager: Manager, fields: FieldSet): Manager | undefined {
  if (fields === manager.fields) return manager;
  return isEmptySet(fields) ? undefined : { ...manager, fields: canonical(fields) };
}

/** Equal but for their times. */
export function sameManagers(a: readonly Manager[], b: readonly Manager[]): boolean {
  if (a.length !== b.length) return false;
  const others = new Map(b.map((manager) => [idOf(manager), manager]));
  return a.every((manager) => {
    const other = others.get(idOf(manager));
    return other !== undefined && other.apiVersion === manager.apiVersion && sameSet(other.fields, manager.fields);
  });
}

const MAX_UPDATERS = 10;
const BUCKET = 'ancient-changes';

/** Keeps the number of Update entries bounded: the oldest of one version are merged into one. */
export function capUpdaters(managers: Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === 'Update');
  if (updaters.length <= MAX_UPDATERS) return managers;
  updaters.sort((a, b) => compareText(a.time ?? '', b.time ?? '') || compareText(a.name, b.name));
  const left = new Set(managers);
  const buckets = new Map<string, Manager>();
  let count = updaters.length;
  for (const updater of updaters) {
    if (count <= MAX_UPDATERS) break;
    const first = buckets.get(updater.apiVersion);
    if (first === undefined) {
      buckets.set(updater.apiVersion, updater);
      continue;
    }
    left.delete(first);
    left.delete(updater);
    const fields = canonical(union(first.fields, updater.fields));
    const bucket: Manager = { ...updater, name: BUCKET, subresource: '', fields };
    left.add(bucket);
    buckets.set(updater.apiVersion, bucket);
    count--;
  }
  return [...left];
}
