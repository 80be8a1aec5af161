import { setImmediate } from 'node:timers/promises';
import { ipAddresses, services, type Service } from '@wherry/api';
import { ipAddressOf } from '../registry/cluster-ips.ts';
import { findServed, type Registry } from '../registry/registry.ts';
import { createMissing } from './create-missing.ts';

/** Services looked at before others have their turn. */
const BATCH = 100;

/** Writes down again what was taken away: that the address of a Service is in use. */
export async function repairClusterIps(registry: Registry, now: Date): Promise<void> {
  const cache = findServed(registry, services.group, services.version, services.plural)?.cache;
  const repair = async (service: Service): Promise<void> => {
    const ip = service.spec.type === 'ExternalName' ? '' : (service.spec.clusterIP ?? '');
    if (ip !== '' && ip !== 'None') await createMissing(registry, ipAddresses, ipAddressOf(ip, service), now);
  };
  const entries = cache?.list() ?? [];
  for (let at = 0; at < entries.length; at += BATCH) {
    await Promise.all(entries.slice(at, at + BATCH).map((entry) => repair(entry.object as Service)));
    await setImmediate();
  }
}
