import type { PolicyRule, RoleBinding, RoleRef, Subject } from '@wherry/api';

/** Upstream's words for the binding that allows something. */
export function describeGrant(binding: RoleBinding, subject: Subject, namespace: string): string {
  const { name } = binding.metadata;
  const { roleRef } = binding;
  const source =
    namespace === ''
      ? `ClusterRoleBinding ${JSON.stringify(name)}`
      : `RoleBinding ${JSON.stringify(`${name}/${namespace}`)}`;
  return `${source} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${describeSubject(subject, namespace)}`;
}

function describeSubject(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${JSON.stringify(subject.name)}`;
  return `ServiceAccount ${JSON.stringify(`${subject.name}/${subject.namespace || bindingNamespace}`)}`;
}

export function missingRole({ kind, name }: RoleRef): string {
  const resource = kind === 'ClusterRole' ? 'clusterrole' : kind === 'Role' ? 'role' : undefined;
  if (resource === undefined) return `unsupported role reference kind: ${JSON.stringify(kind)}`;
  return `${resource}.rbac.authorization.k8s.io ${JSON.stringify(name)} not found`;
}

/** A list of errors as upstream prints it: one as it is, several in brackets and each of them once. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}` */
export function describeRule(rule: PolicyRule): string {
  const parts: string[] = [];
  const add = (name: string, values: readonly string[] | undefined) => {
    if (values !== undefined && values.length > 0)
      parts.push(`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`);
  };
  add('APIGroups', rule.apiGroups);
  add('Resources', rule.resources);
  add('NonResourceURLs', rule.nonResourceURLs);
  add('ResourceNames', rule.resourceNames);
  add('Verbs', rule.verbs);
  return `{${parts.join(', ')}}`;
}
