import { isMap, type JsonMap } from '@wherry/apimachinery';
import type { Unstructured } from '../resources/unstructured.ts';

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  readonly fieldsV1?: JsonMap;
}

const lastAppliedPath = ['f:metadata', 'f:annotations', 'f:kubectl.kubernetes.io/last-applied-configuration'];

export function managedFieldsOf(object: Unstructured): readonly ManagedFields[] {
  return (object.metadata['managedFields'] ?? []) as ManagedFields[];
}

/** Who owns the note of the last client-side apply, by updates or by applies. */
export function ownersOfLastApplied(object: Unstructured, operation: 'Apply' | 'Update'): readonly string[] {
  return managedFieldsOf(object)
    .filter((entry) => entry.operation === operation && owns(entry.fieldsV1, lastAppliedPath))
    .map(({ manager }) => manager);
}

function owns(fields: unknown, path: readonly string[]): boolean {
  let at = fields;
  for (const name of path) {
    if (!isMap(at)) return false;
    at = at[name];
  }
  return at !== undefined;
}

/**
 * The entries after what `from` owns by client-side apply has been handed to the server-side manager `to`, or undefined
 * when nothing is to be handed over. Else a field that the manifest no longer has would stay for ever, kept by a
 * manager that never writes again.
 */
export function handOver(
  entries: readonly ManagedFields[],
  from: readonly string[],
  to: string,
): readonly ManagedFields[] | undefined {
  let current = entries;
  for (const manager of new Set(from)) {
    const isOld = (entry: ManagedFields): boolean =>
      entry.manager === manager && entry.operation === 'Update' && !entry.subresource;
    const old = current.find(isOld);
    if (!old) continue;
    const existing = current.find((e) => e.manager === to && e.operation === 'Apply' && !e.subresource);
    const target = existing ?? old;
    const source = current.find((entry) => isOld(entry) && entry.apiVersion === target.apiVersion);
    const fieldsV1 =
      source && source !== target ? union(target.fieldsV1 ?? {}, source.fieldsV1 ?? {}) : target.fieldsV1;
    const heir: ManagedFields = {
      ...target,
      manager: to,
      operation: 'Apply',
      ...(fieldsV1 ? { fieldsV1 } : {}),
    };
    current = current.flatMap((entry) => (entry === target ? [heir] : isOld(entry) ? [] : [entry]));
  }
  return current === entries ? undefined : current;
}

function union(a: JsonMap, b: JsonMap): JsonMap {
  const both: JsonMap = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const other = both[key];
    both[key] = isMap(other) && isMap(value) ? union(other, value) : value;
  }
  return both;
}
