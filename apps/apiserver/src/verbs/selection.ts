import {
  badRequest,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
  type FieldRequirement,
  type KubeObject,
  type LabelRequirement,
} from '@wherry/apimachinery';
import type { Entry } from '../cache/entry.ts';
import { isTurnOver, nextTurn } from '../cache/turns.ts';
import { indexBucket, namespaceBucket, type WatchCache } from '../cache/watch-cache.ts';
import type { RequestContext } from '../http/context.ts';
import { cacheKey, objectOf, type Served } from '../registry/served.ts';

/** What part of a resource a list or a watch is about. Works on objects as stored. */
export interface Selection {
  readonly namespace: string | undefined;
  /** Absent: everything (of the namespace). */
  readonly matches: ((entry: Entry) => boolean) | undefined;
  /** Restricted to one object. */
  readonly key: string | undefined;
  /** Restricted to one value of the cache's index. */
  readonly indexed: string | undefined;
  /** A label that has to have one of these values. */
  readonly labelled: { label: string; values: readonly string[] } | undefined;
  readonly bucket: string;
}

const FEW_ENTRIES = 1_000;
/** How many are looked at between two looks at the clock. */
const STEP_ENTRIES = 64;

/** Throws 400 for a selector that cannot be read or names a field that the kind cannot be selected by. */
export function selectionOf(context: RequestContext, served: Served): Selection {
  const namespace = served.resource.namespaced && context.info.namespace !== '' ? context.info.namespace : undefined;
  const labelText = context.query.get('labelSelector') ?? '';
  const fieldText = context.query.get('fieldSelector') ?? '';
  const labels = labelText === '' ? [] : parseLabelSelector(labelText);
  const fields = fieldText === '' ? [] : parseFieldSelector(fieldText);
  checkFields(served, fields);
  const name = exact(fields, 'metadata.name');
  const key =
    name !== undefined && (namespace !== undefined || !served.resource.namespaced)
      ? cacheKey(served, namespace ?? '', name)
      : undefined;
  const indexed = served.cache.index ? exact(fields, served.cache.index.field) : undefined;
  const bucket =
    indexed !== undefined ? indexBucket(indexed) : namespace !== undefined ? namespaceBucket(namespace) : '';
  return {
    namespace,
    matches: matcher(served, labels, fields, namespace),
    key,
    indexed,
    labelled: labelledBy(labels),
    bucket,
  };
}

/** The selected entries of the cache, as one snapshot, in key order; yields to the event loop while it filters. */
export async function selectEntries(served: Served, selection: Selection): Promise<Entry[]> {
  const { cache } = served;
  if (selection.key !== undefined) {
    const entry = cache.get(selection.key);
    return entry && (selection.matches?.(entry) ?? true) ? [entry] : [];
  }
  const all = candidates(cache, selection);
  const { matches } = selection;
  if (!matches) return all;
  const selected: Entry[] = [];
  for (let i = 0; i < all.length; i++) {
    const entry = all[i]!;
    if (matches(entry)) selected.push(entry);
    if (i % STEP_ENTRIES === STEP_ENTRIES - 1 && isTurnOver()) await nextTurn();
  }
  return selected;
}

/** Everything that can be selected, and as little else as the indexes allow. */
function candidates(cache: WatchCache, { indexed, labelled, namespace }: Selection): Entry[] {
  if (indexed !== undefined) return cache.listByIndex(indexed);
  const all = cache.list(namespace);
  // An index is of all namespaces: a small one is walked through.
  if (labelled === undefined || all.length < FEW_ENTRIES) return all;
  return cache.listByLabel(labelled.label, labelled.values) ?? all;
}

function labelledBy(labels: readonly LabelRequirement[]): Selection['labelled'] {
  const found = labels.find(({ op }) => op === 'in' || op === '=' || op === '==');
  return found && { label: found.key, values: found.values };
}

/** undefined when all of the namespace is selected. */
function matcher(
  served: Served,
  labels: readonly LabelRequirement[],
  fields: readonly FieldRequirement[],
  namespace: string | undefined,
): Selection['matches'] {
  if (labels.length === 0 && fields.length === 0) return undefined;
  const { selectableFields } = served.resource;
  const prefix = namespace === undefined ? '' : `${namespace}/`;
  return (entry) => {
    // What an index finds is of all namespaces.
    if (!entry.key.startsWith(prefix)) return false;
    if (labels.length > 0 && !matchesLabels(labels, entry.labels)) return false;
    if (fields.length === 0) return true;
    const object = objectOf(served, entry);
    return matchesFields(fields, (field) => valueOf(selectableFields, object, field));
  };
}

function valueOf(
  selectable: Served['resource']['selectableFields'],
  object: KubeObject,
  field: string,
): string | undefined {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace;
  return selectable[field]?.(object);
}

function checkFields(served: Served, fields: readonly FieldRequirement[]): void {
  for (const { field } of fields) {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && served.resource.namespaced)) continue;
    if (Object.hasOwn(served.resource.selectableFields, field)) continue;
    throw badRequest(`field label not supported: ${field}`);
  }
}

function exact(fields: readonly FieldRequirement[], field: string): string | undefined {
  return fields.find((requirement) => requirement.field === field && requirement.op === '=')?.value;
}
