import { isDeepStrictEqual } from 'node:util';
import type { Unstructured } from '../resources/unstructured.ts';
import { uncovered } from './covers.ts';
import type { PolicyRule } from './rules.ts';

/** What must be done to make a role allow what is expected, or a binding bind whom it should. Pure. */
export interface Reconciled {
  readonly object: Unstructured;
  readonly operation: 'none' | 'create' | 'update' | 'recreate';
  /** The object opted out with its autoupdate annotation: nothing is written. */
  readonly isProtected: boolean;
  readonly missingRules: readonly PolicyRule[];
  readonly extraRules: readonly PolicyRule[];
  readonly missingSubjects: readonly Subject[];
  readonly extraSubjects: readonly Subject[];
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string | undefined;
  readonly name: string;
  readonly namespace?: string | undefined;
}

type Role = Unstructured & {
  readonly rules?: readonly PolicyRule[] | null;
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly object[] | null } | null;
};
type Binding = Unstructured & { readonly roleRef?: object; readonly subjects?: readonly Subject[] | null };

const nothing = { missingRules: [], extraRules: [], missingSubjects: [], extraSubjects: [], isProtected: false };

/** @param existing undefined when there is none yet */
export function reconcileRole(existing: Role | undefined, expected: Role, removeExtra: boolean): Reconciled {
  const wanted = expected.rules ?? [];
  if (!existing) return { ...nothing, object: expected, operation: 'create', missingRules: wanted };
  const owned = existing.rules ?? [];
  const [had, wants] = [existing.aggregationRule ?? undefined, expected.aggregationRule ?? undefined];
  // The rules of two aggregated roles are what the server gathers.
  const extraRules = had && wants ? [] : uncovered(wanted, owned);
  const missingRules = uncovered(owned, wanted);
  let object: Role = mergedMetadata(existing, expected);
  if (removeExtra) {
    if (missingRules.length + extraRules.length > 0) object = { ...object, rules: wanted };
  } else if (missingRules.length > 0) object = { ...object, rules: [...owned, ...missingRules] };
  const aggregationRule = reconcileAggregation(had, wants, removeExtra);
  if (!isDeepStrictEqual(aggregationRule, had)) {
    const { aggregationRule: _, ...rest } = object;
    object = (aggregationRule ? { ...rest, aggregationRule } : rest) as Role;
  }
  return {
    ...nothing,
    object,
    operation: isDeepStrictEqual(object, existing) ? 'none' : 'update',
    isProtected: optedOut(existing),
    missingRules,
    extraRules,
  };
}

type Aggregation = Role['aggregationRule'];

function reconcileAggregation(had: Aggregation, wants: Aggregation, removeExtra: boolean): Aggregation {
  if (!wants) return undefined;
  if (!had) return wants;
  const [old, next] = [had.clusterRoleSelectors ?? [], wants.clusterRoleSelectors ?? []];
  const beyond = (from: readonly object[], to: readonly object[]): object[] =>
    to.filter((selector) => !from.some((other) => isDeepStrictEqual(other, selector)));
  const missing = beyond(old, next);
  if (removeExtra) return missing.length + beyond(next, old).length > 0 ? wants : had;
  return missing.length > 0 ? { ...had, clusterRoleSelectors: [...old, ...missing] } : had;
}

/** @param existing undefined when there is none yet */
export function reconcileBinding(existing: Binding | undefined, expected: Binding, removeExtra: boolean): Reconciled {
  const wanted = expected.subjects ?? [];
  if (!existing) return { ...nothing, object: expected, operation: 'create', missingSubjects: wanted };
  const isProtected = optedOut(existing);
  // A binding's role never changes: another one needs another binding.
  if (!isDeepStrictEqual(existing.roleRef, expected.roleRef))
    return { ...nothing, object: expected, operation: 'recreate', isProtected };
  const owned = existing.subjects ?? [];
  const missingSubjects = beyondSubjects(owned, wanted);
  const extraSubjects = beyondSubjects(wanted, owned);
  let object: Binding = mergedMetadata(existing, expected);
  if (removeExtra) {
    if (missingSubjects.length + extraSubjects.length > 0) object = { ...object, subjects: wanted };
  } else if (missingSubjects.length > 0) object = { ...object, subjects: [...owned, ...missingSubjects] };
  const operation = isDeepStrictEqual(object, existing) ? 'none' : 'update';
  return { ...nothing, object, operation, isProtected, missingSubjects, extraSubjects };
}

function beyondSubjects(from: readonly Subject[], to: readonly Subject[]): Subject[] {
  const known = new Set(from.map(subjectKey));
  return to.filter((subject) => !known.has(subjectKey(subject)));
}

/** The server gives users and groups their group when the manifest leaves it out. */
function subjectKey({ kind, apiGroup, name, namespace }: Subject): string {
  const initial = kind === 'ServiceAccount' ? '' : 'rbac.authorization.k8s.io';
  return JSON.stringify([kind, apiGroup || initial, name, namespace ?? '']);
}

function optedOut({ metadata }: Unstructured): boolean {
  return metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'] === 'false';
}

/** The expected labels and annotations are added; of two values the existing one stays. */
function mergedMetadata<T extends Unstructured>(existing: T, expected: T): T {
  const metadata = { ...existing.metadata };
  for (const field of ['annotations', 'labels'] as const) {
    const merged = { ...expected.metadata[field], ...existing.metadata[field] };
    if (Object.keys(merged).length > 0) metadata[field] = merged;
  }
  return { ...existing, metadata };
}
