import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from '@wherry/api';
import { clone, deepEqual } from '@wherry/apimachinery';
import { uncovered } from '../rbac/covers.ts';
import { controllerRoles, defaultClusterRoleBindings } from './bindings.ts';
import { defaultClusterRoles } from './cluster-roles.ts';
import { defaultRoleBindings, defaultRoles } from './namespace-roles.ts';
import { ownClusterRoleBindings, ownClusterRoles } from './own-roles.ts';

export type PolicyObject = Role | ClusterRole | RoleBinding | ClusterRoleBinding;
export type PolicyPlural = 'clusterroles' | 'clusterrolebindings' | 'roles' | 'rolebindings';

/** A default as it has to be, where it is kept. `change` undefined: it has to go, to be made anew. */
export interface PolicyWrite {
  readonly plural: PolicyPlural;
  readonly key: string;
  readonly object: PolicyObject | undefined;
}

const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { [AUTO_UPDATE]: 'true' };

/**
 * What has to be written so that every default is there. As upstream only what is missing is added: rules, subjects,
 * labels that somebody put in stay, and objects with autoupdate=false are left alone.
 */
export function planDefaults(find: (plural: PolicyPlural, key: string) => PolicyObject | undefined): PolicyWrite[] {
  const writes: PolicyWrite[] = [];
  for (const { plural, object } of wantedObjects()) {
    const { namespace, name } = object.metadata;
    const key = namespace === undefined ? name : `${namespace}/${name}`;
    const present = find(plural, key);
    if (present === undefined) writes.push({ plural, key, object });
    else if (present.metadata.annotations?.[AUTO_UPDATE] !== 'false') {
      const next = reconcile(object, present);
      if (next === undefined || !deepEqual(next, present)) writes.push({ plural, key, object: next });
    }
  }
  return writes;
}

function wantedObjects(): { plural: PolicyPlural; object: PolicyObject }[] {
  const kinds: Record<PolicyPlural, PolicyObject[]> = {
    clusterroles: [...defaultClusterRoles(), ...controllerRoles(), ...ownClusterRoles()],
    clusterrolebindings: [...defaultClusterRoleBindings(), ...ownClusterRoleBindings()],
    roles: defaultRoles(),
    rolebindings: defaultRoleBindings(),
  };
  return Object.entries(kinds).flatMap(([plural, objects]) =>
    objects.map((object) => {
      const metadata = { ...object.metadata, labels: { ...object.metadata.labels, ...labels }, annotations };
      return { plural: plural as PolicyPlural, object: { ...object, metadata } };
    }),
  );
}

function reconcile(wanted: PolicyObject, present: PolicyObject): PolicyObject | undefined {
  const next = clone(present);
  next.metadata.labels = { ...wanted.metadata.labels, ...present.metadata.labels };
  next.metadata.annotations = { ...wanted.metadata.annotations, ...present.metadata.annotations };
  if ('roleRef' in wanted) {
    const bound = next as RoleBinding;
    // What a binding is for cannot be changed.
    if (!deepEqual(bound.roleRef, wanted.roleRef)) return undefined;
    const missing = (wanted.subjects ?? []).filter((subject) => !(bound.subjects ?? []).some(isSame(subject)));
    if (missing.length > 0) bound.subjects = [...(bound.subjects ?? []), ...missing];
    return bound;
  }
  return reconcileRole(wanted, next as ClusterRole);
}

function reconcileRole(wanted: ClusterRole, next: ClusterRole): ClusterRole {
  const selectors = wanted.aggregationRule?.clusterRoleSelectors;
  if (selectors !== undefined) {
    const present = next.aggregationRule?.clusterRoleSelectors ?? [];
    const missing = selectors.filter((selector) => !present.some((other) => deepEqual(other, selector)));
    if (missing.length > 0) next.aggregationRule = { clusterRoleSelectors: [...present, ...missing] };
    // Its rules are the aggregation controller's.
    return next;
  }
  // Nearly always so, and every start asks it of a hundred roles.
  if (deepEqual(next.rules, wanted.rules)) return next;
  const missing = uncovered(next.rules ?? [], wanted.rules ?? []);
  if (missing.length > 0) next.rules = [...(next.rules ?? []), ...missing];
  return next;
}

function isSame(a: Subject): (b: Subject) => boolean {
  return (b) => a.kind === b.kind && a.name === b.name && (a.namespace ?? '') === (b.namespace ?? '');
}
