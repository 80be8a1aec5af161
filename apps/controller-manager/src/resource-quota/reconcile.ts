import { deepEqual, formatQuantity, type KubeObject, type Quantity } from '@wherry/apimachinery';
import { addUsage, quotaMatches, quotaUsage, type Resource, type ResourceQuota } from '@wherry/api';
import type { Plan } from '../runner/plan.ts';

export interface QuotaView {
  /** Newer than nothing in `content`: read before it. */
  readonly quota: ResourceQuota;
  /** All objects of the namespace of the kinds that the quota limits. */
  readonly content: readonly { readonly resource: Resource; readonly objects: readonly KubeObject[] }[];
}

/** The status of a quota: its limits, and what is used of each. */
export function reconcileQuota({ quota, content }: QuotaView, now: number): Plan {
  const hard = quota.spec.hard ?? {};
  const total: Record<string, Quantity> = {};
  for (const { resource, objects } of content) {
    for (const object of objects) {
      if (quotaMatches(quota.spec, resource, object)) addUsage(total, quotaUsage(resource, object, now));
    }
  }
  const used: Record<string, string> = {};
  for (const name of Object.keys(hard)) {
    const amount = total[name];
    used[name] = amount === undefined ? '0' : formatQuantity(amount);
  }
  const status = { hard: { ...hard }, used };
  if (deepEqual(quota.status, status)) return {};
  return { status: [{ resource: 'resourcequotas', object: { ...quota, status } as ResourceQuota }] };
}
