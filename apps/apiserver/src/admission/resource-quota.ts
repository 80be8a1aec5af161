import {
  quotaMatches,
  quotaUsage,
  resourceQuotas,
  unsaidOfQuota,
  type Pod,
  type QuotaUsage,
  type ResourceQuota,
} from '@wherry/api';
import {
  addQuantities,
  clone,
  compareQuantities,
  forbidden,
  formatQuantity,
  subtractQuantities,
  type Quantity,
} from '@wherry/apimachinery';
import { replacement } from '../registry/commit.ts';
import { groupResource } from '../registry/object-meta.ts';
import { findServed } from '../registry/registry.ts';
import { addEffects } from '../registry/strategy.ts';
import type { AdmissionPlugin, AdmissionRequest } from './chain.ts';

/**
 * Holds a namespace to its quotas. What a request takes is added to the quota's status in the transaction of the object
 * itself, so that no two requests take the same; the quota controller gives back what has gone.
 */
export const resourceQuota: AdmissionPlugin = {
  name: 'ResourceQuota',
  validate(request, registry) {
    const { namespace, effects } = request;
    if (namespace === '' || !concernsQuota(request)) return;
    const served = findServed(registry, resourceQuotas.group, resourceQuotas.version, resourceQuotas.plural);
    const entries = served?.cache.list(namespace) ?? [];
    if (served === undefined || entries.length === 0) return;
    const { resource } = request.served;
    const taken = increase(request);
    for (const entry of entries) {
      const quota = entry.object as ResourceQuota;
      if (request.object === undefined || !quotaMatches(quota.spec, resource, request.object)) continue;
      const next = charge(request, quota, taken);
      if (next !== undefined) addEffects(effects, replacement(served, entry, next));
    }
  },
};

/** Kinds whose usage an update can change; of all others only the creation counts. */
function concernsQuota({ operation, subresource, served }: AdmissionRequest): boolean {
  const { group, plural } = served.resource;
  if (operation === 'CREATE') return subresource === '';
  if (operation !== 'UPDATE' || group !== '') return false;
  if (plural === 'pods') return subresource === 'resize';
  return subresource === '' && (plural === 'services' || plural === 'persistentvolumeclaims');
}

/** What the request takes more than the object had. */
function increase({ served, object, old, now }: AdmissionRequest): QuotaUsage {
  if (object === undefined) return {};
  const taken: Record<string, Quantity> = { ...quotaUsage(served.resource, object, now.getTime()) };
  if (old === undefined) return taken;
  for (const [name, amount] of Object.entries(quotaUsage(served.resource, old, now.getTime()))) {
    const after = taken[name];
    if (after !== undefined) taken[name] = subtractQuantities(after, amount);
  }
  return taken;
}

/** The quota with the request counted in; undefined when the request takes nothing of it. Throws 403. */
function charge(request: AdmissionRequest, quota: ResourceQuota, taken: QuotaUsage): ResourceQuota | undefined {
  const { hard = {}, used = {} } = quota.status ?? {};
  const refuse = (why: string) =>
    forbidden(groupResource(request.served), request.object?.metadata.name ?? request.name, why);
  const limited = Object.keys(quota.spec.hard ?? {}).filter((name) => taken[name] !== undefined || isAsked(name));
  if (request.served.resource.plural === 'pods' && request.served.resource.group === '') {
    const unsaid = unsaidOfQuota(request.object as Pod, limited);
    if (unsaid !== undefined) throw refuse(`failed quota: ${quota.metadata.name}: must specify ${unsaid}`);
  }
  const wanted: Record<string, Quantity> = {};
  for (const name of limited) {
    const amount = taken[name];
    if (amount !== undefined && amount.nano > 0n) wanted[name] = amount;
  }
  const names = Object.keys(wanted).sort();
  if (names.length === 0) return undefined;
  const unknown = names.filter((name) => used[name] === undefined || hard[name] === undefined);
  if (unknown.length > 0)
    throw refuse(`status unknown for quota: ${quota.metadata.name}, resources: ${unknown.join(',')}`);
  const after: Record<string, Quantity> = {};
  const exceeded: string[] = [];
  for (const name of names) {
    const sum = addQuantities(used[name] ?? '0', wanted[name] ?? '0');
    after[name] = sum;
    if (compareQuantities(sum, hard[name] ?? '0') > 0) exceeded.push(name);
  }
  if (exceeded.length > 0) {
    const print = (amount: (name: string) => string): string =>
      exceeded.map((name) => `${name}=${amount(name)}`).join(',');
    throw refuse(
      `exceeded quota: ${quota.metadata.name}, requested: ${print((name) => formatQuantity(wanted[name]!))}, ` +
        `used: ${print((name) => used[name] ?? '0')}, limited: ${print((name) => hard[name] ?? '0')}`,
    );
  }
  const next = clone(quota);
  const total: Record<string, string> = { ...used };
  for (const name of names) total[name] = formatQuantity(after[name]!);
  next.status = { ...next.status, used: total };
  return next;
}

function isAsked(name: string): boolean {
  return /^(requests\.|limits\.)?(cpu|memory)$/.test(name);
}
