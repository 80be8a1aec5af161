import { clusterRoles, type ClusterRole, type PolicyRule } from '@wherry/api';
import { deepEqual, selectorMatches } from '@wherry/apimachinery';
import { changes, type Controller } from '../runner/controller.ts';
import type { Plan } from '../runner/plan.ts';

interface AggregationView {
  readonly role: ClusterRole;
  /** All ClusterRoles. */
  readonly all: readonly ClusterRole[];
}

/** Gives a ClusterRole with an aggregationRule the rules of all that its selectors match (`admin`, `edit`, `view`). */
export function clusterRoleAggregationController(workers: number): Controller<AggregationView> {
  return {
    name: 'clusterrole-aggregation-controller',
    component: 'clusterrole-aggregation-controller',
    workers,
    inputs: [
      // Any role may be part of any other.
      changes(clusterRoles, (_old, _role, cache) =>
        cache
          .list(clusterRoles)
          .filter(({ aggregationRule }) => aggregationRule !== undefined)
          .map(({ metadata }) => metadata.name),
      ),
    ],
    outputs: { 'clusterroles.rbac.authorization.k8s.io': ['update'] },
    view(key, { cache }) {
      const role = cache.get(clusterRoles, key);
      if (role?.aggregationRule === undefined) return undefined;
      return { role, all: cache.list(clusterRoles) };
    },
    reconcile: reconcileAggregation,
  };
}

export function reconcileAggregation({ role, all }: AggregationView): Plan {
  const rules = aggregatedRules(role, all);
  if (deepEqual(rules, role.rules ?? [])) return {};
  return {
    update: [{ resource: 'clusterroles.rbac.authorization.k8s.io', object: { ...role, rules } as ClusterRole }],
  };
}

/** In the order of the selectors and then of the names; a rule that is there already is not repeated. */
function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  const others = all
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of others) {
      if (!selectorMatches(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) {
        const identity = JSON.stringify(identityOf(rule));
        if (!rules.has(identity)) rules.set(identity, rule);
      }
    }
  }
  return [...rules.values()];
}

function identityOf({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule) {
  return [verbs, apiGroups, resources, resourceNames, nonResourceURLs];
}
