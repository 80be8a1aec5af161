import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '@wherry/api';
import type { User } from '../../http/context.ts';
import type { Attributes, Authorizer, Decision, SubjectRules } from '../authorizer.ts';
import { aggregate, describeGrant, missingRole } from './describe.ts';
import { Grants, keysOf } from './grants.ts';

interface Bound {
  readonly binding: RoleBinding;
  /** '' of a ClusterRoleBinding. */
  readonly namespace: string;
  readonly roleKey: string;
}

/** What one subject is bound to in one scope; `grants` is made when first asked for after a change. */
interface Scope {
  readonly bindings: Map<string, { bound: Bound; subject: Subject }>;
  grants: Grants | undefined;
}

const noRules: readonly PolicyRule[] = [];

/**
 * RBAC over roles and bindings that are put in and taken out one by one. A change only marks what it concerns; the
 * first decision after it compiles that again.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #roles = new Map<string, readonly PolicyRule[]>();
  readonly #bindings = new Map<string, Bound>();
  readonly #byRole = new Map<string, Set<string>>();
  /** By subject (`u:name`, `g:group`) and namespace, '' being the whole cluster. */
  readonly #bySubject = new Map<string, Map<string, Scope>>();

  /** `key` is `namespace/name` of a Role, and `name` of a ClusterRole. */
  setRole(key: string, role: Role | ClusterRole | undefined): void {
    const roleKey = key.includes('/') ? `Role/${key}` : `ClusterRole/${key}`;
    if (role === undefined) this.#roles.delete(roleKey);
    else this.#roles.set(roleKey, role.rules ?? noRules);
    for (const bindingKey of this.#byRole.get(roleKey) ?? []) this.#forget(this.#bindings.get(bindingKey));
  }

  setBinding(key: string, binding: RoleBinding | ClusterRoleBinding | undefined): void {
    const old = this.#bindings.get(key);
    if (old !== undefined) this.#unbind(key, old);
    if (binding !== undefined) this.#bind(key, binding);
  }

  clearRoles(): void {
    this.#roles.clear();
    for (const bound of this.#bindings.values()) this.#forget(bound);
  }

  clearBindings(): void {
    this.#bindings.clear();
    this.#byRole.clear();
    this.#bySubject.clear();
  }

  authorize(user: User, attributes: Attributes): Decision {
    const keys = keysOf(attributes);
    const errors: string[] = [];
    let decision: Decision | undefined;
    for (const grants of this.#grantsOf(user, attributes.namespace)) {
      const grant = grants.find(attributes, keys);
      if (grant !== undefined) {
        decision = { allowed: true, reason: `RBAC: allowed by ${grant}` };
        break;
      }
      errors.push(...grants.errors);
    }
    return decision ?? { allowed: false, reason: errors.length === 0 ? '' : `RBAC: ${aggregate(errors)}` };
  }

  rulesFor(user: User, namespace: string): SubjectRules {
    const { rules, errors } = this.policyRulesFor(user, namespace);
    const all: SubjectRules = { resourceRules: [], nonResourceRules: [], incomplete: false, errors };
    for (const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
      if ((resources?.length ?? 0) > 0) {
        const names = (resourceNames?.length ?? 0) > 0 ? { resourceNames } : {};
        all.resourceRules.push({ verbs, apiGroups, resources, ...names });
      }
      if ((nonResourceURLs?.length ?? 0) > 0) all.nonResourceRules.push({ verbs, nonResourceURLs });
    }
    return all;
  }

  /** Every rule that a user has in a namespace; '' asks for what is held in the whole cluster. */
  policyRulesFor(user: User, namespace: string): { rules: PolicyRule[]; errors: string[] } {
    const rules: PolicyRule[] = [];
    const errors: string[] = [];
    const seen = new Set<string>();
    for (const scope of this.#scopesOf(user, namespace)) {
      for (const [key, { bound }] of sorted(scope.bindings)) {
        // A user who is bound by name and by group has the rules once.
        if (seen.has(key)) continue;
        seen.add(key);
        const found = this.#roles.get(bound.roleKey);
        if (found === undefined) errors.push(missingRole(bound.binding.roleRef));
        else rules.push(...found);
      }
    }
    return { rules, errors };
  }

  /** The rules of a role, to which a binding would give right. */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(roleKeyOf(ref, namespace));
  }

  *#grantsOf(user: User, namespace: string): Generator<Grants> {
    for (const scope of this.#scopesOf(user, namespace)) yield (scope.grants ??= this.#compile(scope));
  }

  /** First what is bound in the whole cluster, as upstream. */
  *#scopesOf(user: User, namespace: string): Generator<Scope> {
    for (const scopeName of namespace === '' ? [''] : ['', namespace]) {
      const own = this.#bySubject.get(`u:${user.name}`)?.get(scopeName);
      if (own !== undefined) yield own;
      for (const group of user.groups) {
        const shared = this.#bySubject.get(`g:${group}`)?.get(scopeName);
        if (shared !== undefined) yield shared;
      }
    }
  }

  #compile({ bindings }: Scope): Grants {
    const grants = new Grants();
    for (const [, { bound, subject }] of sorted(bindings)) {
      const rules = this.#roles.get(bound.roleKey);
      if (rules === undefined) grants.errors.push(missingRole(bound.binding.roleRef));
      const grant = describeGrant(bound.binding, subject, bound.namespace);
      for (const rule of rules ?? noRules) grants.add(rule, grant);
    }
    return grants;
  }

  #bind(key: string, binding: RoleBinding): void {
    const slash = key.indexOf('/');
    const namespace = slash < 0 ? '' : key.slice(0, slash);
    const bound: Bound = { binding, namespace, roleKey: roleKeyOf(binding.roleRef, namespace) };
    this.#bindings.set(key, bound);
    const ofRole = this.#byRole.get(bound.roleKey);
    if (ofRole === undefined) this.#byRole.set(bound.roleKey, new Set([key]));
    else ofRole.add(key);
    for (const subject of binding.subjects ?? []) {
      const subjectKey = subjectKeyOf(subject, namespace);
      if (subjectKey === undefined) continue;
      let scopes = this.#bySubject.get(subjectKey);
      if (scopes === undefined) this.#bySubject.set(subjectKey, (scopes = new Map<string, Scope>()));
      let scope = scopes.get(namespace);
      if (scope === undefined) scopes.set(namespace, (scope = { bindings: new Map(), grants: undefined }));
      scope.grants = undefined;
      if (!scope.bindings.has(key)) scope.bindings.set(key, { bound, subject });
    }
  }

  #unbind(key: string, bound: Bound): void {
    this.#bindings.delete(key);
    const ofRole = this.#byRole.get(bound.roleKey);
    ofRole?.delete(key);
    if (ofRole?.size === 0) this.#byRole.delete(bound.roleKey);
    for (const subject of bound.binding.subjects ?? []) {
      const subjectKey = subjectKeyOf(subject, bound.namespace) ?? '';
      const scopes = this.#bySubject.get(subjectKey);
      const scope = scopes?.get(bound.namespace);
      if (scopes === undefined || scope === undefined) continue;
      scope.bindings.delete(key);
      scope.grants = undefined;
      if (scope.bindings.size === 0) scopes.delete(bound.namespace);
      if (scopes.size === 0) this.#bySubject.delete(subjectKey);
    }
  }

  #forget(bound: Bound | undefined): void {
    for (const subject of bound?.binding.subjects ?? []) {
      const scope = this.#bySubject.get(subjectKeyOf(subject, bound!.namespace) ?? '')?.get(bound!.namespace);
      if (scope !== undefined) scope.grants = undefined;
    }
  }
}

function roleKeyOf({ kind, name }: RoleRef, namespace: string): string {
  return kind === 'Role' ? `Role/${namespace}/${name}` : `${kind}/${name}`;
}

function subjectKeyOf(subject: Subject, bindingNamespace: string): string | undefined {
  switch (subject.kind) {
    case 'User':
      return `u:${subject.name}`;
    case 'Group':
      return `g:${subject.name}`;
    case 'ServiceAccount': {
      const namespace = subject.namespace || bindingNamespace;
      return namespace === '' ? undefined : `u:system:serviceaccount:${namespace}:${subject.name}`;
    }
    default:
      return undefined;
  }
}

/** In the order of their names, so that reasons and lists do not depend on the order of events. */
function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
