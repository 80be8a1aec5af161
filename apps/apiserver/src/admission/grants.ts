import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef } from '@wherry/api';
import { deepEqual, forbidden, notFound, type KubeObject } from '@wherry/apimachinery';
import { resourceAttributes } from '../authorization/authorizer.ts';
import { compact, uncovered } from '../authorization/rbac/covers.ts';
import { aggregate, describeRule } from '../authorization/rbac/describe.ts';
import { groupResource } from '../registry/object-meta.ts';
import type { Registry } from '../registry/registry.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

const GROUP = 'rbac.authorization.k8s.io';
const PRIVILEGED = 'system:masters';

const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody grants what they do not hold themselves, but for those who may `escalate` roles or `bind` a role. Upstream has
 * it in the storage of the RBAC kinds; here it is the last of the mutating plugins, so that it sees what is stored.
 */
export const grants: AdmissionPlugin = {
  name: 'RBACGrants',
  mutate(request, registry) {
    const { served, operation, subresource, user } = request;
    if (served.resource.group !== GROUP || operation === 'DELETE' || subresource !== '') return;
    if (user.groups.includes(PRIVILEGED)) return;
    if (changesOwnersAlone(request)) return;
    if (served.resource.plural.endsWith('bindings')) checkBinding(request, registry);
    else checkRole(request, registry);
  },
};

function checkRole(request: AdmissionRequest, registry: Registry): void {
  const { served, user, namespace, operation } = request;
  const role = request.object as Role | ClusterRole;
  const name = operation === 'CREATE' ? '' : request.name;
  const resource = served.resource.plural;
  const escalate = resourceAttributes({ verb: 'escalate', group: GROUP, resource, namespace, name });
  if (registry.authorizer.authorize(user, escalate).allowed) return;
  confirm(request, registry, role.rules ?? []);
  if (!aggregates(role) && !aggregates(request.old as ClusterRole | undefined)) return;
  if (missingRights(request, registry, fullAuthority).missing.length === 0) return;
  const why = 'must have cluster-admin privileges to use an aggregationRule';
  throw forbidden(groupResource(served), role.metadata.name ?? '', why);
}

function checkBinding(request: AdmissionRequest, registry: Registry): void {
  const { roleRef } = request.object as RoleBinding | ClusterRoleBinding;
  const resource = roleResource(roleRef);
  const { namespace } = request;
  const bind = resourceAttributes({
    verb: 'bind',
    group: roleRef.apiGroup ?? '',
    resource,
    namespace,
    name: roleRef.name,
  });
  if (registry.authorizer.authorize(request.user, bind).allowed) return;
  const rules = registry.rbac.rulesOf(roleRef, namespace);
  if (rules === undefined) throw notFound({ group: GROUP, resource }, roleRef.name);
  confirm(request, registry, rules);
}

/** Throws 403 with every right that is missing. */
function confirm(request: AdmissionRequest, registry: Registry, rules: readonly PolicyRule[]): void {
  const { missing, errors } = missingRights(request, registry, rules);
  if (missing.length === 0) return;
  const { user, served, object } = request;
  const shown = [...new Set(compact(missing).map(describeRule))].sort();
  const groups = user.groups.map((group) => JSON.stringify(group)).join(' ');
  const trouble = errors.length === 0 ? '' : `; resolution errors: [${aggregate(errors.map(plural))}]`;
  const why = `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${shown.join('\n')}${trouble}`;
  throw forbidden(groupResource(served), object?.metadata.name ?? '', why);
}

function missingRights({ user, namespace }: AdmissionRequest, { rbac }: Registry, rules: readonly PolicyRule[]) {
  const held = rbac.policyRulesFor(user, namespace);
  return { missing: uncovered(held.rules, rules), errors: held.errors };
}

/** Here the role is missed by the store, which has other words for it than a decision. */
function plural(error: string): string {
  return error.replace(/^(clusterrole|role)\./, '$1s.');
}

function roleResource({ kind }: RoleRef): string {
  return kind === 'ClusterRole' ? 'clusterroles' : 'roles';
}

function aggregates(role: Role | ClusterRole | undefined): boolean {
  return role !== undefined && 'aggregationRule' in role && role.aggregationRule !== undefined;
}

/** What the garbage collector has to change in anything. */
function changesOwnersAlone({ object, old }: AdmissionRequest): boolean {
  if (object === undefined || old === undefined) return false;
  return deepEqual(withoutOwners(object), withoutOwners(old));
}

function withoutOwners({ metadata, ...rest }: KubeObject) {
  const without = {
    ownerReferences: undefined,
    finalizers: undefined,
    managedFields: undefined,
    selfLink: undefined,
    resourceVersion: undefined,
  };
  return { ...rest, metadata: { ...metadata, ...without } };
}
