import { ipAddresses, services, type Service } from '@wherry/api';
import { ipAddressOf } from '../registry/cluster-ips.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import { createMissing } from './create-missing.ts';

/** Writes down again what was taken away: that the address of a Service is in use. */
export async function repairClusterIps(registry: Registry, now: Date): Promise<void> {
  const cache = findServed(registry, services.group, services.version, services.plural)?.cache;
  const repair = async (service: Service): Promise<void> => {
    const ip = service.spec.type === 'ExternalName' ? '' : (service.spec.clusterIP ?? '');
    if (ip !== '' && ip !== 'None') await createMissing(registry, ipAddresses, ipAddressOf(ip, service), now);
  };
  await Promise.all((cache?.list() ?? []).map((entry) => repair(entry.object as Service)));
}
