import { deepEqual, fieldInvalid, fieldNotSupported, fieldRequired, isDns1123Subdomain } from '@wherry/apimachinery';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../rbac/role-binding.ts';
import type { ClusterRole, PolicyRule, Role } from '../rbac/role.ts';
import type { Validator } from './validator.ts';
import { labelSelector } from './label-selector.ts';
import { isPathSegmentName, pathSegment } from './qualified-names.ts';
import { matching, type Findings } from './value-rules.ts';

const group = 'rbac.authorization.k8s.io';

function* role({ rules }: Role): Findings {
  for (const [index, rule] of (rules ?? []).entries()) yield* policyRule(rule, true, `rules[${index}]`);
}

function* clusterRole({ rules, aggregationRule }: ClusterRole): Findings {
  for (const [index, rule] of (rules ?? []).entries()) yield* policyRule(rule, false, `rules[${index}]`);
  if (aggregationRule === undefined) return;
  const field = 'aggregationRule.clusterRoleSelectors';
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    yield fieldRequired(field, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  }
  for (const [index, selector] of selectors.entries()) yield* labelSelector(selector, `${field}[${index}]`);
}

function* policyRule(rule: PolicyRule, namespaced: boolean, field: string): Findings {
  const { verbs, nonResourceURLs: urls = [], apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (verbs.length === 0) yield fieldRequired(`${field}.verbs`, 'verbs must contain at least one value');
  if (urls.length > 0) {
    const at = `${field}.nonResourceURLs`;
    if (namespaced) yield fieldInvalid(at, urls, 'namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      yield fieldInvalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs');
    }
    return;
  }
  if (apiGroups.length === 0) {
    yield fieldRequired(`${field}.apiGroups`, 'resource rules must supply at least one api group');
  }
  if (resources.length === 0) {
    yield fieldRequired(`${field}.resources`, 'resource rules must supply at least one resource');
  }
}

type Binding = RoleBinding | ClusterRoleBinding;

function* binding({ roleRef, subjects }: Binding, kinds: readonly string[], namespaced: boolean): Findings {
  if (roleRef.apiGroup !== group) yield fieldNotSupported('roleRef.apiGroup', roleRef.apiGroup ?? '', [group]);
  if (!kinds.includes(roleRef.kind)) yield fieldNotSupported('roleRef.kind', roleRef.kind, kinds);
  if (roleRef.name === '') yield fieldRequired('roleRef.name');
  else yield* pathSegment(roleRef.name, 'roleRef.name');
  for (const [index, subject] of (subjects ?? []).entries()) {
    yield* subjectRules(subject, namespaced, `subjects[${index}]`);
  }
}

function* subjectRules(subject: Subject, namespaced: boolean, field: string): Findings {
  const { name, kind, namespace = '', apiGroup = '' } = subject;
  if (name === '') yield fieldRequired(`${field}.name`);
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') yield* matching(isDns1123Subdomain(name), name, `${field}.name`);
      if (apiGroup !== '') yield fieldNotSupported(`${field}.apiGroup`, apiGroup, ['']);
      if (!namespaced && namespace === '') yield fieldRequired(`${field}.namespace`);
      break;
    case 'User':
    case 'Group':
      if (apiGroup !== group) yield fieldNotSupported(`${field}.apiGroup`, apiGroup, [group]);
      break;
    default:
      yield fieldNotSupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
  }
}

const roleBinding = (object: RoleBinding): Findings => binding(object, ['Role', 'ClusterRole'], true);
const clusterRoleBinding = (object: ClusterRoleBinding): Findings => binding(object, ['ClusterRole'], false);

function* sameRole(object: Binding, old: Binding): Findings {
  if (!deepEqual(object.roleRef, old.roleRef)) {
    yield fieldInvalid('roleRef', object.roleRef, 'cannot change roleRef');
  }
}

export const rbacValidators: Readonly<Record<string, Validator>> = {
  [`${group}/Role`]: { name: isPathSegmentName, create: role },
  [`${group}/ClusterRole`]: { name: isPathSegmentName, create: clusterRole },
  [`${group}/RoleBinding`]: {
    name: isPathSegmentName,
    create: roleBinding,
    *update(object: RoleBinding, old: RoleBinding) {
      yield* roleBinding(object);
      yield* sameRole(object, old);
    },
  },
  [`${group}/ClusterRoleBinding`]: {
    name: isPathSegmentName,
    create: clusterRoleBinding,
    *update(object: ClusterRoleBinding, old: ClusterRoleBinding) {
      yield* clusterRoleBinding(object);
      yield* sameRole(object, old);
    },
  },
};
