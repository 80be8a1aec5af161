import { fieldInvalid, fieldRequired } from '@wherry/apimachinery';
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../core/resource-quota.ts';
import { resourceAmount } from './container-resources.ts';
import { isComputeQuota, isQuotaResource, quotaResourceName } from './resource-names.ts';
import type { Findings } from './value-rules.ts';

const podScopes = ['Terminating', 'NotTerminating', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'];
const scopes = [...podScopes, 'BestEffort', 'VolumeAttributesClass'];
const valueless = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const conflicting = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export function* resourceQuota({ spec, status }: ResourceQuota): Findings {
  yield* amounts(spec.hard, 'spec.hard');
  yield* plainScopes(spec);
  yield* scopeSelector(spec);
  yield* amounts(status?.hard, 'status.hard');
  yield* amounts(status?.used, 'status.used');
}

export function* resourceQuotaUpdate(next: ResourceQuota, old: ResourceQuota): Findings {
  yield* resourceQuota(next);
  const [after, before] = [new Set(next.spec.scopes), new Set(old.spec.scopes)];
  if (after.size !== before.size || [...after].some((scope) => !before.has(scope))) {
    yield fieldInvalid('spec.scopes', next.spec.scopes, 'field is immutable');
  }
}

export function* resourceQuotaStatus({ status }: ResourceQuota): Findings {
  yield* amounts(status?.hard, 'status.hard');
  yield* amounts(status?.used, 'status.used');
}

function* amounts(list: Readonly<Record<string, string>> | undefined, field: string): Findings {
  for (const [name, amount] of Object.entries(list ?? {})) {
    const at = `${field}[${name}]`;
    yield* quotaResourceName(name, at);
    // Cores and bytes may be asked for in parts; what is counted may not.
    yield* resourceAmount(isQuotaResource(name) && !isCount(name) ? 'cpu' : name, amount, at);
  }
}

function isCount(name: string): boolean {
  return !isComputeQuota(name) && !name.includes('storage');
}

function* plainScopes({ scopes: given = [], hard }: ResourceQuotaSpec): Findings {
  const field = 'spec.scopes';
  for (const scope of given) {
    if (!scopes.includes(scope)) yield fieldInvalid(field, given, 'unsupported scope');
    if (!fits(scope, hard)) yield fieldInvalid(field, given, 'unsupported scope applied to resource');
  }
  for (const pair of conflicting) {
    if (pair.every((scope) => given.includes(scope))) yield fieldInvalid(field, given, 'conflicting scopes');
  }
}

/** Whether everything that is counted exists within the scope. */
function fits(scope: string, hard: ResourceQuotaSpec['hard']): boolean {
  return Object.keys(hard ?? {}).every((name) => {
    if (!isQuotaResource(name)) return true;
    if (podScopes.includes(scope)) return name === 'pods' || isComputeQuota(name);
    if (scope === 'BestEffort') return name === 'pods';
    if (scope === 'VolumeAttributesClass') return name === 'persistentvolumeclaims' || name === 'requests.storage';
    return true;
  });
}

function* scopeSelector({ scopeSelector: selector, hard }: ResourceQuotaSpec): Findings {
  const field = 'spec.scopeSelector.matchExpressions';
  const requirements = selector?.matchExpressions ?? [];
  for (const requirement of requirements) {
    const { scopeName } = requirement;
    if (!scopes.includes(scopeName)) yield fieldInvalid(`${field}.scopeName`, scopeName, 'unsupported scope');
    if (!fits(scopeName, hard)) yield fieldInvalid(field, selector, 'unsupported scope applied to resource');
    yield* scopeRequirement(requirement, field);
  }
  const names = requirements.map(({ scopeName }) => scopeName);
  for (const pair of conflicting) {
    if (pair.every((scope) => names.includes(scope))) yield fieldInvalid(field, selector, 'conflicting scopes');
  }
}

function* scopeRequirement(requirement: ScopedResourceSelectorRequirement, field: string): Findings {
  const { scopeName, operator, values = [] } = requirement;
  if (valueless.includes(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    yield fieldInvalid(`${field}.operator`, operator, detail);
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return;
      yield fieldRequired(
        `${field}.values`,
        "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      );
      return;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return;
      yield fieldInvalid(
        `${field}.values`,
        values,
        "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      );
      return;
    default:
      yield fieldInvalid(`${field}.operator`, operator, 'not a valid selector operator');
  }
}
