import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired, fieldTooMany } from '@wherry/apimachinery';
import type { MatchResources, NamedRuleWithOperations } from '../admissionregistration/admission-policy.ts';
import type { MatchCondition, RuleWithOperations } from '../admissionregistration/webhook-configuration.ts';
import { labelSelector } from './label-selector.ts';
import { pathSegment } from './qualified-names.ts';
import { oneOf, oneOfOrAbsent, qualifiedName, type Findings } from './value-rules.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const maxMatchConditions = 64;

export const failurePolicies = ['Fail', 'Ignore'];
export const matchPolicies = ['Equivalent', 'Exact'];
export const reinvocationPolicies = ['IfNeeded', 'Never'];

export function* ruleWithOperations(rule: RuleWithOperations, field: string): Findings {
  const { operations: list = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (list.length === 0) yield fieldRequired(`${field}.operations`);
  yield* alone(list, 'other operations', `${field}.operations`);
  for (const [index, operation] of list.entries()) {
    if (!operations.includes(operation)) {
      yield fieldNotSupported(`${field}.operations[${index}]`, operation, operations);
    }
  }
  if (apiGroups.length === 0) yield fieldRequired(`${field}.apiGroups`);
  yield* alone(apiGroups, 'other API groups', `${field}.apiGroups`);
  if (apiVersions.length === 0) yield fieldRequired(`${field}.apiVersions`);
  yield* alone(apiVersions, 'other API versions', `${field}.apiVersions`);
  for (const [index, version] of apiVersions.entries()) {
    if (version === '') yield fieldRequired(`${field}.apiVersions[${index}]`);
  }
  yield* resourceList(resources, `${field}.resources`);
  yield* oneOfOrAbsent(scope, ['*', 'Cluster', 'Namespaced'], `${field}.scope`);
}

function* alone(list: readonly string[], others: string, field: string): Findings {
  if (list.length < 2 || !list.includes('*')) return;
  yield fieldInvalid(field, list, `if '*' is present, must not specify ${others}`);
}

/** `pods`, `pods/status`, `pods/*`, a star for the resource, or for both: what one covers is not said again. */
function* resourceList(resources: readonly string[], field: string): Findings {
  if (resources.length === 0) yield fieldRequired(field);
  const allSubresources = new Set<string>();
  const ofAllResources = new Set<string>();
  let plain = false;
  for (const [index, text] of resources.entries()) {
    const at = `${field}[${index}]`;
    if (text === '') {
      yield fieldRequired(at);
      continue;
    }
    const slash = text.indexOf('/');
    if (slash < 0) {
      plain = text !== '*';
      continue;
    }
    const [resource, subresource] = [text.slice(0, slash), text.slice(slash + 1)];
    if (allSubresources.has(resource)) {
      yield fieldInvalid(at, text, `if '${resource}/*' is present, must not specify ${text}`);
    }
    if (ofAllResources.has(subresource)) {
      yield fieldInvalid(at, text, `if '*/${subresource}' is present, must not specify ${text}`);
    }
    if (subresource === '*') allSubresources.add(resource);
    if (resource === '*') ofAllResources.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    yield fieldInvalid(field, resources, "if '*/*' is present, must not specify other resources");
  }
  if (resources.includes('*') && plain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    yield fieldInvalid(field, resources, detail);
  }
}

/** The expressions are not compiled: only that there is one can be wrong. */
export function* matchConditions(conditions: readonly MatchCondition[] | undefined, field: string): Findings {
  const list = conditions ?? [];
  if (list.length > maxMatchConditions) yield fieldTooMany(field, list.length, maxMatchConditions);
  const names = new Set<string>();
  for (const [index, { name, expression }] of list.entries()) {
    const at = `${field}[${index}]`;
    if (expression.trim() === '') yield fieldRequired(`${at}.expression`);
    if (name === '') {
      yield fieldRequired(`${at}.name`);
      continue;
    }
    yield* qualifiedName(name, `${at}.name`);
    if (names.has(name)) yield fieldDuplicate(`${at}.name`, name);
    names.add(name);
  }
}

export function* matchResources(match: MatchResources | undefined, field: string): Findings {
  if (match === undefined) return;
  yield* oneOf(match.matchPolicy, matchPolicies, `${field}.matchPolicy`);
  for (const part of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[part] === undefined) yield fieldRequired(`${field}.${part}`);
    else yield* labelSelector(match[part], `${field}.${part}`);
  }
  for (const part of ['resourceRules', 'excludeResourceRules'] as const) {
    for (const [index, rule] of (match[part] ?? []).entries()) yield* namedRule(rule, `${field}.${part}[${index}]`);
  }
}

function* namedRule(rule: NamedRuleWithOperations, field: string): Findings {
  const names = rule.resourceNames ?? [];
  for (const [index, name] of names.entries()) {
    yield* pathSegment(name, `${field}.resourceNames[${index}]`);
    if (names.indexOf(name) < index) yield fieldDuplicate(`${field}.resourceNames[${index}]`, name);
  }
  yield* ruleWithOperations(rule, field);
}
