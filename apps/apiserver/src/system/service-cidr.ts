import { getCondition, serviceCidrs, type Resource, type ServiceCIDR } from '@wherry/api';
import { clone, isConflict, isNotFound } from '@wherry/apimachinery';
import { timeOf } from '../registry/object-meta.ts';
import { findServed, serverUser, type Registry } from '../registry/registry.ts';
import { updateObject } from '../registry/update.ts';
import { createMissing } from './create-missing.ts';

const name = 'kubernetes';

/** Says which range the cluster IPs are from, and that it is in use. */
export async function ensureServiceCidr(registry: Registry, cidr: string, now: Date): Promise<void> {
  await createMissing(registry, serviceCidrs, { metadata: { name }, spec: { cidrs: [cidr] } }, now);
  const { group, version, plural } = serviceCidrs as Resource;
  const served = findServed(registry, group, version, plural);
  const present = served?.cache.get(name)?.object as ServiceCIDR | undefined;
  if (served === undefined || isReady(present)) return;
  const options = { user: serverUser, now, dryRun: false, subresource: 'status' };
  try {
    await updateObject(registry, served, name, name, options, (old) => {
      const object = clone(old) as ServiceCIDR;
      const others = (object.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
      const message = 'Kubernetes default Service CIDR is ready';
      const ready = { type: 'Ready', status: 'True', reason: '', message, lastTransitionTime: timeOf(now) };
      object.status = { conditions: [...others, ready] };
      return object;
    });
  } catch (error) {
    // Someone else was quicker: the next round looks again.
    if (!isConflict(error) && !isNotFound(error)) throw error;
  }
}

function isReady(object: ServiceCIDR | undefined): boolean {
  return getCondition(object?.status?.conditions, 'Ready')?.status === 'True';
}
