import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@wherry/api';
import type { User } from '../../http/context.ts';
import type { Attributes } from '../authorizer.ts';

/** Everything there is, as lists. */
export interface World {
  roles: Role[];
  clusterRoles: ClusterRole[];
  roleBindings: RoleBinding[];
  clusterRoleBindings: ClusterRoleBinding[];
}

/** RBAC as its documentation tells it, in the plainest way: look at everything, for every question. */
export function plainlyAllows(world: World, user: User, asked: Attributes): boolean {
  for (const binding of world.clusterRoleBindings) {
    if (!binding.subjects?.some((subject) => isSubject(subject, user, ''))) continue;
    const role = world.clusterRoles.find(({ metadata }) => metadata.name === binding.roleRef.name);
    if (role?.rules?.some((rule) => ruleAllows(rule, asked))) return true;
  }
  if (asked.namespace === '') return false;
  for (const binding of world.roleBindings) {
    const { namespace = '' } = binding.metadata;
    if (namespace !== asked.namespace) continue;
    if (!binding.subjects?.some((subject) => isSubject(subject, user, namespace))) continue;
    const role =
      binding.roleRef.kind === 'ClusterRole'
        ? world.clusterRoles.find(({ metadata }) => metadata.name === binding.roleRef.name)
        : world.roles.find(({ metadata: m }) => m.namespace === namespace && m.name === binding.roleRef.name);
    if (role?.rules?.some((rule) => ruleAllows(rule, asked))) return true;
  }
  return false;
}

function isSubject(subject: Subject, user: User, namespace: string): boolean {
  if (subject.kind === 'User') return subject.name === user.name;
  if (subject.kind === 'Group') return user.groups.includes(subject.name);
  const home = subject.namespace ? subject.namespace : namespace;
  return home !== '' && user.name === `system:serviceaccount:${home}:${subject.name}`;
}

function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(asked.verb)) return false;
  if (!asked.isResource) return (rule.nonResourceURLs ?? []).some((url) => pathMatches(url, asked.path));
  const groups = rule.apiGroups ?? [];
  if (!groups.includes('*') && !groups.includes(asked.group)) return false;
  const names = rule.resourceNames ?? [];
  if (names.length > 0 && !names.includes(asked.name)) return false;
  const full = asked.subresource === '' ? asked.resource : asked.resource + '/' + asked.subresource;
  return (rule.resources ?? []).some(
    (known) => known === '*' || known === full || (asked.subresource !== '' && known === '*/' + asked.subresource),
  );
}

function pathMatches(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, pattern.indexOf('*'))) : pattern === path;
}
