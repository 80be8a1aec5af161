import type { Registry } from '../registry/registry.ts';
import { publishAuthentication } from './authentication-config.ts';
import { reconcileApiServices } from './api-services.ts';
import { repairClusterIps } from './cluster-ips.ts';
import { ensureFlowControl } from './flow-control.ts';
import { ensureSystemPriorityClasses } from './priority-classes.ts';
import { ensureServiceCidr } from './service-cidr.ts';

/** What every cluster has beside its namespaces: made when missing, at every start and every round. */
export async function ensureClusterObjects(registry: Registry, serviceCidr: string, now: Date): Promise<void> {
  await Promise.all([
    ensureSystemPriorityClasses(registry, now),
    ensureServiceCidr(registry, serviceCidr, now),
    reconcileApiServices(registry, now),
    repairClusterIps(registry, now),
    publishAuthentication(registry, now),
    ensureFlowControl(registry, now),
  ]);
}
