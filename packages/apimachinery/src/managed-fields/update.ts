import type { Schema } from '../schema.ts';
import { changedFields, compareTyped, withoutFields, type Comparison } from './compare.ts';
import { fieldSetOf, withNamedFields } from './field-set-of.ts';
import {
  canonical,
  difference,
  emptySet,
  intersection,
  isEmptySet,
  recursiveDifference,
  union,
  type FieldSet,
} from './field-set.ts';
import {
  capUpdaters,
  isSameManager,
  withFields,
  withoutSystemFields,
  type Manager,
  type ManagerId,
} from './managers.ts';
import { dropEmptied, mergeTyped, removeFields } from './merge.ts';

/** How objects of one kind look in one of its versions. */
export interface VersionView {
  readonly schema: Schema;
  /** From the version of the request to this one, and back. Neither changes its argument. */
  to(object: unknown): unknown;
  from(object: unknown): unknown;
}

/** What a write is about; the same for every way of writing. */
export interface Write {
  readonly by: ManagerId;
  readonly schema: Schema;
  /** Versions of the kind other than that of the request; undefined for one that is not known (any more). */
  version(apiVersion: string): VersionView | undefined;
  /** Fields that the endpoint resets, so that nobody comes to own them by it. */
  readonly ignored: FieldSet;
  /** metav1.Time */
  readonly now: string;
}

export interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** Who owns what after an ordinary write, which takes over whatever it changes. The argument itself when nothing is new. */
export function managersAfterUpdate(
  write: Write,
  managers: readonly Manager[],
  live: unknown,
  next: unknown,
): readonly Manager[] {
  const comparison = withoutFields(compareTyped(write.schema, live, next), write.ignored);
  const taken = changedFields(comparison);
  if (isEmptySet(taken) && isEmptySet(comparison.removed)) return managers;
  const gained = withoutSystemFields(taken);
  // A new object has nobody to take from: most of all writes that make something are this short.
  if (managers.length === 0)
    return isEmptySet(gained) ? managers : [{ ...write.by, time: write.now, fields: canonical(gained) }];
  const { left } = takeOver(write, managers, live, next, comparison);
  if (isEmptySet(gained)) return left;
  const own = managers.find((manager) => isSameManager(manager, write.by));
  const others = left.filter((manager) => !isSameManager(manager, write.by));
  const kept = own === undefined ? emptySet : difference(own.fields, comparison.removed);
  const fields = union(kept, gained);
  // What is only added comes in order.
  const isOrdered = own === undefined ? isEmptySet(withoutSystemFields(comparison.modified)) : fields === own.fields;
  const mine: Manager = { ...write.by, time: write.now, fields: isOrdered ? fields : canonical(fields) };
  return capUpdaters([...others, mine]);
}

/** Takes from each manager what is changed and what is gone; the managers of versions that are not known are dropped. */
function takeOver(
  write: Write,
  managers: readonly Manager[],
  live: unknown,
  next: unknown,
  comparison: Comparison,
): { left: Manager[]; conflicts: Conflict[] } {
  const byVersion = new Map<string, Comparison | undefined>([[write.by.apiVersion, comparison]]);
  const left: Manager[] = [];
  const conflicts: Conflict[] = [];
  for (const manager of managers) {
    if (!byVersion.has(manager.apiVersion))
      byVersion.set(manager.apiVersion, inVersion(write, manager.apiVersion, live, next));
    const seen = byVersion.get(manager.apiVersion);
    if (seen === undefined) continue;
    const conflict = intersection(manager.fields, changedFields(seen));
    if (!isEmptySet(conflict)) conflicts.push({ manager, fields: conflict });
    const rest = withFields(manager, difference(difference(manager.fields, conflict), seen.removed));
    if (rest !== undefined) left.push(rest);
  }
  return { left, conflicts };
}

function inVersion(write: Write, apiVersion: string, live: unknown, next: unknown): Comparison | undefined {
  const view = write.version(apiVersion);
  return view && withoutFields(compareTyped(view.schema, view.to(live), view.to(next)), write.ignored);
}

export type Applied =
  | { readonly conflicts: readonly Conflict[] }
  | {
      /** The live object itself when the configuration changes nothing of it; else to be decoded and defaulted. */
      readonly object: unknown;
      readonly managers: readonly Manager[];
    };

/**
 * Puts a configuration into the live object: what it says is merged in, what its manager said last time and says no
 * more goes unless somebody else owns it, and what others own must not change unless `force`.
 * `config` must have been found to be typed (typedErrors).
 */
export function applyConfiguration(
  write: Write,
  managers: readonly Manager[],
  live: unknown,
  config: unknown,
  force: boolean,
): Applied {
  const { schema, by, ignored } = write;
  const merged = mergeTyped(schema, live, config);
  const set = recursiveDifference(fieldSetOf(schema, config), ignored);
  const last = managers.find((manager) => isSameManager(manager, by));
  const others = managers.filter((manager) => manager !== last);
  const lastSet = last && { ...last, fields: recursiveDifference(last.fields, ignored) };
  const mine: Manager = { ...by, time: write.now, fields: set };
  const next = lastSet === undefined ? merged : withoutLeft(write, merged, config, lastSet, [...others, mine]);
  const comparison = withoutFields(compareTyped(schema, live, next), ignored);
  const { left, conflicts } = takeOver(write, others, live, next, comparison);
  if (conflicts.length > 0 && !force) return { conflicts };
  const fields = canonical(withoutSystemFields(set));
  const changed = !isEmptySet(changedFields(comparison)) || !isEmptySet(comparison.removed);
  return {
    object: changed ? next : live,
    managers: isEmptySet(fields) ? left : [...left, { ...mine, fields }],
  };
}

/** What was emptied goes, unless the configuration itself asks for something empty. */
function withoutLeft(
  write: Write,
  merged: unknown,
  config: unknown,
  last: Manager,
  managers: readonly Manager[],
): unknown {
  const pruned = prune(write, merged, last, managers);
  if (pruned === merged) return merged;
  return mergeTyped(write.schema, dropEmptied(merged, pruned), config);
}

/** Removes what the last configuration had and nobody owns any more, without touching what it never owned. */
function prune(write: Write, merged: unknown, last: Manager, managers: readonly Manager[]): unknown {
  if (isEmptySet(last.fields)) return merged;
  const view = viewOf(write, last.apiVersion);
  if (view === undefined) return merged;
  const { schema } = view;
  const whole = view.to(merged);
  const named = (set: FieldSet) => withNamedFields(set, schema);
  const of = (value: unknown) => named(fieldSetOf(schema, value));
  const wanted = named(last.fields);
  let pruned = removeFields(schema, whole, wanted);
  const owned = new Map<string, FieldSet>([[last.apiVersion, emptySet]]);
  for (const { apiVersion, fields } of managers)
    owned.set(apiVersion, union(owned.get(apiVersion) ?? emptySet, fields));
  // The version of the last configuration comes first.
  for (const [apiVersion, fields] of owned) {
    pruned = addBackOwned(write, view, apiVersion, whole, pruned, fields);
  }
  const dangling = intersection(difference(of(whole), of(pruned)), wanted);
  return view.from(removeFields(schema, whole, dangling));
}

function addBackOwned(
  write: Write,
  view: VersionView,
  apiVersion: string,
  whole: unknown,
  pruned: unknown,
  owned: FieldSet,
): unknown {
  const other = viewOf(write, apiVersion);
  if (other === undefined) return pruned;
  const [all, some] = [other.to(view.from(whole)), other.to(view.from(pruned))];
  const named = (set: FieldSet) => withNamedFields(set, other.schema);
  const kept = union(named(fieldSetOf(other.schema, some)), named(owned));
  const rest = removeFields(other.schema, all, difference(named(fieldSetOf(other.schema, all)), kept));
  return view.to(other.from(rest));
}

function viewOf(write: Write, apiVersion: string): VersionView | undefined {
  if (apiVersion !== write.by.apiVersion) return write.version(apiVersion);
  return { schema: write.schema, to: (object) => object, from: (object) => object };
}
